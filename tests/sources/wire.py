"""Netlink messages as the kernel writes them, made up by the tests, and stand-ins for the socket they come from."""

from __future__ import annotations

import errno
import struct
from collections.abc import Callable, Iterable
from typing import cast

from tcpview_tui.sources.inet_diag import INFO, Table
from tcpview_tui.sources.netlink import HEAD, DiagSocket, NetlinkError
from tcpview_tui.sources.sockets import Sockets

BY_FAMILY, ERROR, DONE = 20, 2, 3
INTERRUPTED = 0x10
TCP4, TCP6, UDP4, UDP6 = Table(4, "tcp"), Table(6, "tcp"), Table(4, "udp"), Table(6, "udp")
INFO_SIZE = 240


def names(cookie: int, local: int = 1000, remote: int = 2000, address: bytes = b"\x7f\0\0\1") -> bytes:
    far = address if remote else b""
    return struct.pack("!HH16s16s", local, remote, address, far) + struct.pack("=IQ", 0, cookie)


def body(
    of: bytes, state: int = 1, inode: int = 7, uid: int = 0, queues: tuple[int, int] = (0, 0), info: bytes | None = None
) -> bytes:
    """`inet_diag_msg` and its attributes; another one stands before `tcp_info`, as from the kernel."""
    message = struct.pack("=BBBB48sIIIII", 2, state, 0, 0, of, 0, *queues, uid, inode)
    return message + attribute(8, b"\0") + (b"" if info is None else attribute(INFO, info))


def attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def info(**fields: int) -> bytes:
    """`tcp_info` with the named fields (include/uapi/linux/tcp.h), all others 0."""
    made = bytearray(INFO_SIZE)
    for name, value in fields.items():
        layout, at = FIELDS[name]
        struct.pack_into(layout, made, at, value)
    return bytes(made)


FIELDS = {
    "unacked": ("=I", 24), "last_data_sent": ("=I", 44), "rtt": ("=I", 68), "total_retrans": ("=I", 100),
    "bytes_acked": ("=Q", 120), "bytes_received": ("=Q", 128), "segs_out": ("=I", 136), "segs_in": ("=I", 140),
    "bytes_sent": ("=Q", 200), "bytes_retrans": ("=Q", 208),
}  # fmt: skip


def message(content: bytes, kind: int = BY_FAMILY, flags: int = 0, sequence: int = 1) -> bytes:
    return HEAD.pack(HEAD.size + len(content), kind, flags, sequence, 0) + content


def done(number: int = 0, flags: int = 0, sequence: int = 1) -> bytes:
    return message(struct.pack("=i", -number), DONE, flags, sequence)


def error(number: int, sequence: int = 1) -> bytes:
    return message(struct.pack("=i", -number), ERROR, 0, sequence)


class FakeDiag:
    """Answers dumps from `tables`, and questions about the sockets in `there`, by cookie."""

    def __init__(self) -> None:
        self.tables: dict[Table, list[bytes] | NetlinkError] = {}
        self.there: dict[bytes, bytes] = {}
        self.asked = 0
        self.destroyed: list[bytes] = []
        self.is_closed = False

    def dump(self, request: bytes) -> list[bytes]:
        found = {table.request: parts for table, parts in self.tables.items()}.get(request, [])
        if isinstance(found, NetlinkError):
            raise found
        return found

    def ask(self, request: bytes) -> bytes:
        self.asked += 1
        answer = self.there.get(request[-8:])
        if answer is None:
            raise NetlinkError(errno.ENOENT, "No such file or directory")
        return answer

    def destroy(self, request: bytes) -> None:
        self.destroyed.append(request)

    def close(self) -> None:
        self.is_closed = True


def sockets(diag: FakeDiag) -> Sockets:
    return Sockets(42, None, cast("DiagSocket", diag))


Line = bytes | Exception | Callable[[int], bytes]


class Script:
    """In place of a netlink socket: returns the lines one by one; a function gets the last sequence number."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.lines = list(lines)
        self.sent: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.sent.append(data)
        return len(data)

    def recv(self, _: int) -> bytes:
        line = self.lines.pop(0) if self.lines else TimeoutError("timed out")
        if isinstance(line, Exception):
            raise line
        return line if isinstance(line, bytes) else line(HEAD.unpack_from(self.sent[-1])[3])

    def close(self) -> None:
        pass
