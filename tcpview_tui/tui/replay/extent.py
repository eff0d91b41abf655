"""From when to when a recording goes, which may grow, and how much happened in each part of that time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.reader import ReadingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.record.history import History, Place


class Extent:
    """The part of a recording that there is. `activity` counts the events in each part of its time."""

    def __init__(self, history: History) -> None:
        """Raises ReadingError when not even the beginning can be read."""
        self._history = history
        self.start = history.start()
        self.end = max(history.end(), self.start)
        self.activity: Sequence[int | None] = ()
        self._parts = self._checked = 0
        self._damaged_after = history.damaged_after

    @property
    def farewell(self) -> str:
        """What is to be said at its end."""
        if self._history.damage is None:
            return "This is the end of the recording."
        return f"Nothing can be read behind event {self.end.event:,}: {self._history.damage}."

    @property
    def damage(self) -> str:
        """What is to be said when it opens of what cannot be read behind its beginning; empty when there is nothing."""
        if self._history.damage is not None:
            return self.farewell
        after = self._damaged_after
        if after is None or not self.start.event <= after < self.end.event:
            return ""
        return f"Damaged behind event {after:,}: where the time line has ?, not all can be read. Verify says more."

    def divide(self, parts: int) -> None:
        """Count the activity in so many parts from now on."""
        self._parts = parts
        begin, length = self.start.clock, self.end.clock - self.start.clock
        clocks = [begin + length * part / parts for part in range(parts)]
        self.activity = self._history.activity([*clocks, self.end.clock], self._damaged_after is None)

    def check(self, most: int) -> str:
        """Read on in what comes before the beginning, where nobody gets, so many events; return what is damaged there.

        It is empty while nothing is, and after the first damage.
        """
        first, self._checked = self._checked + 1, min(self._checked + most, self.start.event)
        try:
            for _ in self._history.told(first, self._checked):
                pass
        except ReadingError as error:
            self._checked = self.start.event
            return f"Damage before the beginning: {error}."
        return ""

    def grow(self) -> bool:
        """Take notice of what was written meanwhile; return whether there is more."""
        end = self._history.end()
        if end.event <= self.end.event:
            return False
        if not self.end.event:  # nothing had happened before
            self.start = self._history.start()
        self.end = end
        self.divide(self._parts)
        return True

    def at(self, clock: float) -> Place:
        """Return the place at that time; what is beyond its ends is at them."""
        if clock >= self.end.clock > self.start.clock:
            return self.end
        return self._history.at(max(clock, self.start.clock))
