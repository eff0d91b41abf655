"""A netlink socket of the kernel's sock_diag family: dumps, questions about one socket, and what goes wrong with them.

Layouts and numbers: netlink(7), sock_diag(7), include/uapi/linux/{netlink,sock_diag,inet_diag}.h.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NETLINK_SOCK_DIAG = 4
"""The family of these sockets."""

SOCK_DIAG_BY_FAMILY = 20
"""The type of questions about sockets, and of every message that tells of one."""

_SOCK_DESTROY = 21
_NLMSG_ERROR, _NLMSG_DONE = 2, 3
_NLM_F_REQUEST, _NLM_F_ACK, _NLM_F_DUMP, _NLM_F_DUMP_INTR = 0x1, 0x4, 0x300, 0x10

HEAD = struct.Struct("=IHHII")
"""nlmsghdr: length with this header, type, flags, sequence number, port id."""

_CODE = struct.Struct("=i")

CHUNK = 1 << 16
"""Bytes asked for at a time: the kernel fills at most 32 KiB of a dump at once (netlink_dump in af_netlink.c)."""

_PATIENCE = 5.0
"""Seconds to wait for the kernel's answer, which comes at once: without an end, a fault would stop the program."""

_TRIES = 3
"""Times a dump is begun that the kernel marks as interrupted."""


class NetlinkError(OSError):
    """The kernel refused, with its error number; or its answer is none, with EBADMSG."""


class InterruptedDumpError(NetlinkError):
    """The table changed so much during each of several dumps that the kernel vouches for none of them."""


class DiagSocket:
    """One netlink socket. It reads the network namespace of the thread that made it, for as long as it is open."""

    def __init__(self) -> None:
        """Raise OSError when the kernel has no such sockets."""
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG)
        self._socket.bind((0, 0))
        self._socket.settimeout(_PATIENCE)
        self._sequence = 0
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give the socket back; a question under way ends with an error."""
        self._socket.close()

    def dump(self, request: bytes) -> list[bytes]:
        """Return the datagrams that answer `request`, to be read with `messages`. Raises NetlinkError.

        A dump that was interrupted is made again; when that does not help, InterruptedDumpError is raised.
        """
        for _ in range(_TRIES):
            with self._lock:
                parts, whole = self._dump(request)
            if whole:
                return parts
        raise InterruptedDumpError(errno.EINTR, "the sockets changed too fast for the kernel to list them")

    def ask(self, request: bytes) -> bytes:
        """Return the message, without its header, that answers a question about one socket. Raises NetlinkError."""
        with self._lock:
            self._send(SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, request)
            return self._answer()

    def destroy(self, request: bytes) -> None:
        """Have the kernel close one socket (SOCK_DESTROY). Raises NetlinkError."""
        with self._lock:
            self._send(_SOCK_DESTROY, _NLM_F_REQUEST | _NLM_F_ACK, request)
            self._answer()

    def _dump(self, request: bytes) -> tuple[list[bytes], bool]:
        self._send(SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST | _NLM_F_DUMP, request)
        parts: list[bytes] = []
        flags = 0
        while True:
            part = self._receive()
            _, kind, first, sequence, _ = HEAD.unpack_from(part)
            if sequence != self._sequence:
                continue  # of a question that was given up
            if kind == _NLMSG_ERROR:
                raise _refusal(part)
            parts.append(part)
            flags |= first
            done = _done_at(part)
            if done is not None:
                flags |= HEAD.unpack_from(part, done)[2]
                _raise_for(part, done)
                return parts, not flags & _NLM_F_DUMP_INTR

    def _answer(self) -> bytes:
        while True:
            part = self._receive()
            length, kind, _, sequence, _ = HEAD.unpack_from(part)
            if sequence != self._sequence:
                continue
            if kind == _NLMSG_ERROR and _refusal(part).errno:
                raise _refusal(part)  # not by a name: it would hold this frame, and that every caller's tables
            return part[HEAD.size : length]

    def _send(self, kind: int, flags: int, request: bytes) -> None:
        self._sequence += 1
        with _told():
            self._socket.send(HEAD.pack(HEAD.size + len(request), kind, flags, self._sequence, 0) + request)

    def _receive(self) -> bytes:
        with _told():
            part = self._socket.recv(CHUNK)
        if len(part) < HEAD.size:
            raise NetlinkError(errno.EBADMSG, "the kernel's answer is cut off")
        return part


def messages(part: bytes) -> Iterator[tuple[int, int]]:
    """Return where the socket messages of a datagram begin, behind their headers, and end.

    What is cut off or makes no sense ends the list: nothing behind it can be found.
    """
    at, size = 0, len(part)
    while at + HEAD.size <= size:
        length, kind, _, _, _ = HEAD.unpack_from(part, at)
        if length < HEAD.size or at + length > size:
            return
        if kind == SOCK_DIAG_BY_FAMILY:
            yield at + HEAD.size, at + length
        at += length + 3 & ~3


def _done_at(part: bytes) -> int | None:
    """Return where the message stands that ends a dump: alone, or last in its datagram."""
    _, kind, _, *whose = HEAD.unpack_from(part)
    if kind == _NLMSG_DONE:
        return 0
    last = len(part) - HEAD.size - _CODE.size
    if last <= 0:
        return None
    # The end of `tcp_info` is what the other side can choose, such as its window: it must not pass for a header.
    length, kind, _, *end = HEAD.unpack_from(part, last)
    return last if (length, kind, end) == (HEAD.size + _CODE.size, _NLMSG_DONE, whose) else None


def _raise_for(part: bytes, done: int) -> None:
    """Raise what the end of a dump says went wrong: a handler that the kernel was built without is told there."""
    number = -_CODE.unpack_from(part, done + HEAD.size)[0] if len(part) >= done + HEAD.size + _CODE.size else 0
    if number > 0:
        raise NetlinkError(number, os.strerror(number))


def _refusal(part: bytes) -> NetlinkError:
    """Return what an error message says; its number is 0 when it is none but an acknowledgement."""
    if len(part) < HEAD.size + _CODE.size:
        return NetlinkError(errno.EBADMSG, "the kernel's answer is cut off")
    number = -_CODE.unpack_from(part, HEAD.size)[0]
    return NetlinkError(number, os.strerror(number))


@contextmanager
def _told() -> Iterator[None]:
    """Raise NetlinkError for whatever the socket raises, a lack of an answer too."""
    try:
        yield
    except TimeoutError as error:
        raise NetlinkError(errno.ETIMEDOUT, "the kernel did not answer") from error
    except NetlinkError:
        raise
    except OSError as error:
        raise NetlinkError(error.errno or errno.EIO, error.strerror or str(error)) from error
