"""One socket as the last dump described it, and what identifies it."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tcpview_tui.model.connection import Direction, Namespace, State
from tcpview_tui.sources import inet_diag
from tcpview_tui.sources.inet_diag import COUNTED, Measured, Table
from tcpview_tui.sources.netlink import HEAD

_OWNER = struct.Struct("=II")


class SocketId(NamedTuple):
    """What identifies a socket: its network namespace, by inode, and the cookie the kernel gives it once.

    The cookie outlives the change to TIME_WAIT. Where a table tells none, `procnet` has made one of its inode.
    """

    namespace: int
    cookie: int


class Socket:
    """One socket as the last dump described it."""

    __slots__ = (
        "before", "congestion", "counted", "counted_in", "direction", "id", "info", "inode", "names", "namespace",
        "state", "table", "tail", "tcp_state", "uid",
    )  # fmt: skip

    def __init__(self, identity: SocketId, namespace: Namespace | None, table: Table, names: bytes) -> None:
        self.id = identity
        self.namespace = namespace
        self.direction: Direction | None = None
        self.table = table
        self.names = names
        self.state = -1
        self.tcp_state = self.counted_in = State.NONE
        self.tail = self.info = self.counted = self.congestion = b""
        self.uid = self.inode = self.before = 0

    @property
    def measured(self) -> Measured:
        """The counters."""
        return Measured(self.counted_in, self.tail[:8], self.counted, self.congestion)

    def take(self, part: bytes, at: int, length: int) -> bool:
        """Take in the message at `at`; return whether more differs than counters."""
        state, tail = part[at + 17], part[at + 72 : at + 88]
        differs = state != self.state or tail[8:] != self.tail[8:]
        if state != self.state and self.table.transport == "tcp":  # nothing else has states
            self.tcp_state = inet_diag.STATES.get(state, State.CLOSED)
        self.state, self.tail = state, tail
        self.before = self.inode
        self.uid, self.inode = _OWNER.unpack(tail[8:])
        first, last = inet_diag.info_in(part, at + HEAD.size, at + length)
        self.info = part[min(first + COUNTED.start, last) : min(first + COUNTED.stop, last)]
        name = inet_diag.congestion_after(part, last, at + length)
        if name != self.congestion and name:
            self.congestion = name
        if self.info or not self.counted:  # a socket in TIME_WAIT tells no more what it has carried
            self.counted, self.counted_in = self.info, self.tcp_state
        if self.direction is None:
            self.direction = inet_diag.opener(self.tcp_state, part[first:last])
        return differs


class Changes:
    """What differs from the look before: sockets that are new, other than before, gone, or have carried traffic."""

    def __init__(self) -> None:
        self.is_first = False
        """Whether nothing was known of the namespace before: what is fresh can be old."""
        self.fresh: list[Socket] = []
        self.altered: list[Socket] = []
        self.moved: list[Socket] = []
        self.gone: list[Socket] = []
        self.refused: dict[Table, OSError] = {}
