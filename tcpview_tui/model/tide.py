"""The tide: the gauges of all rows, and what flowed altogether in the last looks."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.traffic import NO_FLOW, Flow, Gauge

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Snapshot

LOOKS = 60
"""Looks whose flow is remembered."""


class Total(NamedTuple):
    """What several connections carried since they were opened, in bytes, and their rate, in bytes per second."""

    received: int = 0
    sent: int = 0
    rate: float = 0.0


class Traffic:
    """The last gauge of each row, also of a closed one for as long as it is shown, and the flow of the last looks.

    Of looks in a row in which nothing flowed, `history` has the first alone: a picture of it stands still meanwhile.
    """

    def __init__(self) -> None:
        self.gauges: dict[Key, Gauge] = {}
        self.history: deque[Flow] = deque(maxlen=LOOKS)
        self._gone: set[Key] = set()

    @property
    def flow(self) -> Flow:
        """What all connections carried in the last look."""
        return self.history[-1] if self.history else NO_FLOW

    def take(self, snapshot: Snapshot, rows: Mapping[Key, Row]) -> Update:
        """Take in the gauges of a look; return the rows whose gauge is another one now."""
        moved: Update = {key: rows[key] for key in snapshot.gauges if key in rows}
        for key in moved:
            self.gauges[key] = snapshot.gauges[key]
        self._gone -= moved.keys()
        if any(snapshot.flow) or any(self.flow):
            self.history.append(snapshot.flow)
        return moved

    def drop(self, keys: Iterable[Key], held: Collection[Key]) -> None:
        """Forget the gauges of rows that are gone, those that are `held` all the same once they no longer are."""
        self._gone.update(keys)
        over = {key for key in self._gone if key not in held}
        self._gone -= over
        for key in over:
            self.gauges.pop(key, None)


def total(rows: Iterable[Row], gauges: Mapping[Key, Gauge]) -> Total:
    """Return what the connections of `rows` carried; what is not counted adds nothing."""
    received, sent, rate = 0, 0, 0.0
    for row in rows:
        gauge = gauges.get(row.connection.key)
        if gauge is not None:
            counters = gauge.counters
            received += counters.received or 0
            sent += counters.sent or 0
            rate += gauge.rate
    return Total(received, sent, rate)
