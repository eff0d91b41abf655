"""Processes and sockets that one of two lists of the kernel lacks: somebody has taken them out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import Unlooked
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.text import count, duration, local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.machine import HiddenProcess, HiddenSocket


def _process(evidence: Reading[HiddenProcess]) -> Answer:
    if isinstance(evidence, Unread):
        return Unknown(evidence.reason)
    how = (
        f"its directory in /proc is covered by a mount ({evidence.cover})"
        if evidence.cover
        else "/proc does not list it"
    )
    sentence = f"process {evidence.pid} answers signals, but {how}{_looked(evidence)}{_says(evidence)}"
    return Hit(sentence, "" if evidence.looks > 1 else "It was seen in one look only; the next one asks again.")


def _looked(evidence: HiddenProcess) -> str:
    if evidence.looks == 1:
        return f", at {local_time(evidence.first)}"
    lasted = duration(evidence.last - evidence.first)
    return f", in {evidence.looks} looks within {lasted} since {local_time(evidence.first)}"


def _says(evidence: HiddenProcess) -> str:
    """Return what the process is, as far as its directory tells whoever knows the number."""
    if not evidence.command:
        return "; asked for by number, /proc says nothing of it"
    runs = f" and runs {evidence.executable}" if evidence.executable else ""
    return f"; asked for by number, it calls itself {evidence.command}{runs}"


def _socket(evidence: Reading[HiddenSocket | Unlooked]) -> Answer:
    if isinstance(evidence, Unread | Unlooked):
        return Unknown(evidence.reason)
    has = "/proc/net" if evidence.lacks == "netlink" else "netlink"
    times = count(evidence.comparisons, "comparison")
    return Hit(
        f"{evidence.name} is told by {has} and not by {evidence.lacks}, in {times} at {local_time(evidence.last)}, "
        f"found first at {local_time(evidence.first)}; its inode is {evidence.inode}"
    )


HIDDEN_PROCESS: Rule[Reading[HiddenProcess]] = Rule(
    id="hidden-process",
    version=1,
    title="Process that is in no list",
    of="machine",
    reads="kill(pid, 0) for every process id in turn, the list of /proc, and the mounts over it",
    severity=Severity.HIGH,
    technique="T1014",
    benign="None is known; a kernel that is manipulated as a whole hides from this, too.",
    check=_process,
)

HIDDEN_SOCKET: Rule[Reading[HiddenSocket | Unlooked]] = Rule(
    id="hidden-socket",
    version=2,
    title="Socket missing from one list",
    of="machine",
    reads="sock_diag and /proc/net/{tcp,tcp6,udp,udp6} of every network namespace, up to 50,000 sockets",
    severity=Severity.HIGH,
    technique="T1014",
    benign="None is known; a kernel that is manipulated as a whole hides from this, too.",
    check=_socket,
)
