"""Sockets that have just ended, as the kernel announces them to whoever listens, root or not (sock_diag)."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from tcpview_tui.model.connection import Family, State
from tcpview_tui.sources import inet_diag
from tcpview_tui.sources.inet_diag import COUNTED, SIZE, Ends, Measured
from tcpview_tui.sources.netlink import CHUNK, messages

_NETLINK_SOCK_DIAG = 4
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

    @property
    def ends(self) -> Ends:
        """Both ends, spelled out when somebody asks: most sockets that end are known."""
        return inet_diag.ends(self.names, self.family)


class Farewells:
    """Listens in the network namespace of the thread that makes it."""

    def __init__(self) -> None:
        """Raise OSError when the kernel announces nothing."""
        self.lost = 0
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG)
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
                yield from _farewells(part)

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


def _farewells(part: bytes) -> Iterator[Farewell]:
    for begin, end in messages(part):
        if end - begin < SIZE:
            continue
        message = part[begin:end]
        family: Family = 4 if message[0] == socket.AF_INET else 6
        first, last = inet_diag.info_in(message, 0, len(message))
        info = message[first + COUNTED.start : min(first + COUNTED.stop, last)] if last else b""
        uid = int.from_bytes(message[inet_diag.UID_AT : inet_diag.INODE_AT], sys.byteorder)
        name = inet_diag.congestion_after(message, last, len(message))
        measured = Measured(State.CLOSED, bytes(8), info, name)
        cookie = int.from_bytes(message[inet_diag.COOKIE], sys.byteorder)
        yield Farewell(cookie, family, message[inet_diag.NAMES], uid, measured)
