"""Events become rows of the recording: each address, process and connection once, by number from then on."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Judged, Named, Opened, Unseen
from tcpview_tui.record.identity import Called, identify_by
from tcpview_tui.record.judgement import key_of
from tcpview_tui.record.keeping import saved
from tcpview_tui.record.schema import COUNTED, SEALED
from tcpview_tui.record.states import Keeper
from tcpview_tui.record.tracked import LATE

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Connection, Endpoint, Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.traffic import Counters
    from tcpview_tui.record.event import Moment

T = TypeVar("T", bound=Hashable)

Row = tuple[str, tuple[Any, ...]]
"""The name of a table, and the values of its columns."""

REMEMBERED = 65_536
"""Addresses, processes and what is common of which the number is remembered; beyond that they are written once more."""

_ORDER = {table.name: place for place, table in enumerate(SEALED)}

_End = tuple[int, int]
"""The number of an address, and a port."""


class _Lasting(NamedTuple):
    """What seldom changes while a connection lives."""

    common: int
    opened_at: float | None
    local: _End
    remote: _End | None


class Rows:
    """Numbers what it is given. `last` is the last number in each table."""

    def __init__(self, digest_of: Callable[[Process], str | None]) -> None:
        """`digest_of` returns the SHA-256 of the program of a process; `None` when it cannot be read."""
        self.last = dict.fromkeys(_ORDER, 0)
        self._digest_of = digest_of
        self._made: list[Row] = []
        self._words: dict[str, int] = {}
        self._addresses: dict[str, int] = {}
        self._processes: dict[Process, int] = {}
        self._connections: dict[Key, int] = {}
        self._late: dict[Key, int] = {}
        self._judged: dict[Place, int] = {}
        self._commons: dict[Hashable, int] = {}
        self._lasting: dict[int | None, _Lasting] = {}
        self._keeper = Keeper()
        self._now: tuple[int, int, int] | None = None
        self._called = Called(identify_by({}))

    def facts(self, facts: Iterable[tuple[str, str]]) -> list[Row]:
        """Return the rows of what is true of the whole recording."""
        told = dict(facts)
        self._called = Called(identify_by(told))
        for name, value in told.items():
            self._add("fact", name, value)
        return self._take()

    def knows(self, key: Key) -> bool:
        """Return whether this connection is there, as far as it was told."""
        return key in self._connections

    def events(self, events: Iterable[Event]) -> list[Row]:
        """Return the rows that these events need, those of each table in the order of their numbers."""
        for _, told in groupby(events, key=lambda event: event.at[:3]):
            self._moment_of(list(told))
        return self._take()

    def _moment_of(self, events: Sequence[Event]) -> None:
        self._keeper.begin(events)
        self._keep()
        for event in events:
            self._event(event)
        self._keeper.take(events)
        self._keep()

    def _keep(self) -> None:
        if self._keeper.is_due:
            number, judged = self._connections.__getitem__, self._judged.get
            state = self._keeper.state(self.last["connection"], number, self._process, judged)
            if state is not None:
                self._add("state", self.last["event"], state)

    def _event(self, event: Event) -> None:
        match event:
            case Opened(at, connection, preexisting):
                self._open(connection, preexisting)
                self._seen("opened", at, connection, self._kept(at, connection))
            case Changed(at, connection):
                kept = {}
                if connection.key not in self._connections:  # what opened it could not be kept
                    self._open(connection, preexisting=True)
                    kept = self._kept(at, connection)
                self._seen("changed", at, connection, kept)
            case Closed(at, key, owners):
                number = self._close(key)
                self._happened("closed", at, number, body={"owners": self._each(owners)} if owners else None)
            case Counted(at, key, counters):
                self._happened("counted", at, self._connections.get(key), body=_brief(counters))
            case Judged(at, place, findings):
                number = self._about(place, findings)
                self._happened("judged", at, number, body=saved(place, findings, number))
            case _:
                self._aside(event)

    def _aside(self, event: Named | Unseen | Gap | Acted) -> None:
        """Write down what is about no connection."""
        match event:
            case Named(at, address, name):
                self._happened("named", at, None, body={"address": address, "name": name})
            case Unseen(at, code, problem):
                words = {} if problem is None else {"summary": problem.summary, "detail": problem.detail}
                self._happened("unseen", at, None, body={"code": code, **words})
            case Gap(at, seconds):
                self._happened("gap", at, None, body={"seconds": seconds})
            case Acted(at, sentence):
                self._happened("acted", at, None, body={"sentence": sentence})

    def _open(self, connection: Connection, preexisting: bool) -> None:
        lasting = self._lasts(connection)
        common, opened_at, local, remote = lasting
        number = self._add("connection", common, int(preexisting), opened_at, *local, *(remote or (None, None)))
        self._connections[connection.key] = number
        self._lasting[number] = lasting

    def _close(self, key: Key) -> int | None:
        number = self._connections.pop(key, None)
        self._lasting.pop(number, None)
        if number is not None:
            self._late[key] = number
            if len(self._late) > LATE:
                first = next(iter(self._late))
                del self._late[first]
                self._called.forget(first)
        return number

    def _about(self, place: Place, findings: Sequence[Finding]) -> int | None:
        """Return the number of the connection that a judgement is about; `None` for none, or one that nobody knows.

        What is over was told under the number it had then: another connection may have got its key since.
        """
        before, key = self._judged.pop(place, None), key_of(place)
        if key is None or (before is not None and not findings):
            return before
        number = self._connections.get(key, self._late.get(key, before))
        if number is not None and findings:
            self._judged[place] = number
        return number

    def _kept(self, at: Moment, connection: Connection) -> dict[str, Any]:
        """Return the id that a connection has from another file, where this one would call it something else."""
        key = connection.key
        return {"key": key} if isinstance(key, str) and key != self._called.name(connection, at.wall) else {}

    def _seen(self, kind: str, at: Moment, connection: Connection, kept: dict[str, Any]) -> None:
        """Write down what is known of a connection now, and was not when it opened, beside what is `kept`."""
        number = self._connections[connection.key]
        told = zip(_Lasting._fields, self._lasts(connection), self._lasting[number], strict=True)
        body = kept | {name: value for name, value, before in told if value != before}
        if connection.past_owners:
            body["past_owners"] = self._each(connection.past_owners)
        self._happened(kind, at, number, connection.state.value, body)

    def _happened(
        self,
        kind: str,
        at: Moment,
        connection: int | None,
        state: str = "",
        body: dict[str, Any] | Sequence[Any] | None = None,
    ) -> None:
        text = _json(body) if body else None
        early = round(at.told * 1000) - round(at.wall * 1000) or None  # when it happened is exact to the millisecond
        stated = self._word(state) if state else None
        self._add("event", self._word(kind), self._moment(at), early, connection, stated, text)

    def _moment(self, at: Moment) -> int:
        known = (round(at.told * 1000), round(at.clock * 1000), at.look)
        if known != self._now:
            self._now = known
            self._add("moment", *known, self.last["event"] + 1)
        return self.last["moment"]

    def _lasts(self, connection: Connection) -> _Lasting:
        remote = None if connection.remote is None else self._end(connection.remote)
        return _Lasting(self._common(connection), connection.opened_at, self._end(connection.local), remote)

    def _common(self, connection: Connection) -> int:
        place, owners, reason = connection.namespace, connection.owners, connection.unowned
        kind = connection.transport, connection.family, place and place.inode, place and place.name
        facts = *kind, connection.user, connection.direction

        def add() -> int:
            return self._add("common", *facts, _json(self._each(owners)) if owners else None, reason and reason.name)

        return _number(self._commons, (facts, owners, reason), add)

    def _end(self, end: Endpoint) -> _End:
        return _number(self._addresses, end.address, lambda: self._add("address", end.address)), end.port

    def _word(self, word: str) -> int:
        return _number(self._words, word, lambda: self._add("word", word))

    def _each(self, processes: Iterable[Process]) -> list[int]:
        return [self._process(each) for each in processes]

    def _process(self, process: Process) -> int:
        def add() -> int:
            parents = _json([[each.pid, each.name] for each in process.parents])
            return self._add(
                "process", process.pid, process.started, process.name, process.user, process.executable,
                self._digest_of(process), process.command_line, process.service, process.container, parents,
            )  # fmt: skip

        return _number(self._processes, process, add)

    def _add(self, table: str, *values: Any) -> int:
        self.last[table] += 1
        self._made.append((table, (self.last[table], *values)))
        return self.last[table]

    def _take(self) -> list[Row]:
        made, self._made = self._made, []
        return made


def by_table(rows: Iterable[Row]) -> list[Row]:
    """Return the rows table by table, as a seal goes through them, each in the order of their numbers."""
    return sorted(rows, key=lambda row: _ORDER[row[0]])


def _brief(counters: Counters) -> list[Any]:
    """Return the counters in the order of a recording, without zeros at the end."""
    told = [getattr(counters, name) for name in COUNTED]
    while told[-1] == 0:
        told.pop()
    return told


def _number(known: dict[T, int], thing: T, add: Callable[[], int]) -> int:
    number = known.get(thing)
    if number is None:
        if len(known) >= REMEMBERED:
            known.clear()
        number = known[thing] = add()
    return number


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
