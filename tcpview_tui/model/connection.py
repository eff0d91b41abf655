"""A connection: one socket of TCP, UDP, UDP-Lite or raw IP, connected or not, at one moment."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from tcpview_tui.model.container import elsewhere
from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

Key = Hashable
"""What identifies a connection for as long as it lives. Each source makes its own; nobody looks inside."""

Transport = Literal["tcp", "udp", "udplite", "raw"]
Family = Literal[4, 6]
Direction = Literal["in", "out", "listening"]


class State(StrEnum):
    """The TCP states of RFC 9293 section 3.3.2, spelled with underscores, and none for what has no state."""

    NONE = ""
    ESTABLISHED = "ESTABLISHED"
    SYN_SENT = "SYN_SENT"
    SYN_RECEIVED = "SYN_RECEIVED"
    FIN_WAIT_1 = "FIN_WAIT_1"
    FIN_WAIT_2 = "FIN_WAIT_2"
    TIME_WAIT = "TIME_WAIT"
    CLOSED = "CLOSED"
    CLOSE_WAIT = "CLOSE_WAIT"
    LAST_ACK = "LAST_ACK"
    LISTEN = "LISTEN"
    CLOSING = "CLOSING"

    @property
    def label(self) -> str:
        """The state in words: it has one also where there is no state."""
        return self.value or "no state"


KERNEL_STATES = frozenset({State.TIME_WAIT, State.SYN_RECEIVED})
"""Sockets that no process holds: the kernel keeps them on its own (RFC 9293 section 3.6.1; accept queue)."""


class Unowned(StrEnum):
    """Why no process is known that has a socket, where the source can tell. The value is what people read."""

    OTHER_USER = "the system tells its process to its user and to root only"
    ENDED = "its process has closed it or ended; the kernel winds it up"
    QUEUED = "no process has accepted it yet: it waits in the queue of its listener"
    KERNEL = "no process has it open: the kernel itself uses it"
    HIDDEN = "its process is not visible from here: another process namespace, or no right to look"
    PENDING = "its process is still being looked for"


class Namespace(NamedTuple):
    """A network namespace other than this program's. `name` is that of ``ip netns``, if it has one."""

    inode: int
    name: str | None = None


UNKNOWN_NAMESPACE = Namespace(0, "unknown")
"""That of a connection of which nobody can tell whether it was in this program's or another; no inode is 0."""


class Endpoint(NamedTuple):
    """An address in canonical text (RFC 5952; IPv4-mapped IPv6 as IPv4) and a port."""

    address: str
    port: int


@dataclass(frozen=True, slots=True)
class Connection:
    """One endpoint as a source saw it. `remote` is `None` when nothing is connected.

    `owners` holds every process that has the socket open, as far as the source can tell; empty means unknown,
    `unowned` says why where the source knows, else a `Problem` on the snapshot does. `family` is that of the
    addresses: an IPv4 peer on a dual-stack socket counts as 4. For a raw socket the port of `local` is its IP protocol
    number.

    What only some sources know is `None` elsewhere: the `user` that the kernel books the socket to, the `direction`
    when it is certain, the exact second UTC at which it was `opened_at`, the `past_owners` that no look saw
    have it; `namespace` is `None` for this program's own.
    """

    key: Key
    transport: Transport
    family: Family
    state: State
    local: Endpoint
    remote: Endpoint | None = None
    owners: tuple[Process, ...] = ()
    user: str | None = None
    direction: Direction | None = None
    opened_at: float | None = None
    namespace: Namespace | None = None
    unowned: Unowned | None = None
    past_owners: tuple[Process, ...] = ()

    @property
    def owner(self) -> Process | None:
        """The process shown on the row: the first of the owners."""
        return self.owners[0] if self.owners else None

    @property
    def is_listening(self) -> bool:
        """True for what waits for strangers: a TCP listener, or an unconnected socket of another transport."""
        return self.state is State.LISTEN or (self.transport != "tcp" and self.remote is None)

    @property
    def protocol(self) -> str:
        """``TCP``, ``UDP``, ``UDPLITE`` or ``RAW``; over IPv6 ``TCP6`` and so on."""
        return self.transport.upper() + ("6" if self.family == 6 else "")

    @property
    def ends(self) -> str:
        """Protocol and both ends in one line: ``TCP 10.0.0.5:50000 - 192.0.2.7:443``.

        Where the same addresses can mean another connection, it says where this one is: ``... in netns web``.
        """
        far = f" - {endpoint(*self.remote)}" if self.remote else ""
        return f"{self.protocol} {endpoint(*self.local)}{far}{elsewhere(self)}"
