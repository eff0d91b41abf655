"""The meter: counters that grow from look to look become rates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import exp
from typing import TYPE_CHECKING

from tcpview_tui.model.traffic import NO_FLOW, Flow, Gauge

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.traffic import Measure

SMOOTHING = 2.0
"""Seconds after which a rate has come 63 % of the way to a new one: the time constant of its moving average."""

_LEAST_RATE = 1.0
"""Bytes per second below which a rate that only falls is 0."""

_LEAST_TIME = 0.001
"""Seconds that count as passed between two looks at least, so that a rate is always a number."""

_SLACK = 1024
"""Closed connections remembered at least before they are looked for and forgotten."""


class Meter:
    """Remembers the last measure of each connection. A look costs as much as there are measures and rates in it."""

    def __init__(self) -> None:
        self._last: dict[Key, Gauge] = {}
        self._active: set[Key] = set()
        self._taken_at: float | None = None

    def take(
        self,
        measures: Mapping[Key, Measure],
        connections: Collection[Key],
        now: float,
        old: Collection[Key] = frozenset(),
    ) -> tuple[dict[Key, Gauge], Flow]:
        """Return the gauges that differ from those of the look before, and what all connections carried since then.

        `measures` are those that differ, `connections` all there are, `now` is monotonic seconds. What is measured
        first at the first look has carried nothing yet, as far as anybody knows; what comes later began with 0 bytes,
        unless it is `old`.
        The gauge of a closed connection has no rates, and is its last.
        """
        before, self._taken_at = self._taken_at, now
        if before is None:
            self._last = {key: Gauge(measure) for key, measure in measures.items()}
            return dict(self._last), NO_FLOW
        elapsed = max(now - before, _LEAST_TIME)
        weight = 1 - exp(-elapsed / SMOOTHING)
        gauges = {key: self._fallen(key, weight) for key in self._active if key not in measures}
        received = sent = 0
        self._last |= {key: Gauge(measures[key]) for key in old if key in measures}
        for key, measure in measures.items():
            more_in, more_out = self._growth(key, measure)
            received, sent = received + more_in, sent + more_out
            gauges[key] = self._moved(key, measure, more_in / elapsed, more_out / elapsed, weight)
        self._keep(gauges, connections)
        return gauges, Flow(received / elapsed, sent / elapsed)

    def _growth(self, key: Key, measure: Measure) -> tuple[int, int]:
        """Return the bytes received and sent since the last measure; counters that went backwards tell none."""
        now, last = measure.counters, self._last.get(key)
        received, sent = now.received or 0, now.sent or 0
        if last is None:
            return received, sent
        before = last.counters
        return max(received - (before.received or 0), 0), max(sent - (before.sent or 0), 0)

    def _moved(self, key: Key, measure: Measure, receiving: float, sending: float, weight: float) -> Gauge:
        last = self._last.get(key)
        was_receiving, was_sending = (last.receiving, last.sending) if last else (0.0, 0.0)
        smooth_in = _settled(was_receiving + (receiving - was_receiving) * weight, receiving)
        smooth_out = _settled(was_sending + (sending - was_sending) * weight, sending)
        return Gauge(measure, smooth_in, smooth_out, bool(receiving or sending))

    def _fallen(self, key: Key, weight: float) -> Gauge:
        return self._moved(key, self._last[key].measure, 0.0, 0.0, weight)

    def _keep(self, gauges: dict[Key, Gauge], connections: Collection[Key]) -> None:
        """Remember the gauges of what is open; what has closed gets its last one."""
        self._last |= gauges
        for key in [key for key in gauges if key not in connections]:
            gauge = self._last.pop(key)
            gauges[key] = Gauge(gauge.measure, is_busy=gauge.is_busy)
        self._active = {key for key, gauge in gauges.items() if (gauge.rate or gauge.is_busy) and key in self._last}
        if len(self._last) > len(connections) * 5 // 4 + _SLACK:
            self._last = {key: gauge for key, gauge in self._last.items() if key in connections}


def _settled(rate: float, moving: float) -> float:
    return rate if moving or rate >= _LEAST_RATE else 0.0
