"""A live table that is fed from a recording, at the times that stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.model.traffic import Gauge
from tcpview_tui.record.looks import Looks, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.model.live import LiveTable, Update
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.history import Place
    from tcpview_tui.record.states import Whole


class RecordedClock:
    """The clocks of the machine that was recorded. They stand where they were put."""

    def __init__(self) -> None:
        self._wall = self._monotonic = 0.0

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return self._wall

    def monotonic(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return self._monotonic

    def slept(self) -> float:
        """Nothing: what was recorded tells of a sleep by a gap."""
        return 0.0

    def put(self, wall: float, monotonic: float) -> None:
        """Say how late it is."""
        self._wall, self._monotonic = wall, monotonic


class Playback:
    """Shows in `table` what the live table showed. `looks` is what else is so."""

    def __init__(self, clock: RecordedClock, table: LiveTable) -> None:
        """`clock` is that of the table."""
        self.clock, self.table = clock, table
        self.looks = Looks()

    def leap(self, whole: Whole) -> tuple[Snapshot, Update]:
        """Be where everything is as in that state; return it as a look, and what differs."""
        self.looks = whole.looks()
        now, problems = self.looks.connections, tuple(self.looks.problems.values())
        gauges = {key: Gauge(Told(counters)) for key, counters in self.looks.counters.items()}
        snapshot = Snapshot(whole.look, self.clock.wall(), now, problems, gauges=gauges)
        return snapshot, self.table.restore(whole.rows, now, whole.look, whole.connections)

    def take(self, events: Sequence[Event]) -> tuple[Snapshot, Update]:
        """Take in the events of one moment, at least one, which it is from then on; return what differs."""
        at = events[-1].at
        self.clock.put(at.told, at.clock)
        snapshot, difference = self.looks.take(events)
        update = self.table.expire()
        return snapshot, update | self.table.apply(snapshot, difference)

    def put(self, place: Place) -> Update:
        """Be at that time; return what marks have faded."""
        self.clock.put(place.wall, place.clock)
        return self.table.expire()
