"""The executable of a running process is gone: deleted to leave no trace, or replaced by its next version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Evidence, File, Unread
from tcpview_tui.findings.places import is_shared
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.memfd import is_memfd
from tcpview_tui.findings.rules.wording import contacted
from tcpview_tui.text import local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Executable


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if exe is None or not exe.deleted or is_memfd(exe):
        return None
    if isinstance(exe.present, File):
        return _replaced(exe, exe.present, contacted(evidence))
    if isinstance(exe.present, Unread):
        against = f"Whether another file has its name now could not be checked: {exe.present.reason}."
    else:
        against = "An installer deletes itself; an upgrade removes a directory that has the version in its name."
    return Hit(f"started from {exe.path}, deleted{_since(exe)}{contacted(evidence)}", against)


def _replaced(exe: Executable, present: File, contacts: str) -> Hit | None:
    if isinstance(exe.file, File) and exe.file.is_same(present):  # the name was put back
        return None
    if not present.is_program:  # an upgrade puts another version there, and not an empty or a plain file
        return Hit(
            f"started from {exe.path}, deleted{_since(exe)}, and what has its name now is no program{contacts}",
            "A program that is stopped and removed leaves its configuration or a lock by the same name, though seldom.",
        )
    other = f"another file, last changed {local_time(present.changed)}, has its name now"
    return Hit(
        f"started from {exe.path}, which was replaced: {other}{contacts}",
        "A package upgrade does that; the old version runs until the program is started again.",
        Severity.MEDIUM if is_shared(exe.path) else Severity.LOW,
    )


def _since(exe: Executable) -> str:
    # The removal of the last name sets the ctime (unlink(2)); a later one can only be a change of rights or owner.
    if isinstance(exe.file, File) and exe.file.links == 0:
        return f" since {local_time(exe.file.changed)} at the latest"
    return ""


DELETED_EXE = Rule(
    id="deleted-exe",
    version=1,
    title="Executable deleted",
    of="process",
    reads="/proc/PID/exe, and what is at its path now in the root of the process",
    severity=Severity.HIGH,
    technique="T1070.004",
    benign="A package upgrade replaces the file while it runs: told apart, and low. Installers that delete themselves, "
    "and upgrades that remove a directory with the old version in its name.",
    check=_check,
)
