"""A program that calls the same remote end in a regular rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.activity import LEAST_INTERVALS
from tcpview_tui.findings.ports import POLLED
from tcpview_tui.findings.reach import is_nearby
from tcpview_tui.findings.rhythm import Rhythm, rhythm, sparkline
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity
from tcpview_tui.text import duration, local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.series import Series

LEAST_PERIOD = 4.5
"""Seconds: a period of 5, with some jitter. What calls more often keeps its connection open, or is a busy client."""

LEAST_LOOKS = 4
"""Looks in a period. A time that is known to one look is off by up to one: a quarter of the period, as a strong jitter
is. Below that, a busy client has the rhythm of the looks."""

LEAST_SCORE = 0.7
"""Of `Rhythm.score`. It is low at times, as few intervals are skew by chance: the steadiness judges more sharply."""

_STEADY, _FEWER = 0.75, 0.8
"""`Rhythm.steadiness` of a beacon with half a period of jitter, after very many intervals, and how much more is asked
for with few, divided by their number. Arrivals by chance (Poisson) come to 0.31 with many; of 3,000 simulated series,
0.7 % reached what is asked for with 8 intervals, and none with 24."""


def _check(series: Series) -> Answer:
    found = rhythm(series.intervals)
    if found is None or not _is_beacon(found, series.grain):
        return None
    return Hit(_sentence(series, found), *_doubts(series))


def _is_beacon(found: Rhythm, grain: float) -> bool:
    return (
        found.number >= LEAST_INTERVALS
        and found.median >= max(LEAST_PERIOD, LEAST_LOOKS * grain)
        and found.score >= LEAST_SCORE
        and found.steadiness >= _STEADY + _FEWER / found.number
    )


def _sentence(series: Series, found: Rhythm) -> str:
    low, high = found.bounds
    counted = f" (the last {found.number} counted)" if series.opened > found.number + 1 else ""
    known = f"; times are those of looks, every {duration(series.grain)}" if series.grain else ""
    return (
        f"connected to {series.pair.remote} every {duration(found.median)}: {series.opened} times from "
        f"{local_time(series.first)} to {local_time(series.last)}{_by(series)}; half of the intervals{counted} within "
        f"{duration(found.spread)} of that, [{sparkline(found.histogram)}] from {duration(low)} to "
        f"{duration(high)}{known}"
    )


def _by(series: Series) -> str:
    pids = ", ".join(str(process.pid) for process in series.processes)
    if not pids:
        return ""
    return f", by {'process' if len(series.processes) == 1 else 'processes'} {pids}"


def _doubts(series: Series) -> tuple[str, Severity | None]:
    """Return what speaks against it, and how grave it is where it is less so."""
    service = POLLED.get(series.pair.port)
    if service:
        return f"Port {series.pair.port} is that of {service}, which clients ask at regular times.", Severity.LOW
    if is_nearby(series.pair.address):
        return f"{series.pair.address} is in a local network: health checks and monitoring look so.", Severity.LOW
    return "Updates, monitoring, chat and mail programs call at regular times, too.", None


BEACON = Rule(
    id="beacon",
    version=1,
    title="Calls at regular intervals",
    of="activity",
    reads="when each program opened connections to each remote end, at least 9 times; not what a connection that stays "
    "open carries, nor what is sent without a connection",
    severity=Severity.MEDIUM,
    technique="T1071",
    benign="Monitoring agents, health checks, NTP and mail clients, update checks, jobs of cron.",
    check=_check,
)
