"""Sockets that have just ended, as the kernel announces them to whoever listens, root or not (sock_diag)."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Family, State
from tcpview_tui.sources import inet_diag
from tcpview_tui.sources.layouts import Layouts
from tcpview_tui.sources.netlink import CHUNK, NETLINK_SOCK_DIAG
from tcpview_tui.sources.tcp_info import Measured

if TYPE_CHECKING:
    from tcpview_tui.sources.inet_diag import Ends

_TCP_GROUPS = 1 << 0 | 1 << 2
"""SKNLGRP_INET_TCP_DESTROY and SKNLGRP_INET6_TCP_DESTROY (include/uapi/linux/sock_diag.h), counted from 1."""

_SO_RCVBUFFORCE = 33
_ROOM = 16 << 20
"""Bytes of announcements that wait for the next look: about 10,000. Without root the system's limit holds."""

MOST = 20_000
"""Announcements taken in at one look. What is more waits, and what does not fit the room is lost and counted."""


class Farewell(NamedTuple):
    """A TCP socket that is no more: its cookie, both ends, its user, and the last state of its counters."""

    cookie: int
    family: Family
    names: bytes
    uid: int
    measured: Measured
    unread: int = 0
    """Sequence numbers received and never read: bytes and, when nobody waited for it, the FIN of the other end."""

    @property
    def ends(self) -> Ends:
        """Both ends, spelled out when somebody asks: most sockets that end are known."""
        return inet_diag.ends(self.names, self.family)


class Farewells:
    """Listens in the network namespace of the thread that makes it."""

    def __init__(self) -> None:
        """Raise OSError when the kernel announces nothing."""
        self.lost = 0
        self._layouts = Layouts()
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG)
        for option in (_SO_RCVBUFFORCE, socket.SO_RCVBUF):  # the second is all that is allowed without root
            with suppress(OSError):
                self._socket.setsockopt(socket.SOL_SOCKET, option, _ROOM)
                break
        self._socket.bind((0, _TCP_GROUPS))
        self._socket.setblocking(False)

    def drain(self) -> Iterator[Farewell]:
        """Return who has ended since the last call. `lost` counts the times that the kernel had no room for more."""
        for _ in range(MOST):
            try:
                part = self._socket.recv(CHUNK)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    return
                self.lost += 1
            else:
                yield from self._farewells(part)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()

    def _farewells(self, part: bytes) -> Iterator[Farewell]:
        at = 0
        while (layout := self._layouts.of(part, at)) is not None:
            _, _, head, info = layout.run.unpack_from(part, at)
            _, congestion = layout.rest(part, at)
            family: Family = 4 if head[0] == socket.AF_INET else 6
            uid = int.from_bytes(head[inet_diag.UID_AT : inet_diag.INODE_AT], sys.byteorder)
            cookie = int.from_bytes(head[inet_diag.COOKIE], sys.byteorder)
            unread = int.from_bytes(head[inet_diag.QUEUES][:4], sys.byteorder)
            measured = Measured(State.CLOSED, bytes(8), info, congestion)
            yield Farewell(cookie, family, head[inet_diag.NAMES], uid, measured, unread)
            at += layout.length
