"""The network namespaces that are read: this program's own and, where it is allowed, every other."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Namespace
from tcpview_tui.sources import limits, room
from tcpview_tui.sources.farewells import Farewell, Farewells
from tcpview_tui.sources.namespaces import Namespaces, NetNamespace, inside, visiting
from tcpview_tui.sources.netlink import DiagSocket
from tcpview_tui.sources.seen import Changes, Socket
from tcpview_tui.sources.sockets import Sockets

if TYPE_CHECKING:
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.sources.seen import SocketId


_FILES = 2
"""Descriptors that a namespace takes while it is read: one to ask, one to hear."""

_REFUSED = frozenset({errno.EPERM, errno.EACCES})
"""Why a namespace is not tried again. All else passes: a process ended on the way in, or files were short."""


_ENDED = frozenset({errno.ENOENT, errno.ESRCH, errno.ESTALE})
"""What a path in /proc says whose process has ended, or has passed its number on."""


class Places:
    """The sockets of every namespace that can be entered. One that appears or goes is followed at each look.

    One is left when two looks in a row have not found it: its only process may have handed over to another while the
    processes were listed.
    """

    def __init__(self) -> None:
        """Raise OSError when not even the own namespace can be read."""
        room.widen()
        self._namespaces = Namespaces()
        self.own = self._namespaces.own
        self._read = {self.own: Sockets(self.own, None, *_open())}
        self._found: Mapping[int, NetNamespace] = {}
        self._lost_before = 0
        self.closed: dict[int, OSError] = {}
        """Namespaces that exist and cannot be entered, by inode, and why."""

    @property
    def problems(self) -> Iterator[Problem]:
        """What namespaces cannot be read, or not be found."""
        return limits.namespaces(self.closed.values(), self._namespaces.refused)

    def look(self) -> list[Changes]:
        """Read every namespace there is now."""
        found = self._namespaces.look()
        there = {**self._found, **found}
        self._found = found
        self.closed = {
            inode: error for inode, error in self.closed.items() if inode in found and error.errno in _REFUSED
        }
        left = list(self._leave(inode for inode in self._read if inode not in there and inode != self.own))
        known = self._read.keys() | self.closed.keys()
        self._enter_all([each for each in found.values() if each.inode not in known])
        return [*left, *(self._look_into(sockets, there) for sockets in self._read.values())]

    @property
    def is_alone(self) -> bool:
        """Whether the last look found no namespace but the own."""
        return not self._found

    @property
    def lost(self) -> int:
        """How many times the kernel had no room to say which sockets have ended, ever."""
        return self._lost_before + sum(sockets.lost for sockets in self._read.values())

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
        # By the path of a process that has just ended nobody gets in: the next look knows another, or nobody is left.
        is_left = sockets.inode not in self._found
        refused = {} if is_left else changes.refused
        changes.refused = {table: error for table, error in refused.items() if error.errno not in _ENDED}
        return changes

    def _enter_all(self, new: list[NetNamespace]) -> None:
        """Enter as many as leave files for the rest of the program; the others wait until some go."""
        if not new:
            return
        most = room.left() // _FILES
        for found in new[:most]:
            self._enter(found)
        for found in new[most:]:
            self.closed[found.inode] = OSError(errno.EMFILE, os.strerror(errno.EMFILE))

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
            changes, sockets = Changes(), self._read.pop(inode)
            self._lost_before += sockets.lost
            changes.gone += sockets.close()
            yield changes


def _open() -> tuple[DiagSocket, Farewells | None]:
    """Return what reads the namespace of this thread, and what hears of sockets that end in it, if that can be had."""
    diag = DiagSocket()
    try:
        return diag, Farewells()
    except OSError:
        return diag, None
