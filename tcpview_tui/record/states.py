"""Whole states: all rows of the table and what else is so, so that nobody has to read a recording from its beginning.

They are the table's own rows, since what it shows of a connection depends on more than its last event.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

import msgspec

from tcpview_tui.model.connection import Connection, Direction, Endpoint, Family, Namespace, State, Transport, Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Row
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.record import keeping
from tcpview_tui.record.event import Changed, Closed, Opened
from tcpview_tui.record.looks import Looks
from tcpview_tui.record.reader import counted
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.traffic import Counters
    from tcpview_tui.record.event import Event

MOST = 1 << 26
"""Bytes of a state when it is inflated, 67 MB: 100,000 connections by IPv6 in namespaces, counted, and 65,536 names
have 33 MB, and 61 MB when each went through eight states. Without a bound, a file could take all memory."""

T = TypeVar("T")
U = TypeVar("U")

EVERY = 5_000
"""Events between two states at least: so many are read and taken in within 0.2 seconds. Of a state as large as many
events there is one less often, so that states never make a recording twice as large."""

_LEVEL = 6
"""zlib's own choice: a third smaller than its quickest level, 20 ms for 10,000 connections, once in 5,000 events."""


class _Saved(msgspec.Struct, array_like=True):
    """A row. Processes stand by their numbers."""

    number: int
    transport: Transport
    family: Family
    state: State
    local: tuple[str, int]
    remote: tuple[str, int] | None
    owners: tuple[int, ...]
    user: str | None
    stated: Direction | None
    opened_at: float | None
    namespace: tuple[int, str | None] | None
    unowned: str | None
    past_owners: tuple[int, ...]
    direction: Direction
    first_seen: float
    preexisting: bool
    shown: tuple[int, ...]
    owners_past: bool
    passages: tuple[tuple[State, float], ...]
    touched: int
    counters: tuple[int | float | str | None, ...] | None


class _Body(msgspec.Struct):
    look: int
    connections: int
    rows: list[_Saved]
    problems: dict[str, tuple[str, str]]
    names: dict[str, str]
    findings: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class Whole:
    """All that was so after one event. `connections` is how many there had been by then."""

    look: int
    connections: int
    rows: Sequence[Row]
    counters: dict[Key, Counters]
    problems: dict[str, Problem]
    names: dict[str, str]
    findings: dict[Place, tuple[Finding, ...]] = field(default_factory=dict)

    def looks(self) -> Looks:
        """Return what takes further looks in from here."""
        looks = Looks()
        looks.connections = {row.key: row.connection for row in self.rows}
        looks.counters, looks.problems, looks.names = dict(self.counters), dict(self.problems), dict(self.names)
        looks.findings = dict(self.findings)
        return looks


NOTHING = Whole(0, 0, (), {}, {}, {})
"""What was so before anybody looked."""


