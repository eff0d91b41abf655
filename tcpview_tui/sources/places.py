"""The network namespaces that are read: this program's own and, where it is allowed, every other."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Namespace
from tcpview_tui.sources import limits
from tcpview_tui.sources.farewells import Farewell, Farewells
from tcpview_tui.sources.namespaces import Namespaces, NetNamespace, inside, visiting
from tcpview_tui.sources.netlink import DiagSocket
from tcpview_tui.sources.seen import Changes, Socket
from tcpview_tui.sources.sockets import Sockets

if TYPE_CHECKING:
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.sources.seen import SocketId


class Places:
    """The sockets of every namespace that can be entered. One that appears or goes is followed at each look.

    One is left when two looks in a row have not found it: its only process may have handed over to another while the
    processes were listed.
    """

    def __init__(self) -> None:
        """Raise OSError when not even the own namespace can be read."""
        self._namespaces = Namespaces()
        self.own = self._namespaces.own
        self._read = {self.own: Sockets(self.own, None, *_open())}
        self._found: Mapping[int, NetNamespace] = {}
        self.closed: dict[int, OSError] = {}
        """Namespaces that exist and cannot be entered, by inode, and why."""

    @property
    def problems(self) -> Iterator[Problem]:
        """What namespaces cannot be read."""
        if self.closed or self._namespaces.refused:
            why = next((str(error.strerror) for error in self.closed.values()), "some processes do not tell theirs")
            yield limits.namespaces(len(self.closed) or self._namespaces.refused, why)

    def look(self) -> list[Changes]:
        """Read every namespace there is now."""
        found = self._namespaces.look()
        there = {**self._found, **found}
        self._found = found
        self.closed = {inode: error for inode, error in self.closed.items() if inode in found and _is_final(error)}
        left = list(self._leave(inode for inode in self._read if inode not in there and inode != self.own))
        for namespace in found.values():
            if namespace.inode not in self._read and namespace.inode not in self.closed:
                self._enter(namespace)
        return [*left, *(self._look_into(sockets, there) for sockets in self._read.values())]

    @property
    def lost(self) -> int:
        """How many times the kernel had no room to say which sockets have ended."""
        return sum(sockets.lost for sockets in self._read.values())

    def farewells(self) -> list[tuple[SocketId, Farewell]]:
        """Return the TCP sockets that have ended since the last call."""
        return [each for sockets in self._read.values() for each in sockets.farewells()]

    def try_out(self) -> None:
        """Raise OSError unless the kernel lists TCP sockets, those of the own namespace."""
        self._read[self.own].try_out()

    def find(self, key: SocketId) -> tuple[Sockets, Socket] | None:
        """Return the socket with that identity, and the sockets of its namespace."""
        sockets = self._read.get(key.namespace)
        socket = sockets.get(key.cookie) if sockets else None
        return (sockets, socket) if sockets and socket else None

    def close(self) -> None:
        """Give back every netlink socket."""
        for sockets in self._read.values():
            sockets.close()

    def _look_into(self, sockets: Sockets, there: Mapping[int, NetNamespace]) -> Changes:
        if sockets.inode == self.own:
            return sockets.look()
        with visiting(there[sockets.inode].path, sockets.inode) as sockets.within:
            changes = sockets.look()
        if sockets.inode not in self._found:
            changes.refused.clear()  # its path may be that of a process that has ended: the next look tells
        return changes

    def _enter(self, found: NetNamespace) -> None:
        try:
            diag, ending = inside(found.path, found.inode, _open)
        except RuntimeError:  # no thread is to be had: the next look tries again
            return
        except OSError as error:
            self.closed[found.inode] = error.with_traceback(None)
        else:
            namespace = Namespace(found.inode, found.name)
            self._read[found.inode] = Sockets(found.inode, namespace, diag, ending)

    def _leave(self, inodes: Iterable[int]) -> Iterator[Changes]:
        """Let go of namespaces nobody is in any more: our own socket would keep them."""
        for inode in list(inodes):
            changes = Changes()
            changes.gone += self._read.pop(inode).close()
            yield changes


def _is_final(error: OSError) -> bool:
    """False when a process just ended by whose path the namespace was entered: another may be in there still."""
    return error.errno not in (errno.ENOENT, errno.ESRCH, errno.ESTALE)


def _open() -> tuple[DiagSocket, Farewells | None]:
    """Return what reads the namespace of this thread, and what hears of sockets that end in it, if that can be had."""
    diag = DiagSocket()
    try:
        return diag, Farewells()
    except OSError:
        return diag, None
