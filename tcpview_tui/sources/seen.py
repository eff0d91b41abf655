"""One socket as the last dump described it, and what identifies it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Direction, Namespace, State
from tcpview_tui.sources.inet_diag import NAMES, QUEUES, STATE_AT, STATES, UID_AT, Table
from tcpview_tui.sources.tcp_info import Measured, opener

if TYPE_CHECKING:
    from tcpview_tui.sources.layouts import Rest

_OWNER = struct.Struct("=II")
"""`idiag_uid` and `idiag_inode`."""


class SocketId(NamedTuple):
    """What identifies a socket: its network namespace, by inode, and the cookie the kernel gives it once.

    The cookie outlives the change to TIME_WAIT. Where a table tells none, `procnet` has made one of its inode.
    """

    namespace: int
    cookie: int


class Socket:
    """One socket as the last dump described it."""

    __slots__ = (
        "before", "congestion", "counted", "counted_in", "direction", "head", "id", "info", "inode", "namespace",
        "table", "tcp_state", "uid",
    )  # fmt: skip

    def __init__(self, identity: SocketId, namespace: Namespace | None, table: Table) -> None:
        self.id = identity
        self.namespace = namespace
        self.table = table
        self.tcp_state = self.counted_in = State.NONE
        self.direction: Direction | None = None
        self.congestion: str | None = None
        self.head = self.info = self.counted = b""
        self.uid = self.inode = self.before = 0

    @property
    def names(self) -> bytes:
        """Ports, addresses, interface and cookie: what a question about this socket gives."""
        return self.head[NAMES]

    @property
    def measured(self) -> Measured:
        """The counters."""
        return Measured(self.counted_in, self.head[QUEUES], self.counted, self.congestion)

    def take(self, head: bytes, info: bytes, rest: Rest) -> None:
        """Take in a message: its `inet_diag_msg`, its counters, and what else it tells."""
        self.head, self.info = head, info
        self.before = self.inode
        self.uid, self.inode = _OWNER.unpack_from(head, UID_AT)
        if self.table.transport == "tcp":  # nothing else has states
            self.tcp_state = STATES[head[STATE_AT]]
        if info or not self.counted:  # a socket in TIME_WAIT tells no more what it has carried
            self.counted, self.counted_in = info, self.tcp_state
        unacked, congestion = rest
        if congestion:
            self.congestion = congestion
        if self.direction is None:
            self.direction = opener(self.tcp_state, unacked, info)


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
