"""Tables that a kernel may have been built without in sock_diag: raw sockets and UDP-Lite, from /proc/net.

Lines are as in proc_pid_net(5) (net/ipv4/raw.c, net/ipv4/udplite.c). They are rewritten as sock_diag messages, so that
everything behind this module reads one layout. The kernel tells no cookie there: the inode stands for it.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from tcpview_tui.sources.inet_diag import REQUEST, SIZE, Table
from tcpview_tui.sources.netlink import HEAD, SOCK_DIAG_BY_FAMILY

FILES = {"raw": "raw", "udplite": "udplite"}
"""The file of /proc/net for IPv4, by transport; that for IPv6 ends in 6."""

_MESSAGE = struct.Struct("=BBBB48sIIIII")
_ID = struct.Struct("!HH16s16s")
_NO_COOKIE = 1 << 63
"""Set in what stands for a cookie, so that it is none: the kernel counts them up from 1."""


def dump(table: Table, folder: Path = Path("/proc/thread-self/net")) -> list[bytes]:
    """Return the table as one datagram; empty when the kernel has no such sockets. It is that of this thread's
    network namespace. Raises OSError when it cannot be read.
    """
    file = folder / (FILES[table.transport] + ("6" if table.family == 6 else ""))
    try:
        lines = file.read_text("ascii", "replace").splitlines()[1:]
    except FileNotFoundError:
        return []
    return [b"".join(message for line in lines if (message := _message(line, table)))]


def _message(line: str, table: Table) -> bytes:
    """Return a line as a message; empty when it is none."""
    try:
        _, local, remote, state, queues, _, _, uid, _, inode, *_ = line.split()
        sent, received = (int(part, 16) for part in queues.split(":"))
        number = int(inode)
        names = _names(local, remote) + struct.pack("=I", 0) + (number | _NO_COOKIE).to_bytes(8, sys.byteorder)
        family = REQUEST.unpack(table.request)[0]
        body = _MESSAGE.pack(family, int(state, 16), 0, 0, names, 0, received, sent, int(uid), number)
    except (ValueError, struct.error):
        return b""
    return HEAD.pack(HEAD.size + SIZE, SOCK_DIAG_BY_FAMILY, 0, 0, 0) + body


def _names(local: str, remote: str) -> bytes:
    """Return both ends as sock_diag orders them: ports, then addresses, all in network byte order."""
    (local_address, _, local_port), (remote_address, _, remote_port) = local.partition(":"), remote.partition(":")
    return _ID.pack(int(local_port, 16), int(remote_port, 16), _address(local_address), _address(remote_address))


def _address(text: str) -> bytes:
    """Return the bytes of an address that the kernel printed as words of 32 bits in its own byte order."""
    words = (text[at : at + 8] for at in range(0, len(text), 8))
    return b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
