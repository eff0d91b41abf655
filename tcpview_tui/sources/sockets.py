"""The sockets of one network namespace: what the kernel's dump says, compared with what it said before."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Namespace, State
from tcpview_tui.sources import inet_diag, procnet
from tcpview_tui.sources.inet_diag import COOKIE, NAMES, QUEUES, TABLES, Table, who
from tcpview_tui.sources.layouts import Layouts, Rest
from tcpview_tui.sources.listing import Listing, Part
from tcpview_tui.sources.netlink import SOCK_DIAG_BY_FAMILY, DiagSocket, NetlinkError, messages
from tcpview_tui.sources.seen import Changes, Socket, SocketId

if TYPE_CHECKING:
    from tcpview_tui.sources.farewells import Farewell, Farewells

Within = Callable[[Callable[[], list[bytes]]], list[bytes]]

_ORDER = sys.byteorder

_NOT_FOUND = frozenset({errno.ENOENT, errno.ESTALE})
"""What the kernel says when no socket has these names, or one with another cookie (net/core/sock_diag.c)."""

ASKED_AGAIN = 2_000
"""Sockets missing from a dump that are asked for one by one, in one look: 10 microseconds each."""


class Sockets:
    """All sockets of one namespace."""

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
        self._layouts = Layouts()
        self._unknown: set[Table] = set()
        self._listings: dict[Table, Listing] = {}
        self._by_cookie: dict[int, Socket] = {}

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
        changes.is_first = not self._listings
        for table in TABLES:
            try:
                parts = self._dump(table)
            except OSError as error:
                changes.refused[table] = error.with_traceback(None)  # its frames hold the tables
            except RuntimeError as error:  # no thread to enter the namespace with
                changes.refused[table] = OSError(errno.EAGAIN, str(error))
            else:
                self._compare(table, parts, changes)
        return changes

    def _dump(self, table: Table) -> list[bytes]:
        """Return a table from the kernel's answer, or, when it was built without one for it, from its text files."""
        if table not in self._unknown:
            try:
                return self._diag.dump(table.request)
            except NetlinkError as error:
                if error.errno != errno.ENOENT or table.transport not in procnet.FILES:
                    raise
                self._unknown.add(table)
        return self.within(partial(procnet.dump, table))

    def ask(self, socket: Socket) -> bytes:
        """Return the message of one socket as it is now. Raises NetlinkError, also when another has its names now."""
        return self._diag.ask(socket.table.asking(socket.names))

    def destroy(self, socket: Socket) -> None:
        """Close one socket, that very one. Raises NetlinkError.

        EBUSY when it is there and the kernel finds another by its addresses, or none; EOPNOTSUPP when nothing but its
        addresses tells which one it is.
        """
        if socket.table in self._unknown:
            raise NetlinkError(errno.EOPNOTSUPP, "the kernel lists this socket without a cookie")
        names = socket.names
        while True:
            try:
                return self._destroy(socket.table, names)
            except NetlinkError as error:
                now = self._names_now(socket) if error.errno in _NOT_FOUND else None
                if now is None:
                    raise
                if now == names:
                    raise NetlinkError(errno.EBUSY, "the kernel cannot address this one") from error
            names = now  # it has been connected since the last look

    def _destroy(self, table: Table, names: bytes) -> None:
        question = table.asking(names)
        # Of raw sockets the kernel closes the first that fits, whatever the cookie (raw_diag_destroy in raw_diag.c).
        if table.transport == "raw" and self._diag.ask(question)[COOKIE] != names[40:]:
            raise NetlinkError(errno.ESTALE, "another socket has these names")
        self._diag.destroy(question)

    def _names_now(self, socket: Socket) -> bytes | None:
        """Return the names under which the kernel lists a socket now; `None` when it is gone. Raises NetlinkError."""
        for part in self._diag.dump(socket.table.request):
            for begin, end in messages(part):
                body = part[begin:end]
                if body[COOKIE] == socket.head[COOKIE]:
                    return body[NAMES]
        return None

    def get(self, cookie: int) -> Socket | None:
        """Return the socket with that cookie."""
        return self._by_cookie.get(cookie)

    def _compare(self, table: Table, datagrams: Iterable[bytes], changes: Changes) -> None:
        """Sort out what differs. A datagram that says what it said costs one comparison, and no more."""
        before = self._listings.get(table) or Listing()
        parts = []
        for place, datagram in enumerate(datagrams):
            part = before.part(place)
            if part is None or not part.is_repeated_by(datagram, self._layouts):
                part = self._read(table, datagram, changes)
            parts.append(part)
        self._listings[table] = Listing(parts, self._miss(before.missing(parts), changes))

    def _read(self, table: Table, datagram: bytes, changes: Changes) -> Part:
        """Take in every message of a datagram."""
        part, at, size = Part(len(datagram)), 0, len(datagram)
        known = self._by_cookie.get
        while (layout := self._layouts.of(datagram, at)) is not None:
            messages = []
            whole = (size - at) // layout.length * layout.length
            for message in layout.run.iter_unpack(memoryview(datagram)[at : at + whole]):
                length, kind, head, info = message
                if length != layout.length or kind != SOCK_DIAG_BY_FAMILY:
                    break
                socket = known(int.from_bytes(head[COOKIE], _ORDER))
                if socket is None or head != socket.head or info != socket.info or socket.table != table:
                    if not layout.fits(datagram, at):
                        break
                    socket = self._meet(table, head, info, layout.rest(datagram, at), changes)
                socket.head, socket.info = head, info  # equal, and not kept twice
                messages.append(message)
                part.sockets.append(socket)
                at += length
            part.runs.append((layout, messages))
        return part

    def _meet(self, table: Table, head: bytes, info: bytes, rest: Rest, changes: Changes) -> Socket:
        """Return the socket of a message that is not what it was: a new one, or one that has gone on."""
        cookie = int.from_bytes(head[COOKIE], _ORDER)
        socket = self._by_cookie.get(cookie)
        if socket is None or socket.table != table:
            socket = self._by_cookie[cookie] = Socket(SocketId(self.inode, cookie), self.namespace, table)
            changes.fresh.append(socket)
        elif who(head) != who(socket.head):
            changes.altered.append(socket)
        elif info != socket.info or head[QUEUES] != socket.head[QUEUES]:  # else only a timer has gone on
            changes.moved.append(socket)
        socket.take(head, info, rest)
        return socket

    def _miss(self, missing: Iterable[Socket], changes: Changes) -> list[Socket]:
        """Tell what is gone, and return what is not: the kernel skips a socket when others of its hash bucket go
        while the dump is made.
        """
        skipped = []
        for number, socket in enumerate(missing):
            if self._by_cookie.get(socket.id.cookie) is not socket:
                continue  # IPV6_ADDRFORM (ipv6(7)) has changed its table: there it is, and it is the same
            if number < ASKED_AGAIN and self._is_there(socket):
                skipped.append(socket)
                continue
            del self._by_cookie[socket.id.cookie]
            changes.gone.append(socket)
        return skipped

    def _is_there(self, socket: Socket) -> bool:
        # Listeners that share a port cannot be told apart by a question, and their table is not skipped in.
        if socket.table.transport != "tcp" or socket.tcp_state is State.LISTEN:
            return False
        try:
            answer = self.ask(socket)
        except NetlinkError:
            return False
        return answer[COOKIE] == socket.head[COOKIE]


def _here(work: Callable[[], list[bytes]]) -> list[bytes]:
    return work()
