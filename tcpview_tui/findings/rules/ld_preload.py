"""Libraries that every program of the machine is made to load."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.programs import STEADY, base
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.text import local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.machine import Preload

_KNOWN = {
    "libarmmem": "Raspberry Pi OS (package raspi-copies-and-fills)",
    "libcofi_rpi.so": "Raspberry Pi OS (package raspi-copies-and-fills)",
    "liboneagentproc.so": "Dynatrace OneAgent",
    "launcher.preload.so": "Datadog's agent",
    "libotelinject.so": "OpenTelemetry's injector",
    "libsplunk.so": "Splunk's OpenTelemetry collector",
    "libsnoopy.so": "Snoopy, which logs commands",
    "libjemalloc.so": "the allocator jemalloc",
    "libtcmalloc": "the allocator tcmalloc",
}
"""How libraries begin that are put there by those who administer a machine, and whose they are."""


def _check(evidence: Reading[Preload]) -> Answer:
    if isinstance(evidence, Unread):
        return Unknown(evidence.reason)
    named = ", ".join(evidence.libraries[:5])
    more = len(evidence.libraries) - 5
    rest = f" and {more:,} more" if more > 0 else ""
    gone = f"; of these not there: {', '.join(evidence.missing[:5])}" if evidence.missing else ""
    sentence = f"{evidence.path} makes every program load {named}{rest}, since {local_time(evidence.changed)}{gone}"
    whose = [_owner(library) for library in evidence.libraries]
    if any(owner is None for owner in whose):
        return Hit(sentence, "Some monitoring agents and allocators are installed that way: ask who put it there.")
    told = ", ".join(sorted({owner for owner in whose if owner}))
    return Hit(sentence, f"By name and place it is that of {told}: its package has the checksum.", Severity.MEDIUM)


def _owner(library: str) -> str | None:
    """Return whose a library is by its name; nobody's outside the directories that the administrator alone fills."""
    if not library.startswith(STEADY):
        return None
    return next((owner for name, owner in _KNOWN.items() if base(library).startswith(name)), None)


LD_SO_PRELOAD: Rule[Reading[Preload]] = Rule(
    id="ld-so-preload",
    version=1,
    title="Library preloaded everywhere",
    of="machine",
    reads="/etc/ld.so.preload",
    severity=Severity.HIGH,
    technique="T1574.006",
    benign="Raspberry Pi OS, monitoring agents (Dynatrace, Datadog, OpenTelemetry), allocators; medium for these.",
    check=_check,
)
