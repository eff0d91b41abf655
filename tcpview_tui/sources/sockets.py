"""The sockets of one network namespace: what the kernel's dump says, compared with what it said before."""

from __future__ import annotations

import errno
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Direction, Namespace, State
from tcpview_tui.sources import inet_diag, procnet
from tcpview_tui.sources.inet_diag import COUNTED, SIZE, TABLES, Measured, Table
from tcpview_tui.sources.netlink import HEAD, DiagSocket, NetlinkError

if TYPE_CHECKING:
    from tcpview_tui.sources.farewells import Farewell, Farewells

_START = struct.Struct("=IH")
"""Length and type, the part of a netlink header that the pass over a dump needs."""

_MESSAGE = 20
"""SOCK_DIAG_BY_FAMILY (include/uapi/linux/sock_diag.h)."""

Within = Callable[[Callable[[], list[bytes]]], list[bytes]]

_ORDER = sys.byteorder

_OWNER = struct.Struct("=II")

ASKED_AGAIN = 2_000
"""Sockets missing from a dump that are asked for one by one, in one look: 10 microseconds each."""


class SocketId(NamedTuple):
    """What identifies a socket: its network namespace, by inode, and the cookie the kernel gives it once.

    The cookie outlives the change to TIME_WAIT. Where a table tells none, `procnet` has made one of its inode.
    """

    namespace: int
    cookie: int


class Socket:
    """One socket as the last dump described it."""

    __slots__ = (
        "before", "counted", "direction", "first", "id", "info", "inode", "last", "length", "names", "namespace",
        "state", "table", "tail", "uid",
    )  # fmt: skip

    def __init__(self, identity: SocketId, namespace: Namespace | None, table: Table, names: bytes) -> None:
        self.id = identity
        self.namespace = namespace
        self.direction: Direction | None = None
        self.table = table
        self.names = names
        self.state = -1
        self.tail = self.info = self.counted = b""
        self.length = self.first = self.last = self.uid = self.inode = self.before = 0

    @property
    def tcp_state(self) -> State:
        """The state; only TCP has one."""
        return inet_diag.STATES.get(self.state, State.CLOSED) if self.table.transport == "tcp" else State.NONE

    @property
    def measured(self) -> Measured:
        """The counters."""
        return Measured(self.tcp_state, self.tail[:8], self.counted)

    def take(self, part: bytes, at: int, length: int) -> bool:
        """Take in the message at `at`; return whether more differs than counters."""
        state, tail = part[at + 17], part[at + 72 : at + 88]
        differs = state != self.state or tail[8:] != self.tail[8:]
        self.state, self.tail, self.length = state, tail, length
        self.before = self.inode
        self.uid, self.inode = _OWNER.unpack(tail[8:])
        first, last = inet_diag.info_in(part, at + HEAD.size, at + length)
        # Where the counters lie in messages of this length: the next one is compared without a search for them.
        self.first = min(first + COUNTED.start, last) - at if last else 0
        self.last = min(first + COUNTED.stop, last) - at if last else 0
        self.info = part[at + self.first : at + self.last] if last else b""
        self.counted = self.info or self.counted  # a socket in TIME_WAIT tells no more what it has carried
        return differs


class Changes:
    """What differs from the look before: sockets that are new, other than before, gone, or have carried traffic."""

    def __init__(self) -> None:
        self.fresh: list[Socket] = []
        self.altered: list[Socket] = []
        self.moved: list[Socket] = []
        self.gone: list[Socket] = []
        self.refused: dict[Table, OSError] = {}


