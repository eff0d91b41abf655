"""Which socket of this look is which of the last one, where the system gives sockets no identity of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.connection import Connection, State

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

Line = Any
"""One of ``psutil.net_connections``: fd, family, type, laddr, raddr, status, pid. Equal lines are the same socket."""

_ACTIVE = frozenset({State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.TIME_WAIT})
_PASSIVE = frozenset({State.CLOSE_WAIT, State.LAST_ACK})
_OPEN = frozenset({State.ESTABLISHED}) | _ACTIVE | _PASSIVE

_LATER: Mapping[State, frozenset[State]] = {
    State.SYN_SENT: _OPEN | {State.SYN_RECEIVED},
    State.SYN_RECEIVED: _OPEN,
    State.ESTABLISHED: _ACTIVE | _PASSIVE,
    State.FIN_WAIT_1: _ACTIVE,
    State.FIN_WAIT_2: frozenset({State.TIME_WAIT}),
    State.CLOSING: frozenset({State.TIME_WAIT}),
    State.CLOSE_WAIT: frozenset({State.LAST_ACK}),
}
"""What a connection can become (RFC 9293 figure 5). In any other state, the same addresses are another connection."""


def passed_on(connection: Connection, owners: tuple[Process, ...]) -> Connection | None:
    """Return the connection with other owners; `None` when it is another one, bound by a process with a reused pid."""
    reused = connection.owners and owners and connection.owners[0].identity != owners[0].identity
    return None if reused and connection.remote is None else replace(connection, owners=owners)


class Predecessors:
    """The sockets of the last look that are not there in the same words now: who of them went on in other words?"""

    def __init__(self, gone: Mapping[Line, Connection]) -> None:
        self._places: dict[tuple[Any, ...], list[tuple[Line, Connection]]] = {}
        for line, connection in gone.items():
            self._places.setdefault(_place(line), []).append((line, connection))

    def take(self, line: Line, state: State, owners: tuple[Process, ...]) -> Connection | None:
        """Return the connection that `line` continues, once; `None` when it is a new one."""
        candidates = self._places.get(_place(line))
        if not candidates:
            return None
        fitting = _connected(candidates, state) if line.raddr else _bound(candidates, line, owners)
        found = min(fitting, key=lambda old: _holder(old[0]) != _holder(line), default=None)
        if found is None:
            return None
        candidates.remove(found)
        return found[1]


def _place(line: Line) -> tuple[Any, ...]:
    return line.family, line.type, line.laddr, line.raddr


def _holder(line: Line) -> tuple[int | None, int]:
    return line.pid, line.fd


def _connected(candidates: Iterable[tuple[Line, Connection]], state: State) -> Iterator[tuple[Line, Connection]]:
    for line, old in candidates:
        if state in {old.state, State.CLOSED} or state in _LATER.get(old.state, ()):
            yield line, old


def _bound(
    candidates: Iterable[tuple[Line, Connection]], line: Line, owners: tuple[Process, ...]
) -> Iterator[tuple[Line, Connection]]:
    # Several sockets can be bound to one address, and it can be bound again at once: only the holder tells them apart.
    for before, old in candidates:
        inherited = line.fd >= 0 and _are_kin(old.owners, owners)
        if before.fd == line.fd and (before.pid == line.pid or inherited):
            yield before, old


def _are_kin(before: tuple[Process, ...], after: tuple[Process, ...]) -> bool:
    """True when a socket can be in both processes by fork, which keeps the descriptor.

    Of the processes that share a listener, psutil on Linux names one only, and another one as soon as a worker
    starts or ends. The listener itself has not moved then, also when the process named ended before it was asked.
    """
    if not before or not after:
        return True
    one, other = before[0], after[0]
    if one.pid in _pids(other) or other.pid in _pids(one):
        return True
    siblings = bool(one.parents) and one.parents[:1] == other.parents[:1] and one.parents[0].pid != 1
    return siblings and one.name == other.name


def _pids(process: Process) -> set[int]:
    return {parent.pid for parent in process.parents if parent.pid != 1}
