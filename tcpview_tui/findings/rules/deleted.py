"""The executable of a running process is gone: deleted to leave no trace, or replaced by its next version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Evidence, File, Unread
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.memfd import is_memfd
from tcpview_tui.findings.rules.package import is_of_packages
from tcpview_tui.findings.rules.wording import contacted, is_public
from tcpview_tui.sources.packages.answers import Owner
from tcpview_tui.text import local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Executable, Reading
    from tcpview_tui.sources.packages.provenance import Provenance

_HOMES = ("/home/", "/var/home/", "/export/home/")
"""Where people have what is theirs: hier(7), and the layouts of ostree and Solaris."""

_PEOPLE = 1_000
"""The least user id of a person (UID_MIN, login.defs(5))."""

_UPGRADE = "A package upgrade does that; the old version runs until the program is started again."


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if exe is None or not exe.deleted or is_memfd(exe):
        return None
    if isinstance(exe.file, File) and isinstance(exe.present, File) and exe.file.is_same(exe.present):
        return None  # the name was put back
    found = _replaced(evidence, exe, exe.successor) if exe.successor else _deleted(exe)
    return found._replace(sentence=f"started from {exe.path}, {found.sentence}{contacted(evidence)}")


def _deleted(exe: Executable) -> Hit:
    if isinstance(exe.present, File):  # an upgrade puts another version there, and not an empty or a plain file
        return Hit(
            f"deleted{_since(exe)}, and what has its name now is no program",
            "A program that is stopped and removed leaves its configuration or a lock by the same name, though seldom.",
        )
    if isinstance(exe.present, Unread):
        against = f"Whether another file has its name now could not be checked: {exe.present.reason}."
    else:
        against = "An installer deletes itself; an upgrade removes a directory that has the version in its name."
    return Hit(f"deleted{_since(exe)}", against)


def _since(exe: Executable) -> str:
    # The removal of the last name sets the ctime (unlink(2)); a later one can only be a change of rights or owner.
    if isinstance(exe.file, File) and exe.file.links == 0:
        return f" since {local_time(exe.file.changed)} at the latest"
    return ""


def _replaced(evidence: Evidence, exe: Executable, present: File) -> Hit:
    origin = evidence.successor
    owner, intact = (origin, None) if isinstance(origin, Unread) else (origin.owner, origin.intact)
    started = evidence.process.started
    found = _packaged(owner, intact, started) if isinstance(owner, Owner) else _unpackaged(evidence, exe, present)
    changed = f"another file, last changed {local_time(present.changed)}, has its name now"
    return found._replace(sentence=f"which was replaced: {changed}{found.sentence}")


def _packaged(owner: Owner, intact: Reading[bool | None], started: float | None) -> Hit:
    if intact is not False and not owner.came_after(started):
        return Hit(
            f", which belongs to {owner.label}, but that package was installed before the process started",
            "In the middle of an upgrade it looks like that for a moment, and after a file was restored from a backup.",
        )
    if intact is True:
        return Hit(f", as {owner.label} brought it", _UPGRADE, Severity.LOW)
    if intact is False:
        return Hit(
            f", and it is not as {owner.label} brought it",
            "In the middle of an upgrade it looks like that for a moment, and after a local rebuild.",
        )
    reason = intact.reason if isinstance(intact, Unread) else "nobody has asked"
    return Hit(f", which belongs to {owner.label}", f"{_UPGRADE} It could not be compared: {reason}.", Severity.MEDIUM)


def _unpackaged(evidence: Evidence, exe: Executable, present: File) -> Hit:
    origin = evidence.successor
    unread = origin if isinstance(origin, Unread) else origin.owner
    if isinstance(unread, Unread):
        against = f"{_UPGRADE} Whether one did is not known: {unread.reason}"
        return Hit("", against, Severity.LOW if _is_of_system(origin) else Severity.MEDIUM)
    if _is_rebuilt(evidence, exe, present):
        against = "Its user has built it anew: the file is in that user's home, and talks to nobody on the Internet."
        return Hit(", which no package owns", against, Severity.LOW)
    against = "Programs that update themselves, and those that are built or installed by hand, are replaced like that."
    return Hit(", which no package owns", against, Severity.MEDIUM)


def _is_of_system(origin: Reading[Provenance]) -> bool:
    """Whether it lies where only packages put programs: of some systems the databases are not read."""
    return not isinstance(origin, Unread) and is_of_packages(origin.executable)


def _is_rebuilt(evidence: Evidence, exe: Executable, present: File) -> bool:
    """Whether a person has replaced a program of that person's own, which stays in the house."""
    user = evidence.uid
    return (
        isinstance(user, int)
        and user >= _PEOPLE
        and isinstance(exe.file, File)
        and exe.file.owner == present.owner == user
        and exe.path.startswith(_HOMES)
        and not is_public(evidence)
    )


DELETED_EXE = Rule(
    id="deleted-exe",
    version=2,
    title="Executable deleted",
    of="process",
    reads="/proc/PID/exe, what is at its path now in the root of the process, which package owns that and whether it "
    "has the package's checksum",
    severity=Severity.HIGH,
    technique="T1070.004",
    benign="A package upgrade replaces the file while it runs: low, where the new file is that of a package installed "
    "since. Programs that update themselves (medium), rebuilds in the home of their user (low while they talk to no "
    "public address). Installers that delete themselves, and upgrades that remove a directory with the old version in "
    "its name.",
    check=_check,
)