class _Still:
    """A clock that stands still: in a table without lingering marks nothing depends on it."""

    def wall(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return 0.0

    def slept(self) -> float:
        return 0.0


class Keeper:
    """Follows what is written, and makes the state of it when one is due."""

    def __init__(self) -> None:
        self._looks = Looks()
        self._table = LiveTable(_Still(), linger=0.0)
        self.is_due = False
        """Whether there should be a state now: after the first look, and whenever much has happened since the last."""
        self._since: int | None = None
        self._is_beyond: bool | None = None
        """Whether the first state was too large, once there was one."""
        self._old: set[Key] = set()

    def begin(self, events: Sequence[Event]) -> None:
        """Take notice of what is to be written next. Where the first look found nothing, no event told of it."""
        if self._since is None and not any(map(_is_of_first_look, events)):
            self._table.restore((), {}, 0, 0)
            self.is_due = True

    def take(self, events: Sequence[Event]) -> None:
        """Take in the events of one moment."""
        self._old |= {event.connection.key for event in events if self._is_of_old(event)}
        self._old -= {event.key for event in events if isinstance(event, Closed)}
        snapshot, difference = self._looks.take(events)
        self._looks.acted.clear()
        self._table.apply(snapshot, difference)
        self._table.expire()
        is_time = self._since is None or self._since + len(events) >= max(EVERY, len(self._table.rows))
        self.is_due = is_time and not self._is_beyond
        self._since = (self._since or 0) + len(events)

    def _is_of_old(self, event: Event) -> TypeGuard[Opened | Changed]:
        """Return whether it tells of a connection that was there before anybody looked, or before what was kept."""
        if isinstance(event, Changed):
            return event.connection.key not in self._looks.connections
        return isinstance(event, Opened) and event.preexisting

    def state(
        self,
        last: int,
        number: Callable[[Key], int],
        process: Callable[[Process], int],
        judged: Callable[[Place], int | None],
    ) -> bytes | None:
        """Return the state of now. `last` connections were opened, and have, like processes, a number each.

        `judged` returns that of the connection of which something was found, also when it has closed.

        `None` when it is larger than a reader takes. When the first one is, there will be none: a replay would begin
        with the next as if nothing had been before.
        """
        self._since, self.is_due = 0, False
        told = (replace(row, preexisting=row.key in self._old) for row in self._table.rows.values())
        rows = [_saved(row, self._looks.counters.get(row.key), number, process) for row in told]
        problems = {code: (each.summary, each.detail) for code, each in self._looks.problems.items()}
        findings = list(self._found(judged))
        body = _Body(self._table.look, last, rows, problems, self._looks.names, findings)
        text = msgspec.json.encode(body)
        if self._is_beyond is None:
            self._is_beyond = len(text) > MOST
        return zlib.compress(text, _LEVEL) if len(text) <= MOST else None

    def _found(self, judged: Callable[[Place], int | None]) -> Iterator[dict[str, Any]]:
        for place, findings in self._looks.findings.items():
            number = judged(place)
            yield keeping.saved(place, findings, number) | {"connection": number}


def restored(data: bytes, process: Callable[[int], Process]) -> Whole:
    """Return the state that was saved; keys are the numbers of connections.

    Raises ValueError when this is none, and what `process` raises where there is no such process.
    """
    try:
        inflating = zlib.decompressobj()
        text = inflating.decompress(data, MOST)
        if not inflating.eof and inflating.decompress(inflating.unconsumed_tail, 1):
            raise ValueError("it is too large")
        return _whole(msgspec.json.decode(text, type=_Body), process)
    except (zlib.error, TypeError, LookupError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _whole(body: _Body, process: Callable[[int], Process]) -> Whole:
    counters: dict[Key, Counters] = {row.number: counted(row.counters) for row in body.rows if row.counters}
    problems = {code: Problem(Code(code), *map(safe, words)) for code, words in body.problems.items()}
    names = {safe(address): safe(name) for address, name in body.names.items()}
    rows = [_restored(saved, process) for saved in body.rows]
    findings = dict(keeping.restored(each) for each in body.findings)
    return Whole(body.look, body.connections, rows, counters, problems, names, findings)


def _is_of_first_look(event: Event) -> bool:
    return event.at.look == 1 or (isinstance(event, Opened) and event.preexisting)


def _saved(
    row: Row, counters: Counters | None, number: Callable[[Key], int], process: Callable[[Process], int]
) -> _Saved:
    connection, place = row.connection, row.connection.namespace
    return _Saved(
        number(row.key), connection.transport, connection.family, connection.state,
        connection.local, connection.remote, _each(process, connection.owners), connection.user,
        connection.direction, connection.opened_at, place, connection.unowned and connection.unowned.name,
        _each(process, connection.past_owners), row.direction, row.first_seen, row.preexisting,
        _each(process, row.owners), row.owners_past, row.passages, row.touched, counters,
    )  # fmt: skip


def _restored(saved: _Saved, process: Callable[[int], Process]) -> Row:
    connection = Connection(
        saved.number, saved.transport, saved.family, saved.state, _endpoint(saved.local),
        None if saved.remote is None else _endpoint(saved.remote), _each(process, saved.owners), _safe(saved.user),
        saved.stated, saved.opened_at, _place(saved.namespace),
        None if saved.unowned is None else Unowned[saved.unowned], _each(process, saved.past_owners),
    )  # fmt: skip
    return Row(
        saved.number, connection, saved.direction, saved.first_seen, saved.preexisting, _each(process, saved.shown),
        saved.owners_past, passages=saved.passages, touched=saved.touched,
    )  # fmt: skip


def _place(saved: tuple[int, str | None] | None) -> Namespace | None:
    return None if saved is None else Namespace(saved[0], _safe(saved[1]))


def _endpoint(saved: tuple[str, int]) -> Endpoint:
    return Endpoint(safe(saved[0]), saved[1])


def _safe(text: str | None) -> str | None:
    return None if text is None else safe(text)


def _each(of: Callable[[T], U], things: Iterable[T]) -> tuple[U, ...]:
    return tuple(map(of, things))
