"""Part of a recording: the events of a time that a filter matches, each with what is known of its connection then."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Key
from tcpview_tui.record.history import History
from tcpview_tui.record.identity import identify_by
from tcpview_tui.record.reader import ReadingError
from tcpview_tui.record.tracked import Tracked
from tcpview_tui.record.wire import LAST
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.query import Query
    from tcpview_tui.record.event import Event, Moment
    from tcpview_tui.record.identity import Identify
    from tcpview_tui.record.reader import Reader
    from tcpview_tui.record.tracked import Happening

    Passed = Callable[[int, int], None]
    """Is told the number of the event that was reached, and that of the last one."""

FIRST = -62_135_596_800
"""The first second UTC of the year 1."""

_KEPT = """SELECT connection, json_extract(body, '$.key') FROM event JOIN word ON word.id = kind
           WHERE text IN ('opened', 'changed') AND body LIKE '%"key"%' AND json_valid(body) ORDER BY event.id"""

_MOST = 100_000
"""Events that are held at once: a look of as many sockets, which are there anyway."""

EVER = (1 << 63) - 1
"""The last millisecond that a column of SQLite holds (datatype3.html)."""


class Span(NamedTuple):
    """From one millisecond UTC to another, both included; without them, from or to whenever."""

    since: int = -EVER
    until: int = EVER

    def holds(self, at: Moment) -> bool:
        """Return whether something happened in it."""
        return self.since <= round(at.wall * 1000) <= self.until


def excerpt(reader: Reader, span: Span, query: Query | None, passed: Passed) -> Iterator[Happening]:
    """Yield what happened in that time, as it was known then; with a `query`, what is about a row that it matches.

    Raises ReadingError where the recording is damaged, after all before that place.
    """
    first, last = _numbers(reader, span)
    tracked = _state_before(reader, first, lambda reached: passed(reached, last))
    reached = first - 1
    for look in _looks(reader, first, last):
        for happening in tracked.take(look):
            if span.holds(happening.event.at) and (query is None or _matches(query, happening)):
                yield happening
        reached += len(look)
        passed(reached, last)


def _numbers(reader: Reader, span: Span) -> tuple[int, int]:
    """Return the first and the last event of that time. What is known later may have happened earlier."""
    every = 1, reader.last_or_damage
    if span == Span():
        return every
    query = """SELECT coalesce(min(event.id), 1), coalesce(max(event.id), 0) FROM event
               JOIN moment ON moment.id = event.moment WHERE moment.wall - coalesce(early, 0) BETWEEN ? AND ?"""
    with suppress(ReadingError):
        first, last = reader.ask(query, *span)[0]
        return first, last
    return every  # each is asked for its time, up to the damage


def _state_before(reader: Reader, number: int, passed: Callable[[int], None]) -> Tracked:
    """Return what was so before an event."""
    reached, whole = History(reader).whole(number - 1)
    tracked = Tracked(whole, _identify(reader))
    for look in _looks(reader, reached + 1, number - 1):
        for _ in tracked.take(look):
            pass
        reached += len(look)
        passed(reached)
    return tracked


def _identify(reader: Reader) -> Identify:
    """Return what makes the ids: those that a connection brought with it from another file stay."""
    facts, kept = reader.facts, dict[Key, str]()
    made = identify_by(facts)
    if "imported_on" in facts:
        with suppress(ReadingError):
            for number, told in reader.rows(_KEPT):
                kept.setdefault(number, safe(str(told)))

    def identify(connection: Connection, first_seen: float) -> str:
        with suppress(ReadingError):
            connection = reader.as_opened(connection)
        return kept.get(connection.key) or made(connection, first_seen)

    return identify


def _looks(reader: Reader, first: int, last: int) -> Iterator[list[Event]]:
    """Yield the events of each look; what is wrong is raised after all before it was yielded."""
    look: list[Event] = []
    fault: ReadingError | None = None
    try:
        for event in reader.events(first, last):
            if look and (event.at.look != look[-1].at.look or len(look) >= _MOST):
                yield look
                look = []
            if not FIRST <= event.at.wall <= LAST:
                raise ReadingError("an event happened when there are no dates; verify says what else is wrong")
            look.append(event)
    except ReadingError as error:
        fault = error
    if look:
        yield look
    if fault is not None:
        raise fault


def _matches(query: Query, happening: Happening) -> bool:
    return any(query.matches(row, happening.context) for row in happening.rows)
