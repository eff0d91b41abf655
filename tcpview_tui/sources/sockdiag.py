"""The Linux source: every socket by netlink sock_diag, with its owners, its counters and its exact times."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.sources import inet_diag, limits, services
from tcpview_tui.sources.attribution import Attribution
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.capabilities import CAP_NET_ADMIN, NEEDS_NET_ADMIN, lacks
from tcpview_tui.sources.chronicle import Chronicle
from tcpview_tui.sources.inspect import inspect
from tcpview_tui.sources.last_words import LastWords
from tcpview_tui.sources.opens import Missed, Openings
from tcpview_tui.sources.places import Places
from tcpview_tui.sources.seen import Changes, Socket, SocketId
from tcpview_tui.sources.unsettled import Unsettled

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Transport
    from tcpview_tui.model.inspection import Inspection
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Passed, Problem
    from tcpview_tui.model.traffic import Measure
    from tcpview_tui.sources.inet_diag import Table


class SockDiagSource:
    """Reads all sockets of this machine. What has not changed since the last look is the same object again."""

    name = "sockdiag"
    has_counters = True
    unseen: tuple[Problem, ...] = (limits.HELD_NAMESPACES,)

    def __init__(self, clock: Clock, follows: bool = True) -> None:
        """`follows`: see also what lives between two looks.

        Raise OSError when the kernel has no sock_diag, or does not let this program use it.
        """
        self._places = Places()
        self._attribution = Attribution(clock)
        self._clock = clock
        self._chronicle = Chronicle(clock, self._places.own, follows)
        self._last_words = LastWords(self._places.own)
        self._openings = Openings()
        self._missed: Missed | None = None
        self._by_inode: dict[int, Socket] = {}
        self._listening: dict[SocketId, Socket] = {}
        self._connections: dict[Key, Connection] = {}
        self._counts: bool | None = None
        self._refused: dict[Table, OSError] = {}
        self._unsettled = Unsettled()

    @property
    def follows_tcp(self) -> bool:
        """Whether the kernel tells of every TCP connection."""
        return self._chronicle.is_open

    @property
    def cannot_disconnect(self) -> str | None:
        """Why the kernel will close nothing for this program; it asks for the right each time (sock_diag(7))."""
        return NEEDS_NET_ADMIN if lacks(CAP_NET_ADMIN) else None

    def try_out(self) -> None:
        """Raise OSError unless the kernel lists TCP sockets."""
        self._places.try_out()

    def read(self) -> Reading:
        """Return every socket there is now. A table that cannot be read keeps its sockets, and a problem says so.

        Changes that were read and not taken in, because something raised, are taken in at the next look.
        """
        self._chronicle.begin_look()
        said = self._places.farewells()
        found = self._look()
        gone = [self._connections[key] for key in found.gone if key in self._connections]
        stale = self._stale(found)
        if stale or gone:
            self._connections = self._renewed(gone, stale)
        self._unsettled = Unsettled()
        self._note_counters(found)
        told = self._chronicle.end_look(gone, self._listeners, self._places.is_alone)
        new = [self._connections[socket.id] for socket in found.fresh]
        added = self._last_words.settle(said, self._connections, new, gone, told, self._clock.wall())
        self._chronicle.owe(each.connection for each in added.passed if isinstance(each.connection.key, SocketId))
        measures: dict[Key, Measure] = {socket.id: socket.measured for socket in found.counted}
        problems = tuple(self._problems())
        return Reading(
            self._connections,
            problems,
            measures | added.measures,
            told.ended,
            added.passed,
            self._estimate(found, added.passed),
            frozenset(socket.id for socket, is_first in found.fresh.items() if is_first),
        )

    def inspect(self, process: Process) -> Inspection:
        """Return what the system tells of `process` now. Never raises."""
        return inspect(process)

    def service_name(self, transport: Transport, port: int) -> str | None:
        """Return the name of a port in the system's list, which is read when the first name is asked for."""
        return self._services.get((transport, port))

    def disconnect(self, connection: Connection) -> None:
        """Have the kernel close that very socket (SOCK_DESTROY, by cookie). Raises OSError as `Source` says."""
        found = self._places.find(connection.key) if isinstance(connection.key, SocketId) else None
        if found is None:
            raise OSError(errno.ENOENT, "the connection is gone")
        sockets, socket = found
        sockets.destroy(socket)

    def close(self) -> None:
        """Give back the netlink sockets, and take the trace out of the kernel."""
        self._chronicle.close()
        self._places.close()

    @cached_property
    def _services(self) -> services.Names:
        return services.read(services.database())

    def _look(self) -> Unsettled:
        """Return what this look has found, and those before that no reading has told."""
        looks = self._places.look()
        for look in looks:
            self._account(look)
            self._unsettled.add(look)
        self._refused = {table: error for look in looks for table, error in look.refused.items()}
        return self._unsettled

    def _account(self, look: Changes) -> None:
        """Keep the sockets by inode; a socket that its process has closed has none any more."""
        for inode, socket in (*((s.inode, s) for s in look.gone), *((s.before, s) for s in look.altered)):
            if self._by_inode.get(inode) is socket:
                del self._by_inode[inode]
        for socket in (*look.altered, *look.fresh):
            if socket.inode:
                self._by_inode[socket.inode] = socket
            if socket.tcp_state is State.LISTEN:
                self._listening[socket.id] = socket
        for socket in look.gone:
            self._listening.pop(socket.id, None)

    def _stale(self, found: Unsettled) -> set[Socket]:
        """Return the sockets whose connection has to be made anew."""
        changed = self._attribution.look(self._by_inode, found.sought)
        return found.stale.union(filter(None, map(self._by_inode.get, changed)))

    def _renewed(self, gone: Iterable[Connection], stale: Iterable[Socket]) -> dict[Key, Connection]:
        connections = self._connections.copy()
        for connection in gone:
            del connections[connection.key]
        for socket in stale:
            before = connections.get(socket.id)
            connections[socket.id] = self._chronicle.completed(self._connection(socket), before)
        return connections

    def _connection(self, socket: Socket) -> Connection:
        table = socket.table
        family, local, remote = inet_diag.ends(socket.names, table.family)
        owners, unowned, user = self._attribution.of(socket)
        return Connection(
            socket.id, table.transport, family, socket.tcp_state, local, remote, owners, user, socket.direction,
            namespace=socket.namespace, unowned=unowned,
        )  # fmt: skip

    def _listeners(self) -> Iterator[Connection]:
        return (self._connections[key] for key in self._listening if key in self._connections)

    def _estimate(self, found: Unsettled, passed: Iterable[Passed]) -> int | None:
        """Return how many TCP connections were too short, unless all are told: the kernel counts each namespace."""
        seen = self._openings.look(found) + sum(each.connection.namespace is None for each in passed)
        if self.follows_tcp:
            self._missed = None
            return None
        if self._missed is None:
            self._missed, seen = Missed(), 0
        return self._missed.look(seen)

    def _note_counters(self, found: Unsettled) -> None:
        """See by the first connection whether this kernel counts."""
        established = State.ESTABLISHED
        unknown = found.fresh if self._counts is None else ()
        if first := next((each for each in unknown if each.tcp_state is established), None):
            self._counts = first.measured.counters.received is not None

    def _problems(self) -> Iterator[Problem]:
        if self._attribution.unknown:
            yield limits.ownerless(self._attribution.unknown, self._attribution.sought)
        if self._attribution.refused_paths:
            yield limits.paths(self._attribution.refused_paths)
        if self._counts is False:
            yield limits.UNCOUNTED
        yield from self._places.problems
        yield from self._chronicle.problems
        if self._places.lost:
            yield limits.unheard(self._places.lost)
        if self._refused:
            names = ", ".join(sorted({table.transport for table in self._refused}))
            yield limits.tables(names, str(next(iter(self._refused.values())).strerror))
