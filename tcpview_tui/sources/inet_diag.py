"""What a sock_diag message says about an internet socket: its layout, and how it becomes values.

Layouts: struct inet_diag_req_v2, inet_diag_msg and tcp_info in include/uapi/linux/{inet_diag,tcp}.h. Offsets of
`inet_diag_msg` count from its first byte, behind the netlink header.
"""

from __future__ import annotations

import socket
import struct
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, get_args

from tcpview_tui.model.connection import Direction, Endpoint, Family, State, Transport
from tcpview_tui.model.traffic import Counters
from tcpview_tui.text import safe_bytes

SIZE = 72
"""Bytes of `inet_diag_msg`; attributes follow."""

STATE_AT, NAMES, COOKIE, QUEUES, UID_AT, INODE_AT = 1, slice(4, 52), slice(44, 52), slice(56, 64), 64, 68
"""`idiag_state`; `id`, which is ports, addresses, interface and cookie; `idiag_rqueue` and `wqueue`; the two rest."""

INFO = 2
"""INET_DIAG_INFO: the attribute with `tcp_info`, and, as a bit less one, the request for it."""

_CONGESTION = 4
"""INET_DIAG_CONG: the name of the congestion control algorithm, ended by a zero; it follows `tcp_info`."""

_WANTED = 1 << (INFO - 1) | 1 << (_CONGESTION - 1)

ALL_STATES = 0xFFFFFFFF
REQUEST = struct.Struct("=BBBxI48s")
"""inet_diag_req_v2: family, protocol, extensions, states, id."""

STATES: dict[int, State] = {
    1: State.ESTABLISHED, 2: State.SYN_SENT, 3: State.SYN_RECEIVED, 4: State.FIN_WAIT_1, 5: State.FIN_WAIT_2,
    6: State.TIME_WAIT, 7: State.CLOSED, 8: State.CLOSE_WAIT, 9: State.LAST_ACK, 10: State.LISTEN, 11: State.CLOSING,
    12: State.SYN_RECEIVED,
}  # fmt: skip
"""include/net/tcp_states.h; 12 is a request that is not a socket yet. 13, bound and not in use, is CLOSED."""

COUNTED = slice(60, 216)
"""The part of `tcp_info` that changes with traffic alone: what counts milliseconds stands before it."""

_ATTRIBUTE = struct.Struct("=HH")
"""nlattr: length with this header, type."""

_PORTS = struct.Struct("!HH")
_QUEUES = struct.Struct("=II")
_RTT, _RETRANSMITTED = struct.Struct("=I"), struct.Struct("=I")
_BYTES = struct.Struct("=QQII")
_SENT = struct.Struct("=QQ")
_RTT_AT, _RETRANSMITTED_AT, _BYTES_AT, _SENT_AT, _UNACKED_AT = 68, 100, 120, 200, 24

_HAS_RECEIVED_FIN = frozenset({State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT})
"""States in which the sequence number of the other end's FIN is among the bytes received (RFC 9293 section 3.4)."""

_FIN_ACKED = {State.ESTABLISHED: 0, State.CLOSE_WAIT: 0, State.FIN_WAIT_2: 1}
"""Sequence numbers of our own FIN that the other end has acknowledged, in the states where that is certain."""

_SURPLUS: dict[int, Direction] = {0: "in", 1: "out"}


class Table(NamedTuple):
    """One of the kernel's tables: what a dump asks for."""

    family: Family
    transport: Transport

    @property
    def request(self) -> bytes:
        """The request for all of it, with `tcp_info` where there is one."""
        return self.asking(bytes(48))

    def asking(self, names: bytes) -> bytes:
        """Return the request for the socket with these names: those of its message."""
        family = socket.AF_INET if self.family == 4 else socket.AF_INET6
        return REQUEST.pack(family, PROTOCOLS[self.transport], _WANTED, ALL_STATES, names)


NOTHING = REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 1 << 31, bytes(48))
"""A request for TCP sockets in a state that does not exist."""

PROTOCOLS: dict[Transport, int] = {"tcp": 6, "udp": 17, "udplite": 136, "raw": 255}
"""IP protocol numbers (IANA); sock_diag takes IPPROTO_RAW for raw sockets of every protocol."""

TABLES = tuple(Table(family, transport) for transport in PROTOCOLS for family in get_args(Family))


class Ends(NamedTuple):
    """Both ends in words, and the family of the addresses that people read."""

    family: Family
    local: Endpoint
    remote: Endpoint | None


