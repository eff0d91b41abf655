"""A filter on what is recorded: a connection that matches once is recorded from then until it closes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tcpview_tui.model.column import Context
from tcpview_tui.record.event import Closed, Counted, Event, Moment, Opened
from tcpview_tui.record.tracked import Tracked

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
"""What a row is for a moment after it was looked at: no recording can begin or end with it."""

JUDGED = frozenset({"finding", "severity", "is:suspicious", "is:new-to-baseline"})
"""What only the rules can answer, and a recorder applies none."""


class Sifter:
    """Takes the events of each look, and returns those of connections that match, or did in an earlier look.

    What a connection became before it matched is told in one: it opened when it did, as what it is by now. Events about
    no connection pass.
    """

    def __init__(self, query: Query, names: Mapping[str, str] | None, service_name: ServiceName) -> None:
        """`names` of remote addresses may arrive later than they; `None` when nobody asks for them."""
        self._query = query
        self._names: Mapping[str, str] = {} if names is None else names  # a live view, empty at first
        self._service_name = service_name
        self._alters = query.volatile or (query.needs_names and names is not None)
        self._tracked = Tracked()
        self._kept: set[Key] = set()
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
        caught_up = chain.from_iterable(self._caught_up(now, row) for row in late.values())
        told = [*caught_up, *self._passing(happened, late)]
        self._forget(found, happened)
        return told

    def _found(self, rows: Mapping[Key, Row], snapshot: Snapshot) -> dict[Key, Row]:
        context = Context(snapshot.taken_at, self._names, service_name=self._service_name, gauges=self._gauges)
        return {key: row for key, row in rows.items() if self._query.matches(row, context)}

    def _caught_up(self, now: Moment, row: Row) -> Iterator[Event]:
        """Return what a connection has come to that nothing was told of so far."""
        yield Opened(now.at(row.first_seen), row.connection, row.preexisting)
        gauge = self._gauges.get(row.key)
        if gauge is not None and any(gauge.counters):
            yield Counted(now, row.key, gauge.counters)

    def _passing(self, happened: Iterable[Happening], late: Mapping[Key, Row]) -> Iterator[Event]:
        for event, row, *_ in happened:
            if row is None or (row.key in self._kept and (row.key not in late or isinstance(event, Closed))):
                yield event

    def _forget(self, found: Iterable[Key], happened: Iterable[Happening]) -> None:
        closed = [each.event.key for each in happened if isinstance(each.event, Closed)]
        for key in chain(found, closed):
            self._rest.pop(key, None)
            self._gauges.pop(key, None)
        self._kept.difference_update(closed)
