"""A recording by time: which event when, all that was so then, and what happened from there on."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby, pairwise
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.record.event import Acted
from tcpview_tui.record.reader import ReadingError
from tcpview_tui.record.states import NOTHING, Whole, restored
from tcpview_tui.text import LAST_DATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tcpview_tui.record.event import Event
    from tcpview_tui.record.reader import Reader

_OF_EVENT = "SELECT mono, wall FROM event JOIN moment ON moment.id = event.moment WHERE event.id = ?"

_STATES = """SELECT state.id, state.event FROM state LEFT JOIN event ON event.id = state.event
             LEFT JOIN moment ON moment.id = event.moment WHERE state.id <= ? AND state.event BETWEEN 0 AND ?
             AND (mono <= ? OR state.id = 1) ORDER BY state.id DESC"""

_TOLD = """SELECT count(*), count(moment.wall), count(connection.common) - count(event.connection) FROM event
           LEFT JOIN moment ON moment.id = event.moment LEFT JOIN connection ON connection.id = event.connection
           WHERE event.id BETWEEN ? AND ?"""

_ANY = (1 << 63) - 1
"""The last number that a column of SQLite holds (datatype3.html)."""

_ACTED = """SELECT id FROM event WHERE kind IN (SELECT id FROM word WHERE text = 'acted') AND id <= ? ORDER BY id"""


class Place(NamedTuple):
    """A place in a recording: after an event, at a time of both clocks (seconds)."""

    event: int
    clock: float
    wall: float

    def after(self, seconds: float) -> Place:
        """Return the place so much later, if nothing happens until then."""
        return Place(self.event, self.clock + seconds, _dated(self.wall + seconds))


class History:
    """Places of a recording, also of one that is still written. Raises ReadingError where it is damaged.

    Where its end cannot be read, it ends before the first damage.
    """

    def __init__(self, reader: Reader, is_written: Callable[[], bool] = lambda: False) -> None:
        """`is_written` tells whether somebody may still be writing it."""
        self._reader, self.is_written = reader, is_written
        self.damage: str | None = None
        """Why its end cannot be read, if it cannot."""

    def start(self) -> Place:
        """Return the place after the first look. Before it nothing is known."""
        with suppress(ReadingError):  # without states it is read from its first event on
            for (event,) in self._reader.ask("SELECT event FROM state ORDER BY id LIMIT 1"):
                return self.place(event)
        return self.place(0)

    def end(self) -> Place:
        """Return the place after the last event."""
        try:
            return self.place(self._reader.last)
        except ReadingError as error:
            self.damage, last = str(error), self._reader.sound("moment")
            return self.place(min(self._moment(last)[2] - 1, self._reader.sound("event")) if last else 0)

    @property
    def damaged_after(self) -> int | None:
        """The last event before the first that cannot be read; `None` when each is there."""
        return self._reader.damaged_after

    def place(self, event: int) -> Place:
        """Return where an event stands; without one, where the recording begins."""
        if not event:
            is_begun = self._reader.ask("SELECT 1 FROM moment LIMIT 1")
            return _place(0, *self._moment(1)) if is_begun else Place(0, 0.0, 0.0)
        for mono, wall in self._reader.ask(_OF_EVENT, event):
            return _place(event, mono, wall)
        raise ReadingError(f"event {event} has no time; verify says what else")

    def at(self, clock: float) -> Place:
        """Return the place after all that had become known by then; times go up (CLOCK_MONOTONIC)."""
        try:
            end = self._reader.last  # before the last moment: somebody may write between the two
            return self._at(clock, self._last_moment(), end)
        except ReadingError:
            last = self._reader.sound("moment")
            if not last or clock * 1000 >= self._moment(last)[0]:
                raise
            return self._at(clock, last - 1, self._moment(last)[2] - 1)

    def clock_of(self, wall: float) -> float:
        """Return when the clock on the wall first showed so many seconds UTC, by the other clock."""
        found = self._reader.ask("SELECT mono, wall FROM moment WHERE wall >= ? ORDER BY id LIMIT 1", wall * 1000)
        if not found and not (last := self._last_moment()):
            return 0.0
        mono, then = found[0] if found else self._moment(last)[:2]
        return (mono - then) / 1000 + wall

    def next(self, event: int, step: int) -> int | None:
        """Return the next event in that direction (1, -1) that a person would see; `None` when there is none."""
        way, order = (">", "ASC") if step > 0 else ("<", "DESC")
        told = "kind NOT IN (SELECT id FROM word WHERE text = 'counted')"
        query = f"SELECT id FROM event WHERE id {way} ? AND {told} ORDER BY id {order} LIMIT 1"  # noqa: S608
        found = self._reader.ask(query, event)
        return found[0][0] if found else None

    def whole(self, event: int, clock: float | None = None) -> tuple[int, Whole]:
        """Return an event, not after this one and told by `clock` if there is such a state, and all that was so then.

        A state that cannot be read is passed over.
        """
        before = event, inf if clock is None else clock * 1000
        return self._whole(*before, _ANY) or self._whole(*before, self._reader.sound("state")) or (0, NOTHING)

    def told(self, first: int, last: int) -> Iterator[Sequence[Event]]:
        """Return the events from one number to another, those of each moment together."""
        number = first
        for _, told in groupby(self._reader.events(first, last), key=lambda event: event.at[:3]):
            yield (events := list(told))
            number += len(events)
        if number <= last:
            raise ReadingError(f"event {number} is missing; verify says what else")

    def activity(self, clocks: Sequence[float], is_sound: bool = True) -> list[int | None]:
        """Return how many events became known between each two of these times, which go up.

        `None` where that cannot be read; where the recording is not sound, also where they themselves cannot be.
        """
        events = [self._event_at(clock) for clock in clocks]
        return [self._between(earlier, later, is_sound) for earlier, later in pairwise(events)]

    def _event_at(self, clock: float) -> int | None:
        with suppress(ReadingError):
            return self.at(clock).event
        return None

    def _between(self, earlier: int | None, later: int | None, is_sound: bool) -> int | None:
        if earlier is None or later is None:
            return None
        number = max(later - earlier, 0)
        with suppress(ReadingError):
            if is_sound or self._reader.ask(_TOLD, earlier + 1, later) == [(number, number, 0)]:
                return number
        return None

    def acted(self, last: int) -> list[Acted]:
        """Return what was done to the machine, up to an event."""
        numbers = [number for (number,) in self._reader.ask(_ACTED, last)]
        events = (event for number in numbers for event in self._reader.events(number, number))
        return [event for event in events if isinstance(event, Acted)]

    def last_with(self, event: int) -> int:
        """Return the last event that became known with this one, or the last one of all."""
        query = "SELECT event - 1 FROM moment WHERE id = 1 + (SELECT moment FROM event WHERE id = ?)"
        found = self._reader.ask(query, event)
        return max(found[0][0] if found else self.end().event, event)  # whoever doctored it: never one before

    def _at(self, clock: float, last: int, end: int) -> Place:
        """Return the place at that time by the moments up to the last one, which ends with event number `end`."""
        low, high = 1, last
        while low <= high:
            middle = (low + high) // 2
            if self._moment(middle)[0] <= clock * 1000:
                low = middle + 1
            else:
                high = middle - 1
        if high < 1:
            return self.start()
        mono, wall, _ = self._moment(high)
        event = self._moment(high + 1)[2] - 1 if high < last else end
        return _place(event, mono, wall).after(clock - mono / 1000)

    def _whole(self, event: int, mono: float, last: int) -> tuple[int, Whole] | None:
        """Return the last of the states up to number `last` that can be read; `None` also where that is damaged."""
        with suppress(ReadingError):
            for number, told in self._reader.rows(_STATES, last, event, mono):
                with suppress(ValueError, ReadingError):
                    return told, self._state(number)
        return None

    def _state(self, number: int) -> Whole:
        (body,) = self._reader.ask("SELECT body FROM state WHERE id = ?", number)[0]
        return restored(body, self._reader.process)

    def _last_moment(self) -> int:
        return int(self._reader.ask("SELECT coalesce(max(id), 0) FROM moment")[0][0])

    def _moment(self, number: int) -> tuple[int, int, int]:
        for mono, wall, event in self._reader.ask("SELECT mono, wall, event FROM moment WHERE id = ?", number):
            if isinstance(mono, int) and isinstance(wall, int) and isinstance(event, int):
                return mono, wall, event
        raise ReadingError(f"moment {number} is missing or none; verify says what else")


def _place(event: int, mono: int, wall: int, *_: int) -> Place:
    if not (isinstance(mono, int) and isinstance(wall, int)):  # SQLite can be made to hold anything
        raise ReadingError(f"the time of event {event} is none; verify says what else")
    return Place(event, mono / 1000, _dated(wall / 1000))


def _dated(wall: float) -> float:
    """Return the nearest second that has a date."""
    return min(max(wall, 0.0), LAST_DATE)
