"""The executable lies where programs seldom do: for everybody to write to, hidden, or handed out by a web server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Evidence, Unread
from tcpview_tui.findings.places import hidden, is_shared, is_volatile, loose, web_root
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.memfd import is_memfd
from tcpview_tui.findings.rules.wording import contacted

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Executable


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if exe is None or is_memfd(exe) or _is_appimage(exe):
        return None
    found = _place(exe.path)
    if found is None:
        return None
    return found._replace(sentence=f"started from {exe.path}, {found.sentence}{contacted(evidence)}")


def _place(path: str) -> Hit | None:
    secret = hidden(path)
    if is_volatile(path):
        return Hit("a place in memory that every user may write to", severity=Severity.HIGH)
    if is_shared(path):
        grave = Severity.HIGH if secret else Severity.MEDIUM
        return Hit("a place that every user may write to", "Builds, tests and installers run from there.", grave)
    if web := web_root(path):
        return Hit(f"which a web server hands out ({web})", "Some web applications bring programs with them.")
    if secret:
        return Hit(f"which is hidden ({secret})", "Some tools install themselves in a hidden directory.")
    if data := loose(path):
        return Hit(f"a directory for data ({data})", "Build tools and browsers keep programs there.", Severity.LOW)
    return None


def _is_appimage(exe: Executable) -> bool:
    """Whether it runs from the mount that an AppImage makes of itself, which nobody can put a file into."""
    mounted = isinstance(exe.filesystem, str) and exe.filesystem.startswith("fuse")
    return mounted and exe.path.startswith("/tmp/.mount_")  # noqa: S108 - the AppImage runtime chooses it


EXE_PLACE = Rule(
    id="exe-place",
    version=1,
    title="Executable in an unusual place",
    of="process",
    reads="/proc/PID/exe; /proc/PID/mountinfo for a path in a temporary directory",
    severity=Severity.MEDIUM,
    technique="T1564.001",
    benign="Builds, tests and installers that run from /tmp; tools that install themselves in a hidden directory. "
    "Those of version managers, editors and virtual environments (~/.local, .venv) and AppImages stay unmarked.",
    check=_check,
)
