"""What a history has come to, told again, so that a new file begins where the one before ends and stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Named, Opened, Unseen
from tcpview_tui.record.judgement import about, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.model.traffic import Counters
    from tcpview_tui.record.event import Moment

NAMES_KEPT = 65_536
"""Names remembered, about 10 MB; of more, those that were told first are forgotten."""


class Standing:
    """The connections that are open, what they have carried, their names, what cannot be seen, and what was found."""

    def __init__(self) -> None:
        self._open: dict[Key, Opened] = {}
        self._counted: dict[Key, Counters] = {}
        self._problems: dict[str, Problem] = {}
        self._names: dict[str, str] = {}
        self._told: set[str] = set()
        self._judged: dict[Place, Judged] = {}

    def take(self, events: Iterable[Event]) -> list[Event]:
        """Return `events`, and behind them the names of their addresses that only files before have told."""
        told: list[Event] = []
        for event in events:
            told.append(event)
            self._take(event)
            if isinstance(event, Opened | Changed):
                told += self._named(event.at._replace(early=0.0), event.connection)
        return told

    def again(self, now: Moment) -> Iterator[Event]:
        """Yield all of it, as it is `now`. What is open was there before: it opened when it did, and is preexisting."""
        self._told.clear()
        yield from (Unseen(now, code, problem) for code, problem in self._problems.items())
        for opened in self._open.values():
            yield Opened(now.at(min(opened.at.wall, now.told)), opened.connection, preexisting=True)
            yield from self._named(now, opened.connection)
        yield from (Counted(now, key, counters) for key, counters in self._counted.items())
        for place, judged in self._judged.items():
            key = key_of(place)
            if key is None or key in self._open:
                yield judged._replace(at=now)

    def _take(self, event: Event) -> None:
        match event:
            case Opened(_, connection):
                self._open[connection.key] = event
                self._overlook(*about(connection.key))  # what was found of another one, which had the same key
            case Changed(at, connection):
                before = self._open.get(connection.key)
                since = (before or event).at if connection.opened_at is None else at.at(connection.opened_at)
                self._open[connection.key] = Opened(since, connection)
            case Counted(_, key, counters):
                self._counted[key] = counters
            case Closed(_, key):
                self._open.pop(key, None)
                self._counted.pop(key, None)
            case Unseen(_, code, problem):
                self._problems.pop(code, None)
                if problem is not None:
                    self._problems[code] = problem
            case Named(_, address, name):
                self._name(address, name)
            case Judged(_, place, findings):
                self._overlook(place)
                self._judged |= {place: event} if findings else {}

    def _overlook(self, *places: Place) -> None:
        for place in places:
            self._judged.pop(place, None)

    def _name(self, address: str, name: str) -> None:
        self._names[address] = name
        self._told.add(address)
        if len(self._names) > NAMES_KEPT:
            del self._names[next(iter(self._names))]

    def _named(self, now: Moment, connection: Connection) -> Iterator[Event]:
        """Yield the name of the other end, when it is known and this file has not told it."""
        address = connection.remote and connection.remote.address
        name = self._names.get(address) if address else None
        if address and name and address not in self._told:
            self._told.add(address)
            yield Named(now, address, name)
