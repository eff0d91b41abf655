"""What a history has come to, told again, so that a new file begins where the one before ends and stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Named, Opened, Unseen
from tcpview_tui.record.identity import MADE_OF
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
        self._now: dict[Key, Connection] = {}
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
        now = now._replace(told=_to_the_millisecond(now.told))
        for key, opened in self._open.items():
            yield from self._there(now, opened, self._now[key])
            yield from self._named(now, self._now[key])
        yield from (Counted(now, key, counters) for key, counters in self._counted.items())
        for place, judged in self._judged.items():
            key = key_of(place)
            if key is None or key in self._open:
                yield judged._replace(at=now)

    def _take(self, event: Event) -> None:
        match event:
            case Opened(_, connection):
                self._open[connection.key], self._now[connection.key] = event, connection
                self._overlook(*about(connection.key))  # what was found of another one, which had the same key
            case Changed(at, connection):
                self._open.setdefault(connection.key, Opened(at, connection))
                self._now[connection.key] = connection
            case Counted(_, key, counters):
                self._counted[key] = counters
            case Closed(_, key):
                for known in (self._open, self._now, self._counted):
                    known.pop(key, None)
            case Unseen(_, code, problem):
                self._problems.pop(code, None)
                if problem is not None:
                    self._problems[code] = problem
            case Named(_, address, name):
                self._name(address, name)
            case Judged(_, place, findings):
                self._overlook(place)
                self._judged |= {place: event} if findings else {}

    def _there(self, now: Moment, opened: Opened, connection: Connection) -> Iterator[Event]:
        """Yield a connection as it opened, to the millisecond, where its id is made of that; and what it became."""
        first = opened.connection
        is_moved = any(getattr(first, name) != getattr(connection, name) for name in MADE_OF)
        at = now.at(min(_to_the_millisecond(opened.at.wall), now.told))
        yield Opened(at, first if is_moved else connection, preexisting=True)
        if is_moved:
            yield Changed(now, connection)

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


def _to_the_millisecond(seconds: float) -> float:
    """Return the time as a file has it."""
    return round(seconds * 1000) / 1000
