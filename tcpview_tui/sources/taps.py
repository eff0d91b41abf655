"""The sockets that get packets meant for others: packet sockets (packet(7)) and raw ones (raw(7)).

Which packet sockets are promiscuous tells sock_diag alone: struct packet_diag_msg in include/uapi/linux/packet_diag.h.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Collection, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from tcpview_tui.findings.machine import Tap
from tcpview_tui.sources.inet_diag import ATTRIBUTE
from tcpview_tui.sources.netlink import DiagSocket, messages
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

_AF_PACKET = 17
_REQUEST = struct.pack("=BBHIIQ", _AF_PACKET, 0, 0, 0, 1 << 1, 0)
"""packet_diag_req with PACKET_SHOW_MCLIST."""

_MESSAGE = struct.Struct("=BBHIQ")
"""packet_diag_msg: family, type, protocol, inode, cookie; attributes follow."""

_MCLIST = 1
"""PACKET_DIAG_MCLIST: what the socket has asked its interfaces to let through."""

_MEMBER = struct.Struct("=IIHH32x")
"""packet_diag_mclist: interface, count, type, length of the address, address."""

_PACKET_MR_PROMISC = 1
"""linux/if_packet.h: a membership of this type asks for what is meant for other machines, too."""


def read(net: Path) -> list[Tap]:
    """Return the taps of the network namespace of this thread. `net` is /proc/thread-self/net, but for tests.

    Left out is what gets nothing: packet sockets with protocol 0, and raw ones with IPPROTO_RAW. Raises OSError, and
    ValueError for lines that make no sense.
    """
    return [*_packet(net), *_raw(net)]


def _packet(net: Path) -> Iterator[Tap]:
    lines = _lines(net / "packet")
    promiscuous = _promiscuous() if lines else ()
    for _, _, _, protocol, interface, _, _, _, inode, *_ in lines:
        if number := int(protocol, 16):
            asked = None if promiscuous is None else int(inode) in promiscuous
            yield Tap("packet", number, _name(int(interface)), int(inode), asked)


def _raw(net: Path) -> Iterator[Tap]:
    """In these lines the protocol stands in place of the local port (raw_sock_seq_show in net/ipv4/raw.c)."""
    for name in ("raw", "raw6"):
        for _, local, _, _, _, _, _, _, _, inode, *_ in _lines(net / name):
            number = int(local.rpartition(":")[2], 16)
            if number != socket.IPPROTO_RAW:
                yield Tap("raw", number, None, int(inode))


def _lines(path: Path) -> list[list[str]]:
    """Return the words of each line below the heading; nothing where the kernel has no such sockets."""
    try:
        return [line.split() for line in path.read_text("ascii").splitlines()[1:]]
    except FileNotFoundError:
        return []


def _name(index: int) -> str | None:
    try:
        return safe(socket.if_indextoname(index)) if index else None
    except OSError:
        return f"interface {index}"  # it has gone


def _promiscuous() -> Collection[int] | None:
    """Return the inodes of the packet sockets that want what is meant for others; `None` when the kernel won't tell."""
    try:
        with closing(DiagSocket()) as diag:
            parts = diag.dump(_REQUEST)
    except OSError:
        return None
    spans = [(part, begin, end) for part in parts for begin, end in messages(part)]
    return {_MESSAGE.unpack_from(part, begin)[3] for part, begin, end in spans if _wants_all(part[begin:end])}


def _wants_all(message: bytes) -> bool:
    at = _MESSAGE.size
    while at + ATTRIBUTE.size <= len(message):
        length, kind = ATTRIBUTE.unpack_from(message, at)
        if length < ATTRIBUTE.size:
            break
        if kind == _MCLIST:
            members = message[at + ATTRIBUTE.size : at + length]
            whole = members[: len(members) // _MEMBER.size * _MEMBER.size]
            return any(member[2] == _PACKET_MR_PROMISC for member in _MEMBER.iter_unpack(whole))
        at += length + 3 & ~3
    return False
