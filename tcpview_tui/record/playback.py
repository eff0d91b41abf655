"""A live table that is fed from a recording, at the times that stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.live import LiveTable
from tcpview_tui.record.looks import Looks
from tcpview_tui.record.states import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.model.live import Update
    from tcpview_tui.model.snapshot import Snapshot
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

    def put(self, wall: float, monotonic: float) -> None:
        """Say how late it is."""
        self._wall, self._monotonic = wall, monotonic


class Playback:
    """Shows in `table` what the live table showed. `looks` is what else is so."""

    def __init__(self, linger: float) -> None:
        """`linger` is that of the table."""
        self.memory = 2 * linger
        """Seconds after which nothing of a state is left that was not in it: a row that changed and then closed
        lingers with its change, which stays as long."""
        self.clock = RecordedClock()
        self.table = LiveTable(self.clock, linger)
        self.looks = Looks()

    def leap(self, whole: Whole = NOTHING) -> Update:
        """Be where everything is as in that state."""
        acted, self.looks = self.looks.acted, whole.looks()
        self.looks.acted = acted
        return self.table.restore(whole.rows, self.looks.connections, whole.look, whole.connections)

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
