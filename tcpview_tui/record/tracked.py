"""What a stream of events is about: each event is joined with the row of its connection, as it is from then on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.model.census import Census
from tcpview_tui.model.column import Context
from tcpview_tui.model.diff import Change, Difference
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Gauge
from tcpview_tui.record.concerned import Concerned
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Moment, Named, Opened
from tcpview_tui.record.identity import Called
from tcpview_tui.record.judgement import about, key_of
from tcpview_tui.record.looks import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.model.column import Findings
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.record.identity import Identify
    from tcpview_tui.record.states import Whole

LATE = 4_096
"""Connections that have closed last, of which something may still be found."""


class Happening(NamedTuple):
    """An event, the row it is about, and the names, counters and findings known then.

    `row` is `None` when it is about no connection, or about one that nobody told of. `rows` are all that it is about,
    those that have closed last: a judgement of a process concerns all rows of that, and one of a connection concerns
    it also when it has just closed. `before` is what had been found of the subject of a judgement. `id` is what
    the connection is called that it is about; empty when nobody told of that.
    """

    event: Event
    row: Row | None
    context: Context
    rows: Sequence[Row] = ()
    before: tuple[Finding, ...] = ()
    id: str = ""


class Tracked:
    """The connections that are open, as the events tell of them, and what was found; it forgets what has closed."""

    def __init__(self, whole: Whole | None = None, identify: Identify | None = None) -> None:
        """`whole` is all that was so before the first event; by default nothing was.

        Without `identify` connections have no ids but their keys.
        """
        self._called = Called(identify)
        self._rows: dict[Key, Row] = {}
        self._late: dict[Key, None] = {}
        self._concerned = Concerned()
        for row in whole.rows if whole else ():
            self._called.name(row.connection, row.first_seen)
            self._keep(row)
        self._gauges = {key: Gauge(Told(counters)) for key, counters in whole.counters.items()} if whole else {}
        self._names: dict[str, str] = dict(whole.names) if whole else {}
        self._register = Register(Silences(None))
        for place, findings in whole.findings.items() if whole else ():
            self._register.tell(place, findings)
        self.findings: Findings = self._register.of
        """Returns what was found of a row by now."""
        self._census = Census()
        self._census.take(Difference(tuple(row.connection for row in self._rows.values()), (), ()))
        self._ordinal = whole.connections if whole else 0

    def take(self, events: Sequence[Event]) -> Iterator[Happening]:
        """Yield each event with what is known of it. `events` are those of one look, or several, whole."""
        # The listeners of a look come first: the table may list a connection before the listener it came to.
        self._census.take(Difference(tuple(each.connection for each in events if isinstance(each, Opened)), (), ()))
        for event in events:
            row = self._after(event)
            if isinstance(event, Judged):
                yield self._judged(event)
                continue
            rows = () if row is None else (row,)
            called = "" if row is None else self._called.get(row.key)
            yield Happening(event, row, self._context(event, rows), rows, id=called)
            if isinstance(event, Closed):
                self._close(event.key, row)

    def _after(self, event: Event) -> Row | None:
        match event:
            case Opened(at, connection, preexisting):
                for place in about(connection.key):  # what was found of another one, which had the same key
                    self._register.tell(place, ())
                return self._keep(self._opened(at, connection, preexisting))
            case Changed(at, connection):
                return self._keep(self._changed(at, connection))
            case Counted(_, key, counters) if key in self._rows:
                self._gauges[key] = Gauge(Told(counters))
                return self._rows[key]
            case Closed():
                return self._closed(event)
            case Named(_, address, name):
                self._names[address] = name
        return None

    def _judged(self, event: Judged) -> Happening:
        before = self._register.at(event.place)
        self._register.tell(event.place, event.findings)
        rows = self._concerned.at(event.place)
        key = key_of(event.place)
        is_one = key is not None and rows and not rows[0].is_closed
        called = "" if key is None else self._called.get(key)
        return Happening(event, rows[0] if is_one else None, self._context(event, rows), rows, before, called)

    def _keep(self, row: Row) -> Row:
        self._late.pop(row.key, None)
        self._rows[row.key] = row
        self._concerned.put(row)
        return row

    def _close(self, key: Key, row: Row | None) -> None:
        self._rows.pop(key, None)
        self._gauges.pop(key, None)
        if row is None:
            return
        self._concerned.put(row)
        self._late[key] = None
        if len(self._late) > LATE:
            first = next(iter(self._late))
            del self._late[first]
            self._concerned.remove(first)
            self._called.forget(first)

    def _context(self, event: Event, rows: Sequence[Row]) -> Context:
        gauges = {row.key: self._gauges[row.key] for row in rows if row.key in self._gauges}
        return Context(event.at.wall, self._names, gauges=gauges, findings=self.findings)

    def _opened(self, at: Moment, connection: Connection, preexisting: bool) -> Row:
        self._ordinal += 1
        self._called.name(connection, at.wall)
        return Row(
            ordinal=self._ordinal,
            connection=connection,
            direction=connection.direction or self._census.direction(connection),
            first_seen=at.wall,
            preexisting=preexisting,
            owners=connection.owners or connection.past_owners,
            owners_past=bool(connection.past_owners) and not connection.owners,
            touched=at.look,
        )

    def _changed(self, at: Moment, connection: Connection) -> Row:
        """Return the row of what differs now; what nobody saw open was there before, at some unknown time."""
        row = self._rows.get(connection.key)
        if row is None:
            self._census.take(Difference((connection,), (), ()))
            return self._opened(at, connection, preexisting=True)
        change = Change(row.connection, connection)
        self._census.take(Difference((), (), (change,)))
        owners = connection.owners or row.owners or connection.past_owners
        return replace(
            row,
            connection=connection,
            direction=connection.direction or row.direction,
            first_seen=row.first_seen if connection.opened_at is None else connection.opened_at,
            owners=owners,
            owners_past=bool(owners) and not connection.owners,
            touched=at.look if change.is_event else row.touched,
        )

    def _closed(self, event: Closed) -> Row | None:
        row = self._rows.get(event.key)
        if row is None:
            return None
        self._census.take(Difference((), (row.connection,), ()))
        if event.owners and not row.owners:
            row = replace(row, owners=event.owners, owners_past=True)
        return replace(row, closed_at=event.at.wall, touched=event.at.look)
