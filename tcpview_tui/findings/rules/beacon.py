"""A program that calls the same remote end in a regular rhythm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.activity import LEAST_INTERVALS
from tcpview_tui.findings.ports import POLLED
from tcpview_tui.findings.reach import is_nearby
from tcpview_tui.findings.rhythm import Rhythm, rhythm, sparkline
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity
from tcpview_tui.findings.series import MOMENT
from tcpview_tui.text import duration, local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.series import Series

LEAST_PERIOD = 1.5
"""Seconds, where the exact times are known: a period of 2, with some jitter. What calls more often is a busy client."""

LEAST_BY_LOOKS, LEAST_LOOKS = 4.5, 4
"""Seconds, and looks, in a period, where looks tell the times: a period of 5, with some jitter. A time is off by up to
one look then: a quarter of the period, as a strong jitter is. Below that, a busy client has the rhythm of the looks."""

LEAST_LENGTH = 60.0
"""Seconds that a rhythm holds on. What calls every few seconds, one answer after the other, has mostly done by then."""

LEAST_SCORE = 0.7
"""Of `Rhythm.score`. It is low at times, as few intervals are skew by chance: the steadiness judges more sharply."""

_STEADY, _FEWER = 0.75, 0.8
"""Steadiness of a beacon with half a period of jitter, after very many intervals, and how much more is asked for with
few, divided by their number. Arrivals by chance (Poisson) come to 0.31 with many; of 3,000 simulated series, 0.7 %
reached what is asked for with 8 intervals, and none with 24."""


def _check(series: Series) -> Answer:
    found = rhythm(series.intervals)
    if found is None or not _is_beacon(found, series.grain):
        return None
    return Hit(_sentence(series, found), *_doubts(series))


def _is_beacon(found: Rhythm, grain: float) -> bool:
    return (
        found.number >= LEAST_INTERVALS
        and found.median >= (max(LEAST_BY_LOOKS, LEAST_LOOKS * grain) if grain else LEAST_PERIOD)
        and found.number * found.median >= LEAST_LENGTH
        and found.score >= LEAST_SCORE
        and (found.steadiness if grain else _steadiness(found)) >= _STEADY + _FEWER / found.number
    )


def _steadiness(found: Rhythm) -> float:
    """Return `Rhythm.steadiness` of what the intervals have above `MOMENT`, for none is counted that has less: else
    whoever calls at any time, nearly each second, would seem to call every 1.5 s."""
    return 1.0 - found.spread / (found.median - MOMENT)


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
    version=2,
    title="Calls at regular intervals",
    of="activity",
    reads="when each program opened connections to each remote end, at least 9 times in at least a minute, at periods "
    "from 2 s where events tell the exact times, from 5 s and four looks where looks do; not what a connection that "
    "stays open carries, nor what is sent without a connection",
    severity=Severity.MEDIUM,
    technique="T1071",
    benign="Monitoring agents, health checks, NTP and mail clients, update checks, jobs of cron; clients that try "
    "again, or ask for the next piece, every few seconds.",
    check=_check,
)
