"""A recording by time: which event when, all that was so then, and what happened from there on."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.record.reader import ReadingError
from tcpview_tui.record.states import NOTHING, Whole, restored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.record.event import Event
    from tcpview_tui.record.reader import Reader


class Place(NamedTuple):
    """A place in a recording: after an event, at a time of both clocks (seconds)."""

    event: int
    clock: float
    wall: float

    def after(self, seconds: float) -> Place:
        """Return the place so much later, if nothing happens until then."""
        return Place(self.event, self.clock + seconds, self.wall + seconds)


class History:
    """Places of a recording, also of one that is still written. Raises ReadingError where it is damaged."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def start(self) -> Place:
        """Return the place after the first look. Before it nothing is known."""
        found = self._reader.ask("SELECT event FROM state ORDER BY id LIMIT 1")
        return self.place(found[0][0] if found else 0)

    def end(self) -> Place:
        """Return the place after the last event."""
        return self.place(self._reader.last)

    def place(self, event: int) -> Place:
        """Return where an event stands; without one, where the recording begins."""
        query = """SELECT mono, wall FROM moment WHERE id = coalesce((SELECT moment FROM event WHERE id = ?), 1)"""
        for mono, wall in self._reader.ask(query, event):
            return Place(event, mono / 1000, wall / 1000)
        return Place(0, 0.0, 0.0)

    def at(self, clock: float) -> Place:
        """Return the place after all that had become known by then; times go up (CLOCK_MONOTONIC)."""
        low, high = 1, self._moments()
        while low <= high:
            middle = (low + high) // 2
            if self._moment(middle)[0] <= clock * 1000:
                low = middle + 1
            else:
                high = middle - 1
        if high < 1:
            return self.start()
        mono, wall, _ = self._moment(high)
        after = self._moment(high + 1) if high < self._moments() else None
        event = self._reader.last if after is None else after[2] - 1
        return Place(event, mono / 1000, wall / 1000).after(clock - mono / 1000)

    def clock_of(self, wall: float) -> float:
        """Return when the clock on the wall first showed so many seconds UTC, by the other clock."""
        found = self._reader.ask("SELECT mono, wall FROM moment WHERE wall >= ? ORDER BY id LIMIT 1", wall * 1000)
        mono, then = found[0] if found else self._moment(self._moments())[:2]
        return (mono - then) / 1000 + wall

    def next(self, event: int, step: int) -> int | None:
        """Return the next event in that direction (1, -1) that a person would see; `None` when there is none."""
        way, order = (">", "ASC") if step > 0 else ("<", "DESC")
        query = f"SELECT id FROM event WHERE id {way} ? AND kind <> 'counted' ORDER BY id {order} LIMIT 1"  # noqa: S608
        found = self._reader.ask(query, event)
        return found[0][0] if found else None

    def whole(self, event: int, clock: float) -> tuple[int, Whole]:
        """Return an event, not after this one and told by `clock` if there is one, and all that was so after it.

        A state that cannot be read is passed over.
        """
        query = """SELECT state.event, state.body FROM state LEFT JOIN event ON event.id = state.event
                   LEFT JOIN moment ON moment.id = event.moment
                   WHERE state.event <= ? AND (mono <= ? OR state.id = 1) ORDER BY state.id DESC"""
        for number, body in self._reader.rows(query, event, clock * 1000):
            try:
                return number, restored(body, self._reader.process)
            except (ValueError, ReadingError):
                continue
        return 0, NOTHING

    def told(self, first: int, last: int) -> Iterator[Sequence[Event]]:
        """Return the events from one number to another, those of each moment together."""
        for _, events in groupby(self._reader.events(first, last), key=lambda event: event.at[:3]):
            yield list(events)

    def activity(self, clocks: Sequence[float]) -> list[int]:
        """Return how many events became known between each two of these times, which go up."""
        events = [self.at(clock).event for clock in clocks]
        return [later - earlier for earlier, later in pairwise(events)]

    def _moments(self) -> int:
        return int(self._reader.ask("SELECT coalesce(max(id), 0) FROM moment")[0][0])

    def _moment(self, number: int) -> tuple[int, int, int]:
        for mono, wall, event in self._reader.ask("SELECT mono, wall, event FROM moment WHERE id = ?", number):
            return mono, wall, event
        raise ReadingError(f"moment {number} is missing; verify says what else")
