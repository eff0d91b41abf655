"""Searching a recording for the next row that the filter lets through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.row import Mark
from tcpview_tui.record.event import Changed, Closed, Judged, Opened
from tcpview_tui.record.tracked import Tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.model.column import ServiceName
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.narrowing import Narrowing
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.history import History
    from tcpview_tui.record.states import Whole
    from tcpview_tui.record.tracked import Happening

_BLOCK = 5_000
"""Rows that are searched between two looks at whether anybody still waits for the answer; an event counts as one."""

_MARKS: dict[type[Event], Mark] = {Opened: Mark.NEW, Changed: Mark.CHANGED, Closed: Mark.CLOSED, Judged: Mark.NONE}


class Found(NamedTuple):
    """An event, by its number, and the connection it is about."""

    event: int
    key: Key


class Finder:
    """Looks for events of rows that `narrowing` lets through, in either direction.

    Both ways yield, again and again, the number of an event up to which nothing was found, and what was found last.
    """

    def __init__(self, history: History, narrowing: Narrowing, service_name: ServiceName) -> None:
        self._history, self._service_name = history, service_name
        self._since, self._narrowing = narrowing.since, replace(narrowing, since=None)

    def after(self, event: int, last: int) -> Iterator[Found | int]:
        """Look for the first one after an event and not after the last one."""
        for found in self._matching(*self._history.whole(event), last):
            if isinstance(found, int):
                yield max(found, event)  # it begins at a state, which may be far before
            elif found.event > event:
                yield found

    def before(self, event: int, first: int) -> Iterator[Found | int]:
        """Look for the last one before an event and after the first one."""
        while event > first + 1:
            begin, whole = self._history.whole(event - 2)
            last: Found | None = None
            for found in self._matching(begin, whole, event - 1):
                if not isinstance(found, int):
                    last = found if found.event > first else None
                else:
                    yield event
            if last is not None:
                yield last
            event = begin + 1
            yield event

    def _matching(self, begin: int, whole: Whole, last: int) -> Iterator[Found | int]:
        """Yield every event that matches, and now and then the number of one that does not."""
        tracked, number, searched = Tracked(whole), begin, 0
        for events in self._history.told(begin + 1, last):
            for happening in tracked.take(events):
                number, searched = number + 1, searched + max(len(happening.rows), 1)
                found = next((row for row in happening.rows if self._matches(row, happening)), None)
                if found is not None:
                    yield Found(number, found.key)
                if searched >= _BLOCK:  # also within a moment: each of its judgements may be about all rows
                    searched = 0
                    yield number

    def _matches(self, row: Row, happening: Happening) -> bool:
        event, context = happening.event, happening.context
        mark = _MARKS.get(type(event))
        if mark is None or (self._since is not None and event.at.look <= self._since):
            return False
        joined = replace(context, service_name=self._service_name)
        passes = self._narrowing.passes(joined)
        return passes is None or passes(replace(row, mark=mark))
