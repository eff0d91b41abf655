"""A shell, or another program that runs what it is told, with a network connection in place of its user."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Evidence, Unread
from tcpview_tui.findings.programs import called, is_interpreter, is_shell
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Streams

_NAMES = "input", "output", "error"

_SUPERSERVERS = frozenset(
    {"inetd", "inetutils-inetd", "openbsd-inetd", "s6-tcpserver", "tcpserver", "tcpsvd", "xinetd"}
)
"""Programs that accept a connection and start another one upon it."""

_ACCEPTED = re.compile(r"@\d+-.+\.service\Z")
"""The unit that systemd starts for each connection of a socket with Accept=yes (systemd.socket(5))."""


def _check(evidence: Evidence) -> Answer:
    exe, streams = evidence.executable, evidence.streams
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    argv = () if isinstance(evidence.argv, Unread) else evidence.argv
    if exe is None or not (is_shell(exe.program, argv) or is_interpreter(exe.program)):
        return Unknown(exe.original.reason) if exe and isinstance(exe.original, Unread) else None
    if isinstance(streams, Unread):
        return Unknown(streams.reason)
    leads = [name for name, stream in zip(_NAMES, streams, strict=True) if stream and stream.is_network]
    if not leads:
        return _untold(streams)
    protocols = {stream.protocol for stream in streams if stream and stream.is_network}
    kind = " and ".join(sorted(map(str, protocols)))
    sentence = f"{called(exe.path, exe.program)} has a {kind} socket as standard {_listed(leads)}{contacted(evidence)}"
    if against := _started_upon(evidence):
        return Hit(sentence, against, Severity.MEDIUM)
    if leads == ["input"] and is_interpreter(exe.program):
        return Hit(sentence, "A FastCGI program has its listening socket as standard input.", Severity.MEDIUM)
    return Hit(sentence)


def _untold(streams: Streams) -> Unknown | None:
    untold = (stream.protocol for stream in streams if stream and isinstance(stream.protocol, Unread))
    return next((Unknown(each.reason) for each in untold), None)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _started_upon(evidence: Evidence) -> str:
    """Say what speaks for a service that a superserver has started upon its connection."""
    process = evidence.process
    parent = process.parents[0].name if process.parents else ""
    if parent in _SUPERSERVERS:
        return f"{parent} starts services so; a shell in its configuration is an old back door all the same."
    if parent in ("systemd", "init") and _ACCEPTED.search(process.service or ""):
        return f"systemd started it upon a connection ({process.service}); read that unit."
    return ""


SHELL_ON_SOCKET = Rule(
    id="shell-on-socket",
    version=2,
    title="Shell on a network socket",
    of="process",
    reads="/proc/PID/exe, /proc/PID/fd/0 to 2 and the protocol of sockets there; of a program with a socket there that "
    "is no shell by its name, the build id, and where it has none, the bytes if they are as many as those of a shell "
    "or interpreter in its root",
    severity=Severity.HIGH,
    technique="T1059.004",
    benign="Services written as scripts that inetd, xinetd or systemd start upon a connection, and FastCGI programs: "
    "told apart, and medium. The unix sockets of the journal and of other programs do not count.",
    check=_check,
)