class Measured(NamedTuple):
    """The counters of one socket as the kernel wrote them; `info` is the part `COUNTED` of its `tcp_info`."""

    state: State
    queues: bytes
    info: bytes
    congestion: bytes = b""

    @property
    def counters(self) -> Counters:
        """The counters; an old kernel's shorter `tcp_info` leaves out what it does not have."""
        received, sent = _QUEUES.unpack(self.queues)
        if not self.info or self.state is State.LISTEN:
            return Counters(receive_queue=received, send_queue=sent)
        return Counters(
            *_payload(self.info, self.state),
            *_packets(self.info),
            _number(_RETRANSMITTED, self.info, _RETRANSMITTED_AT),
            _seconds(_number(_RTT, self.info, _RTT_AT)),
            received,
            sent,
            _algorithm(self.congestion),
        )


def info_in(part: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return where the `tcp_info` of the message in `part` from `begin` to `end` lies; both 0 when it has none."""
    at = begin + SIZE
    while at + _ATTRIBUTE.size <= end:
        length, kind = _ATTRIBUTE.unpack_from(part, at)
        if length < _ATTRIBUTE.size or at + length > end:
            break
        if kind == INFO:
            return at + _ATTRIBUTE.size, at + length
        at += length + 3 & ~3
    return 0, 0


def congestion_after(part: bytes, info_end: int, end: int) -> bytes:
    """Return the name of the algorithm that stands behind the `tcp_info` in a message; empty when none does."""
    at = info_end + 3 & ~3
    if not info_end or at + _ATTRIBUTE.size > end:
        return b""
    length, kind = _ATTRIBUTE.unpack_from(part, at)
    if kind != _CONGESTION or length < _ATTRIBUTE.size or at + length > end:
        return b""
    return part[at + _ATTRIBUTE.size : at + length].rstrip(b"\0")


def ends(names: bytes, family: Family) -> Ends:
    """Return both ends from the `id` of a message of a table of `family`; IPv4-mapped addresses read as IPv4."""
    local_port, remote_port = _PORTS.unpack_from(names)
    size = 4 if family == 4 else 16
    local, local_family = _address(names[4 : 4 + size])
    if not remote_port and not any(names[20 : 20 + size]):
        return Ends(local_family, Endpoint(local, local_port), None)
    remote, remote_family = _address(names[20 : 20 + size])
    return Ends(remote_family, Endpoint(local, local_port), Endpoint(remote, remote_port))


def opener(state: State, info: bytes) -> Direction | None:
    """Return who opened a TCP connection, where its `tcp_info` (whole) proves it; `None` where it does not.

    `tcpi_bytes_acked` counts sequence numbers: on the side that opened also its own SYN, since the kernel begins to
    count there before it is acknowledged, and behind it on the other side (tcp_create_openreq_child in
    tcp_minisocks.c). While nothing is under way, one more than the payload sent tells the side.
    """
    if state is State.SYN_SENT:
        return "out"
    if state is State.SYN_RECEIVED:
        return "in"
    if state not in _FIN_ACKED or len(info) < _SENT_AT + _SENT.size or _RTT.unpack_from(info, _UNACKED_AT)[0]:
        return None
    sent, again = _SENT.unpack_from(info, _SENT_AT)
    surplus = _BYTES.unpack_from(info, _BYTES_AT)[0] - (sent - again) - _FIN_ACKED[state]
    return _SURPLUS.get(surplus)


def _payload(info: bytes, state: State) -> tuple[int | None, int | None]:
    """Return bytes received and sent, without the sequence numbers of SYN and FIN and what was sent again."""
    found = _unpack(_BYTES, info, _BYTES_AT)
    if found is None:
        return None, None
    acknowledged, received = found[:2]
    sent = _unpack(_SENT, info, _SENT_AT)
    received -= state in _HAS_RECEIVED_FIN
    return max(received, 0), max(acknowledged - 1, 0) if sent is None else max(sent[0] - sent[1], 0)


def _packets(info: bytes) -> tuple[int | None, int | None]:
    found = _unpack(_BYTES, info, _BYTES_AT)
    return (None, None) if found is None else (found[3], found[2])


def _number(layout: struct.Struct, info: bytes, at: int) -> int | None:
    found = _unpack(layout, info, at)
    return None if found is None else found[0]


def _unpack(layout: struct.Struct, info: bytes, at: int) -> tuple[int, ...] | None:
    """Return fields at an offset of `tcp_info`, of which `info` is the part `COUNTED`; `None` beyond its end."""
    at -= COUNTED.start
    return layout.unpack_from(info, at) if at + layout.size <= len(info) else None


def _seconds(microseconds: int | None) -> float | None:
    return None if not microseconds else microseconds / 1e6


@lru_cache(maxsize=64)
def _algorithm(name: bytes) -> str | None:
    return safe_bytes(name) if name else None


@lru_cache(maxsize=65_536)
def _address(raw: bytes) -> tuple[str, Family]:
    found = IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw).ipv4_mapped or IPv6Address(raw)
    return str(found), 4 if found.version == 4 else 6
