"""The executable of a process never was a file on a disk."""

from __future__ import annotations

from tcpview_tui.findings.evidence import Evidence, Executable, Unread
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted

_MARK = "/memfd:"
"""How the kernel names memory that memfd_create(2) made."""

_RUNTIMES = frozenset({"runc_cloned:/proc/self/exe", "crun_cloned:/proc/self/exe"})
"""What runc and crun name the copy of themselves that they enter a container with, against CVE-2019-5736."""


def is_memfd(executable: Executable) -> bool:
    """Whether the executable is memory with a name; nothing else without a name on a disk is called so."""
    return executable.deleted and executable.path.startswith(_MARK)


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if exe is None or not is_memfd(exe):
        return None
    name = exe.path.removeprefix(_MARK)
    # A container runtime has started its container within a second and connects to nobody; a name proves nothing.
    if name in _RUNTIMES and not evidence.contacts:
        return None
    called = f'named "{name}"' if name else "without a name"
    return Hit(f"runs from memory {called} (memfd), not from a file{contacted(evidence)}", _against(name))


def _against(name: str) -> str:
    if name in _RUNTIMES:
        return "A container runtime runs a copy of itself with this name; it connects to nobody, though."
    return "Some runtimes and sandboxes start programs from sealed memory."


MEMFD_EXE = Rule(
    id="memfd-exe",
    version=1,
    title="Executable in memory only",
    of="process",
    reads="/proc/PID/exe",
    severity=Severity.HIGH,
    technique="T1620",
    benign="Runc and crun enter a container from a sealed copy of themselves: unmarked unless connected. Sandboxes "
    "that start helpers from sealed memory.",
    check=_check,
)