class Sockets:
    """All sockets of one namespace, by the first 72 bytes of their messages."""

    def __init__(
        self, inode: int, namespace: Namespace | None, diag: DiagSocket, ending: Farewells | None = None
    ) -> None:
        """`inode` is that of the network namespace `diag` reads; `namespace` is `None` for this program's own.

        `ending` hears of sockets that end in there.
        """
        self.inode = inode
        self.namespace = namespace
        self._diag = diag
        self._ending = ending
        self.within: Within = _here
        """How work is done inside the namespace."""
        self._unknown: set[Table] = set()
        self._tables: dict[Table, dict[bytes, Socket]] = {}
        self._by_cookie: dict[bytes, Socket] = {}

    def farewells(self) -> Iterator[tuple[SocketId, Farewell]]:
        """Return who has ended since the last call; nobody where the kernel does not say."""
        if self._ending is not None:
            yield from ((SocketId(self.inode, farewell.cookie), farewell) for farewell in self._ending.drain())

    @property
    def lost(self) -> int:
        """How many times the kernel had no room to say who has ended."""
        return self._ending.lost if self._ending else 0

    def close(self) -> Iterable[Socket]:
        """Give the netlink sockets back and return all sockets there were."""
        if self._ending:
            self._ending.close()
        self._diag.close()
        return self._by_cookie.values()

    def try_out(self) -> None:
        """Raise NetlinkError unless the kernel lists TCP sockets: one state that no socket is in costs nothing."""
        self._diag.dump(inet_diag.NOTHING)

    def look(self) -> Changes:
        """Read every table once. A table that the kernel refuses keeps what it had, and is named."""
        changes = Changes()
        for table in TABLES:
            try:
                parts = self._dump(table)
            except OSError as error:
                changes.refused[table] = error
            else:
                self._compare(table, parts, changes)
        return changes

    def _dump(self, table: Table) -> list[bytes]:
        """Return a table from the kernel's answer, or, when it was built without one for it, from its text files."""
        if table not in self._unknown:
            try:
                return self._diag.dump(table.request)
            except NetlinkError as error:
                if error.errno != errno.ENOENT or table.transport not in procnet.TABLES:
                    raise
                self._unknown.add(table)
        return self.within(partial(procnet.dump, table))

    def ask(self, socket: Socket) -> bytes:
        """Return the message of one socket as it is now. Raises NetlinkError, also when another has its names now."""
        return self._diag.ask(socket.table.asking(socket.names))

    def destroy(self, socket: Socket) -> None:
        """Close one socket, that very one. Raises NetlinkError."""
        self._diag.destroy(socket.table.asking(socket.names))

    def get(self, cookie: int) -> Socket | None:
        """Return the socket with that cookie."""
        return self._by_cookie.get(cookie.to_bytes(8, _ORDER))

    def _compare(self, table: Table, parts: Iterable[bytes], changes: Changes) -> None:
        """Sort out what differs. A socket whose message begins as it did costs two slices and a look into a table."""
        before = self._tables.get(table, {})
        now: dict[bytes, Socket] = {}
        known, start = before.get, _START.unpack_from
        for part in parts:
            at, size = 0, len(part)
            while at + HEAD.size + SIZE <= size:
                length, kind = start(part, at)
                if kind != _MESSAGE or length < HEAD.size + SIZE or at + length > size:
                    break
                head = part[at + 16 : at + 88]
                socket = known(head)
                if socket is None:
                    socket = self._meet(table, head, part, at, length, changes)
                elif part[at + socket.first : at + socket.last] != socket.info:
                    socket.take(part, at, length)
                    changes.moved.append(socket)
                now[head] = socket
                at += length + 3 & ~3
        self._tables[table] = now
        if now.keys() != before.keys():
            self._miss(set(before.values()).difference(now.values()), now, changes)

    def _meet(self, table: Table, head: bytes, part: bytes, at: int, length: int, changes: Changes) -> Socket:
        """Return the socket of a message that begins in a new way: a new one, or one that has gone on."""
        names = head[inet_diag.NAMES]
        cookie = names[40:]
        socket = self._by_cookie.get(cookie)
        if socket is not None and socket.table == table:
            is_connected = names != socket.names
            socket.names = names
            differs = socket.take(part, at, length)
            (changes.altered if differs or is_connected else changes.moved).append(socket)
            return socket
        identity = SocketId(self.inode, int.from_bytes(cookie, _ORDER))
        socket = self._by_cookie[cookie] = Socket(identity, self.namespace, table, names)
        socket.take(part, at, length)
        if table.transport == "tcp":
            first, last = inet_diag.info_in(part, at + HEAD.size, at + length)
            socket.direction = inet_diag.opener(socket.tcp_state, part[first:last])
        changes.fresh.append(socket)
        return socket

    def _miss(self, missing: Iterable[Socket], now: dict[bytes, Socket], changes: Changes) -> None:
        """Tell what is gone. The kernel skips a socket when others of its hash bucket go while the dump is made."""
        for number, socket in enumerate(missing):
            cookie = socket.names[40:]
            is_known = self._by_cookie.get(cookie) is socket  # else IPV6_ADDRFORM (ipv6(7)) has changed its table
            if is_known and number < ASKED_AGAIN and self._is_there(socket):
                now[socket.names] = socket  # under a key that no message begins with: the next one is met anew
                continue
            if is_known:
                del self._by_cookie[cookie]
            changes.gone.append(socket)

    def _is_there(self, socket: Socket) -> bool:
        # Listeners that share a port cannot be told apart by a question, and their table is not skipped in.
        if socket.table.transport != "tcp" or socket.tcp_state is State.LISTEN:
            return False
        try:
            answer = self.ask(socket)
        except NetlinkError:
            return False
        return answer[inet_diag.COOKIE] == socket.names[40:]


def _here(work: Callable[[], list[bytes]]) -> list[bytes]:
    return work()
