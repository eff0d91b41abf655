"""A filter on what is recorded: a connection that matches once is recorded from then until it closes."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tcpview_tui.model.column import Context
from tcpview_tui.record.departed import Departed, Gone
from tcpview_tui.record.event import Closed, Counted, Event, Judged, Moment, Opened
from tcpview_tui.record.tracked import LATE, Tracked
from tcpview_tui.record.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tcpview_tui.model.column import ServiceName
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.model.traffic import Gauge
    from tcpview_tui.record.tracked import Happening

PASSING = frozenset({"is:new", "is:changed", "is:closed"})
"""What a row is for a moment after it was looked at, as `choices.plain`: no recording can begin or end with it."""


class Sifter:
    """Takes the events of each look, and returns those of connections that match, or did in an earlier look.

    What a connection became before it matched is told in one: it opened when it did, as what it is by now. Where the
    filter asks the rules, that may be after its end. Events about no connection pass, what was found of a process or a
    program only with a connection of it.
    """

    def __init__(self, query: Query, names: Mapping[str, str] | None, service_name: ServiceName) -> None:
        """`names` of remote addresses may arrive later than they; `None` when nobody asks for them."""
        self._query = query
        self._names: Mapping[str, str] = {} if names is None else names  # a live view, empty at first
        self._service_name = service_name
        self._alters = query.volatile or (query.needs_names and names is not None)
        self._tracked = Tracked()
        self._kept: set[Key] = set()
        self._late: dict[Key, None] = {}
        self._withheld = Withheld()
        self._departed = Departed(LATE if query.judged else 0)
        self._rest: dict[Key, Row] = {}
        self._gauges: dict[Key, Gauge] = {}

    def sift(self, snapshot: Snapshot, events: Iterable[Event], monotonic: float) -> list[Event]:
        """Return what to record of the `events` of a look, which was taken at that second of CLOCK_MONOTONIC."""
        happened = list(self._tracked.take(tuple(events)))
        touched = {each.row.key: each.row for each in happened if each.row and each.row.key not in self._kept}
        self._rest |= touched
        self._gauges |= {key: gauge for key, gauge in snapshot.gauges.items() if key in self._rest}
        found = self._found(self._rest if self._alters else touched, snapshot)
        fresh = {each.event.connection.key for each in happened if isinstance(each.event, Opened)}
        late = {key: row for key, row in found.items() if key not in fresh}
        self._kept |= found.keys()
        now = Moment(snapshot.taken_at, monotonic, snapshot.sequence)
        self._departed.forget(fresh)
        gone = self._gone(happened, snapshot)
        over = chain.from_iterable(self._over(now, each) for each in gone)
        caught_up = chain.from_iterable(self._caught_up(now, row, self._gauges.get(row.key)) for row in late.values())
        passing = list(self._passing(happened, late))
        beside = self._withheld.of([*found.values(), *(each.row for each in gone), *self._kept_of(happened)], now)
        told = [*over, *caught_up, *passing, *beside]
        self._forget(found, happened)
        return told

    def _gone(self, happened: Iterable[Happening], snapshot: Snapshot) -> list[Gone]:
        """Return those that match by what was found of them after their end."""
        judged = chain.from_iterable(each.rows for each in happened if isinstance(each.event, Judged))
        gone = self._departed.among(judged)
        found = self._found({key: each.row for key, each in gone.items()}, snapshot)
        self._departed.forget(found)
        self._late |= dict.fromkeys(found)
        return [gone[key] for key in found]

    def _found(self, rows: Mapping[Key, Row], snapshot: Snapshot) -> dict[Key, Row]:
        context = Context(snapshot.taken_at, self._names, service_name=self._service_name, gauges=self._gauges)
        context = replace(context, findings=self._tracked.findings)
        return {key: row for key, row in rows.items() if self._query.matches(row, context)}

    def _caught_up(self, now: Moment, row: Row, gauge: Gauge | None) -> Iterator[Event]:
        """Return what a connection has come to that nothing was told of so far."""
        yield Opened(now.at(row.first_seen), row.connection, row.preexisting)
        if gauge is not None and any(gauge.counters):
            yield Counted(now, row.key, gauge.counters)

    def _over(self, now: Moment, gone: Gone) -> Iterator[Event]:
        """Return all that a connection was."""
        yield from self._caught_up(now, gone.row, gone.gauge)
        yield gone.closed._replace(at=now.at(gone.closed.at.wall))

    def _passing(self, happened: Iterable[Happening], late: Mapping[Key, Row]) -> Iterator[Event]:
        for each in happened:
            event, row = each.event, each.row
            if isinstance(event, Judged):
                is_recorded = any(row.key in self._kept or row.key in self._late for row in each.rows)
                if self._withheld.passes(event, is_recorded=is_recorded):
                    yield event
            elif row is None or (row.key in self._kept and (row.key not in late or isinstance(event, Closed))):
                yield event

    def _kept_of(self, happened: Iterable[Happening]) -> list[Row]:
        return [each.row for each in happened if each.row is not None and each.row.key in self._kept]

    def _forget(self, found: Iterable[Key], happened: Iterable[Happening]) -> None:
        closed = []
        for each in happened:
            if isinstance(each.event, Closed):
                closed.append(each.event.key)
                if each.row is not None and each.row.key not in self._kept:
                    self._departed.add(Gone(each.row, each.event, self._gauges.get(each.row.key)))
        for key in chain(found, closed):
            self._rest.pop(key, None)
            self._gauges.pop(key, None)
        self._late |= dict.fromkeys(key for key in closed if key in self._kept)
        while len(self._late) > LATE:
            del self._late[next(iter(self._late))]
        self._kept.difference_update(closed)
