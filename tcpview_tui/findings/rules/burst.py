"""Who tries very much within a minute: many machines, many ports, one log-in again and again, in vain.

Processes of one program that each try a little are judged together: a scanner may start one for each connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.party import doers, whom
from tcpview_tui.findings.ports import COMMON, LOG_IN, MAIL, SOUGHT
from tcpview_tui.findings.reach import is_nearby
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity
from tcpview_tui.text import count, duration, endpoint, local_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.burst import Attempt, Burst, Group

SWEEP = 30
"""Fresh addresses at one port. A page in a browser takes its parts from up to 40, but they answer, and at port 443."""

WIDE_SWEEP = 100
"""Fresh addresses at one port that all answer: nobody but a crawler asks so many, and that at a `ports.COMMON` port."""

PROBE = 20
"""Ports of one address that mostly do not answer. What tries a service at all its usual ports tries less than ten."""

WIDE_PROBE = 100
"""Ports of one address, answered or not. Passive FTP takes one for each file (RFC 959), but mostly fewer a minute."""

LOG_INS = 30
"""Connections to one log-in service: one each two seconds, more than people and backup jobs make."""

FLOOD = 600
"""Connections to one end beyond the local networks, at any port: ten each second, none of which is used again."""

FAILURES = 20
"""Connections that were never answered: one each three seconds."""

FAILED_ENDS = 8
"""Different ends of those: a client whose server is down tries the few addresses of that again and again."""

_PURPOSE = "Monitoring and an inventory of the network do so on purpose, and whoever is asked to test it."
_LETTERS = "A mail server with much to send does so, too."
_UNSURE = "Most were answered, or came and went unseen: "


def _scan(burst: Burst) -> Answer:
    hits = [*filter(None, map(_swept, burst.sweeps)), *filter(None, map(_probed, burst.probes))]
    return _gravest(hits, Severity.MEDIUM)


def _swept(sweep: Group) -> Hit | None:
    """Judge one port of many addresses."""
    if sweep.fresh < SWEEP:
        return None
    sought = sweep.port in SOUGHT
    evidence = _sentence(sweep, f"{count(sweep.addresses, 'address', 'addresses')} at port {sweep.port}")
    if _mostly_fails(sweep):
        return _hit(sweep.attempts, evidence, _PURPOSE, Severity.HIGH if sought else None)
    if sought:
        return _hit(sweep.attempts, evidence, f"{_UNSURE}tools of administration do so, too.")
    if sweep.port in MAIL:
        return _hit(sweep.attempts, evidence, _LETTERS, Severity.LOW)
    if sweep.port not in COMMON and sweep.fresh >= WIDE_SWEEP:
        return _hit(sweep.attempts, evidence, f"{_UNSURE}monitoring and clusters look so.", Severity.LOW)
    return None


def _probed(probe: Group) -> Hit | None:
    """Judge many ports of one address."""
    evidence = _sentence(probe, f"{count(probe.ports, 'port')} of {probe.address}")
    if probe.ports >= PROBE and _mostly_fails(probe):
        return _hit(probe.attempts, evidence, _PURPOSE)
    if probe.ports >= WIDE_PROBE:
        return _hit(probe.attempts, evidence, f"{_UNSURE}many files by passive FTP look so.", Severity.LOW)
    return None


def _brute_force(burst: Burst) -> Answer:
    return _gravest([*filter(None, map(_hammered, burst.targets))], Severity.MEDIUM)


def _hammered(target: Group) -> Hit | None:
    """Judge one end that was connected to again and again."""
    address, port, attempts = target.address or "", target.port or 0, target.attempts
    evidence = _sentence(target, endpoint(address, port))
    if target.tries >= LOG_INS and port in LOG_IN:
        evidence = f"{evidence}; {LOG_IN[port]} is where one logs in"
        return _hit(attempts, evidence, "Many small jobs of one script do so, too.")
    if is_nearby(address):
        return None
    if target.tries >= LOG_INS and port in MAIL:
        return _hit(attempts, evidence, _LETTERS, Severity.LOW)
    if target.tries >= FLOOD:
        against = "A client that uses no connection twice looks so: proxies, tests of load."
        return _hit(attempts, evidence, against, Severity.LOW)
    return None


def _failing(burst: Burst) -> Answer:
    tried = burst.all
    if _scan(burst) or tried.failed < FAILURES or tried.dead < FAILED_ENDS or not _mostly_fails(tried):
        return None
    evidence = _sentence(tried, f"{count(tried.addresses, 'address', 'addresses')}, {count(tried.ports, 'port')}")
    return _hit(tried.failures, evidence, "Sharing of files among peers looks so, and a network that is down.")


def _hit(attempts: Sequence[Attempt], evidence: str, against: str, severity: Severity | None = None) -> Hit:
    """Return what was found of those who made these attempts."""
    return Hit(f"{evidence}; {doers(attempts)}", against, severity, whom(attempts))


def _gravest(hits: list[Hit], usual: Severity) -> Hit | None:
    """Return the gravest, of these the first; `usual` is how grave one is that does not say it."""
    return max(hits, key=lambda hit: hit.severity or usual, default=None)


def _mostly_fails(group: Group) -> bool:
    return 2 * group.failed >= group.tries


def _sentence(group: Group, where: str) -> str:
    lasted = duration(max(group.lasted, 1.0))
    vain = f", {group.failed:,} of them failed" if group.failed else ""
    return f"{count(group.tries, 'connection')} to {where} within {lasted}, from {local_time(group.at)}{vain}"


_READS = (
    "the outgoing connections that each process opened within a minute, and, together, those of all processes of one "
    "program that opened too few alone; their states"
)

SCAN = Rule(
    id="scan",
    version=2,
    title="Scan of addresses or ports",
    of="activity",
    reads=_READS,
    severity=Severity.MEDIUM,
    technique="T1046",
    benign="Monitoring of a network, inventory, tools of administration, a cluster that starts.",
    check=_scan,
)

BRUTE_FORCE = Rule(
    id="many-to-one",
    version=2,
    title="Many connections to one end",
    of="activity",
    reads=_READS,
    severity=Severity.MEDIUM,
    technique="T1110",
    benign="Many small jobs over SSH, mail servers, clients without a pool of connections, tests of load.",
    check=_brute_force,
)

FAILING = Rule(
    id="many-failed",
    version=2,
    title="Many ends that never answer",
    of="activity",
    reads=_READS,
    severity=Severity.LOW,
    technique="T1046",
    benign="Sharing of files among peers, a network or a firewall that fails.",
    check=_failing,
)
