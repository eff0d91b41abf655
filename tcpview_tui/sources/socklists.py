"""The TCP and UDP sockets of a network namespace as both of the kernel's lists tell them: sock_diag and /proc/net."""

from __future__ import annotations

import socket
import struct
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.sources import inet_diag
from tcpview_tui.sources.inet_diag import INODE_AT, NAMES, PROTOCOLS, REQUEST, SIZE, Ends, Table
from tcpview_tui.sources.netlink import DiagSocket, messages

if TYPE_CHECKING:
    from pathlib import Path

TABLES = tuple(table for table in inet_diag.TABLES if table.transport in ("tcp", "udp"))

_HELD = sum(1 << number for number in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11))
"""The states in which a process can have a socket (include/net/tcp_states.h). Not among them are TIME_WAIT, requests,
and BOUND_INACTIVE, which /proc/net never tells."""

_COUNTED = ("TCP", "UDP")
_INODE = struct.Struct("=I")
_ID = struct.Struct("!HH16s16s12x")
_BUFFER = 1 << 20
"""Bytes read of /proc/net at once: less takes longer, for the kernel seeks its place anew each time."""


class Both(NamedTuple):
    """One table as both lists tell it, by inode: what netlink says of a socket, and its line of /proc/net."""

    told: dict[int, bytes]
    lines: dict[int, bytes]


def read(diag: DiagSocket, net: Path, table: Table) -> Both:
    """Return what both lists have of a table, without sockets that no process can have: those without inode.

    `diag` and `net`, which is /proc/thread-self/net but for tests, are of one namespace. Raises OSError when a list
    cannot be read; ValueError and IndexError when a line makes no sense, as `ends` does.
    """
    return Both(_told(diag, table), _lines(net, table))


def _told(diag: DiagSocket, table: Table) -> dict[int, bytes]:
    """Return the names of the sockets of a table that have an inode, from sock_diag. Raises NetlinkError."""
    family = socket.AF_INET if table.family == 4 else socket.AF_INET6
    request = REQUEST.pack(family, PROTOCOLS[table.transport], 0, 0, _HELD, bytes(48))
    told = {
        _INODE.unpack_from(part, begin + INODE_AT)[0]: part[begin + NAMES.start : begin + NAMES.stop]
        for part in diag.dump(request)
        for begin, end in messages(part)
        if end - begin >= SIZE
    }
    told.pop(0, None)
    return told


def _lines(net: Path, table: Table) -> dict[int, bytes]:
    """Return the same from /proc/net (proc_pid_net(5)). Raises OSError, ValueError when it makes no sense."""
    path = net / (table.transport + ("6" if table.family == 6 else ""))
    try:
        with path.open("rb", buffering=_BUFFER) as file:
            content = file.read().splitlines()[1:]
    except FileNotFoundError:
        if table.family == 6:  # a kernel without IPv6
            return {}
        raise
    lines = {int(line.split(None, 10)[9]): line for line in content}
    lines.pop(0, None)
    return lines


def ends(line: bytes, table: Table) -> Ends:
    """Return both ends of a line of /proc/net."""
    local, remote = (field.decode("ascii").partition(":") for field in line.split(None, 3)[1:3])
    names = _ID.pack(int(local[2], 16), int(remote[2], 16), _address(local[0]), _address(remote[0]))
    return inet_diag.ends(names, table.family)


def _address(text: str) -> bytes:
    """Return the bytes of an address that the kernel printed as words of 32 bits in its own byte order."""
    words = (text[at : at + 8] for at in range(0, len(text), 8))
    return b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)


def in_use(net: Path) -> int:
    """Return how many lines the four tables have, from sockstat(5): those in use, and of TCP those in TIME_WAIT."""
    return sum(_counted(net / name) for name in ("sockstat", "sockstat6"))


def _counted(path: Path) -> int:
    try:
        lines = [line.split() for line in path.read_text("ascii").splitlines()]
    except FileNotFoundError:
        return 0
    fields = [field for head, *rest in lines if head.rstrip("6:") in _COUNTED for field in pairwise(rest)]
    return sum(int(number) for name, number in fields if name in ("inuse", "tw"))
