"""What the events of a recording refer to by number: words, addresses, processes, connections. Each is read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from tcpview_tui.model.connection import Connection, Direction, Endpoint, Family, Namespace, State, Transport, Unowned
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.record.event import Moment
from tcpview_tui.record.wire import LAST
from tcpview_tui.text import safe

_KEPT = 65_536
"""Things of each kind that are kept once they were read."""

_Number = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] | None
_Time = Annotated[float, Meta(ge=0, le=LAST)] | None
_Shared = tuple[Transport, Family, _Number, str | None, str | None, Direction | None, str | None, str | None]
"""What may stand there: other words would pass by `safe` onto a terminal."""

_Moment = tuple[int, int, int]
"""Both clocks in milliseconds, and the look: a text, which stands there in a doctored table, would pass by `safe`."""

_Identity = tuple[int, float | None]
"""The number of a process, and when it started."""

_End = tuple[int, Annotated[int, Meta(ge=0, le=65535)]]
"""The number of an address, and a port."""


class _Common(NamedTuple):
    """What many connections have in common, as `Connection` wants it."""

    transport: Transport
    family: Family
    owners: tuple[Process, ...]
    user: str | None
    direction: Direction | None
    namespace: Namespace | None
    unowned: Unowned | None


class _First(NamedTuple):
    """A connection as it was when it opened, by the names of what an event may tell otherwise."""

    common: int
    preexisting: int
    opened_at: _Time
    local: _End
    remote: _End | None


class Things:
    """Rows by their numbers. All raise LookupError where there is none, and other errors for what nobody writes."""

    def __init__(self, rows: Callable[..., Iterator[Sequence[Any]]]) -> None:
        """`rows` returns what SQL selects."""
        self._rows = rows
        self.word = lru_cache(_KEPT)(self._read_word)
        self.address = lru_cache(_KEPT)(self._read_address)
        self.process = lru_cache(_KEPT)(self._read_process)
        self.common = lru_cache(_KEPT)(self._read_common)
        self.first = lru_cache(_KEPT)(self._read_first)
        self.moment = lru_cache(1)(self._read_moment)

    def connection(self, key: int, state: int | None, body: dict[str, Any]) -> Connection:
        """Return a connection in that state: as it was when it opened, but for what `body` tells otherwise."""
        first = self.first(key)
        told = (body.get(name, known) for name, known in zip(_First._fields, first, strict=True))
        now = msgspec.convert(tuple(told), _First) if body else first
        common = self.common(now.common)
        return Connection(
            key,
            common.transport,
            common.family,
            State("" if state is None else self.word(state)),
            self._end(now.local),
            None if now.remote is None else self._end(now.remote),
            common.owners,
            common.user,
            common.direction,
            now.opened_at,
            common.namespace,
            common.unowned,
            self.processes(body.get("past_owners", ())),
        )

    def processes(self, numbers: Iterable[int]) -> tuple[Process, ...]:
        """Return the processes of these numbers."""
        return tuple(map(self.process, numbers))

    def _end(self, end: _End) -> Endpoint:
        number, port = end
        return Endpoint(self.address(number), port)

    def _read_word(self, number: int) -> str:
        return str(self._row("SELECT text FROM word WHERE id = ?", number)[0])

    def _read_address(self, number: int) -> str:
        return safe(self._row("SELECT text FROM address WHERE id = ?", number)[0])

    def _read_moment(self, number: int) -> Moment:
        row = self._row("SELECT wall, mono, look FROM moment WHERE id = ?", number)
        wall, mono, look = msgspec.convert(row, _Moment)
        return Moment(wall / 1000, mono / 1000, look)

    def _read_common(self, number: int) -> _Common:
        query = """SELECT transport, family, namespace, namespace_name, user, direction, owners, unowned
                   FROM common WHERE id = ?"""
        shared = msgspec.convert(self._row(query, number), _Shared)
        transport, family, inode, name, user, direction, owners, reason = shared
        place = None if inode is None else Namespace(inode, _safe(name))
        why = None if reason is None else Unowned[reason]
        return _Common(transport, family, self.processes(decoded(owners, ())), _safe(user), direction, place, why)

    def _read_first(self, number: int) -> _First:
        query = """SELECT common, preexisting, opened_at, local, local_port, remote, remote_port
                   FROM connection WHERE id = ?"""
        common, preexisting, opened_at, local, local_port, *remote = self._row(query, number)
        far = None if remote == [None, None] else remote
        return msgspec.convert((common, preexisting, opened_at, (local, local_port), far), _First)

    def _read_process(self, number: int) -> Process:
        query = """SELECT pid, started, name, user, executable, command_line, service, container, parents
                   FROM process WHERE id = ?"""
        pid, started, name, *facts, parents = self._row(query, number)
        pid, started = msgspec.convert((pid, started), _Identity)
        ancestors = tuple(Ancestor(parent, safe(called)) for parent, called in decoded(parents, ()))
        user, executable, command_line, service, container = map(_safe, facts)
        return Process(pid, started, safe(name), user, executable, command_line, service, ancestors, container)

    def _row(self, query: str, number: int) -> Sequence[Any]:
        for row in self._rows(query, number):
            return row
        raise LookupError(f"row {number} is missing")


def decoded(text: str | None, empty: Any) -> Any:
    """Return what JSON says, `empty` where there is none."""
    return empty if text is None else msgspec.json.decode(text)


def _safe(text: str | None) -> str | None:
    return None if text is None else safe(text)
