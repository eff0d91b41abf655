"""What sock_diag asks and says about internet sockets: requests, and the parts of a message.

Layouts: struct inet_diag_req_v2 and inet_diag_msg in include/uapi/linux/inet_diag.h. Offsets of `inet_diag_msg` count
from its first byte, behind the netlink header.
"""

from __future__ import annotations

import socket
import struct
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, get_args

from tcpview_tui.model.connection import Endpoint, Family, State, Transport
from tcpview_tui.text import safe_bytes

SIZE = 72
"""Bytes of `inet_diag_msg`; attributes follow."""

STATE_AT, NAMES, COOKIE, QUEUES, UID_AT, INODE_AT = 1, slice(4, 52), slice(44, 52), slice(56, 64), 64, 68
"""`idiag_state`; `id`, which is ports, addresses, interface and cookie; `idiag_rqueue` and `wqueue`; the two rest."""

ATTRIBUTE = struct.Struct("=HH")
"""nlattr: length with this header, type."""

INFO = 2
"""INET_DIAG_INFO: the attribute with `tcp_info`, and, as a bit less one, the request for it."""

_CONGESTION = 4
"""INET_DIAG_CONG: the name of the congestion control algorithm, ended by a zero; it follows `tcp_info`."""

NAMED = ATTRIBUTE.size + 16
"""The most bytes of that attribute: TCP_CA_NAME_MAX (include/net/tcp.h) behind its header."""

_WANTED = 1 << (INFO - 1) | 1 << (_CONGESTION - 1)

ALL_STATES = 0xFFFFFFFF
REQUEST = struct.Struct("=BBBBI48s")
"""inet_diag_req_v2: family, protocol, extensions, the protocol of a raw socket, states, id."""

NOTHING = REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << 31, bytes(48))
"""A request for TCP sockets in a state that does not exist."""

_STATES: dict[int, State] = {
    1: State.ESTABLISHED, 2: State.SYN_SENT, 3: State.SYN_RECEIVED, 4: State.FIN_WAIT_1, 5: State.FIN_WAIT_2,
    6: State.TIME_WAIT, 7: State.CLOSED, 8: State.CLOSE_WAIT, 9: State.LAST_ACK, 10: State.LISTEN, 11: State.CLOSING,
    12: State.SYN_RECEIVED,
}  # fmt: skip
"""include/net/tcp_states.h; 12 is a request that is not a socket yet."""

STATES = tuple(_STATES.get(number, State.CLOSED) for number in range(256))
"""The states by `idiag_state`; 13, bound and not in use, is CLOSED."""

PROTOCOLS: dict[Transport, int] = {"tcp": 6, "udp": 17, "udplite": 136, "raw": 255}
"""IP protocol numbers (IANA); sock_diag takes IPPROTO_RAW for raw sockets of every protocol."""

_PORTS = struct.Struct("!HH")


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
        # A raw socket's protocol is told as its local port, and has a field of its own in a question (raw_diag.c).
        raw = names[1] if self.transport == "raw" else 0
        return REQUEST.pack(family, PROTOCOLS[self.transport], _WANTED, raw, ALL_STATES, names)


TABLES = tuple(Table(family, transport) for transport in PROTOCOLS for family in get_args(Family))


class Ends(NamedTuple):
    """Both ends in words, and the family of the addresses that people read."""

    family: Family
    local: Endpoint
    remote: Endpoint | None


def ends(names: bytes, family: Family) -> Ends:
    """Return both ends from the `id` of a message of a table of `family`; IPv4-mapped addresses read as IPv4."""
    local_port, remote_port = _PORTS.unpack_from(names)
    size = 4 if family == 4 else 16
    local, local_family = _address(names[4 : 4 + size])
    if not remote_port and not any(names[20 : 20 + size]):
        return Ends(local_family, Endpoint(local, local_port), None)
    remote, remote_family = _address(names[20 : 20 + size])
    return Ends(remote_family, Endpoint(local, local_port), Endpoint(remote, remote_port))


def who(head: bytes) -> bytes:
    """Return what an `inet_diag_msg` tells besides timers and queues: family, state, names, user and inode."""
    return head[: STATE_AT + 1] + head[NAMES] + head[UID_AT:]


def info_in(part: bytes, begin: int, end: int) -> tuple[int, int]:
    """Return where the `tcp_info` of the message in `part` from `begin` to `end` lies; at its end when it has none."""
    at = begin + SIZE
    while at + ATTRIBUTE.size <= end:
        length, kind = ATTRIBUTE.unpack_from(part, at)
        if length < ATTRIBUTE.size or at + length > end:
            break
        if kind == INFO:
            return at + ATTRIBUTE.size, at + length
        at += length + 3 & ~3
    return end, end


@lru_cache(maxsize=64)
def algorithm(attribute: bytes) -> str | None:
    """Return the name in the attribute that these bytes begin with, the first `NAMED` behind the `tcp_info` of a
    message; `None` when that attribute is another, or there is none.
    """
    if len(attribute) < ATTRIBUTE.size:
        return None
    length, kind = ATTRIBUTE.unpack_from(attribute)
    return safe_bytes(attribute[ATTRIBUTE.size : length].rstrip(b"\0")) or None if kind == _CONGESTION else None


@lru_cache(maxsize=65_536)
def _address(raw: bytes) -> tuple[str, Family]:
    found = IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw).ipv4_mapped or IPv6Address(raw)
    return str(found), 4 if found.version == 4 else 6
