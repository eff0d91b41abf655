"""The bytes of a list, read in small pieces: nothing waits for a list, however long it is or what lies in its place."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.lookup.lists.entries import ListError
from tcpview_tui.text import size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

SIZE_LIMIT = 256 << 20
"""Bytes of a list. A million hashes with their names have 100 MB."""

DOCUMENT_LIMIT = 64 << 20
"""Bytes of a JSON document, which is in memory as a whole while it is read."""

_PIECE = 1 << 14
"""Bytes taken at a time, 1 to 2 ms of work: the interpreter is anybody else's in between."""

_LINE_LIMIT = 1 << 16
"""Bytes of a line that are looked at; what is behind them is left out."""

_MARK = b"\xef\xbb\xbf"
"""UTF-8 spelled before the text, as Windows does (RFC 3629 section 6)."""


class ChangingError(ListError):
    """A file was written while it was read: what was read may be half of it."""


class Facts(NamedTuple):
    """What tells one content of a file from another without reading it (inode(7))."""

    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, status: os.stat_result) -> Facts:
        """Return those of a file; times in nanoseconds UTC."""
        return cls(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class Intake:
    """A file of `size` bytes that is read once, from beginning to end, and hashed meanwhile.

    `rest` is called after each piece. A file that grows meanwhile ends in ChangingError.
    """

    def __init__(self, stream: BinaryIO, size: int, rest: Callable[[], None]) -> None:
        self._stream, self._left, self._rest = stream, size, rest
        self._hash = sha256()

    @cached_property
    def head(self) -> bytes:
        """The first 16 KB, which are read again as the first of `blocks` or of `document`."""
        return self._take()

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """Return lines, many at a time, and the number of the first of them, from 1."""
        number, begun = 1, b""
        for piece in self._pieces():
            whole, newline, begun = (begun + piece).rpartition(b"\n")
            begun = begun[:_LINE_LIMIT]
            if newline:
                lines = whole.decode("utf-8", "surrogateescape").split("\n")
                yield number, lines
                number += len(lines)
        if begun:
            yield number, [begun.decode("utf-8", "surrogateescape")]

    def lines(self) -> Iterator[tuple[int, str]]:
        """Return each line with its number, from 1."""
        for first, lines in self.blocks():
            yield from enumerate(lines, first)

    def document(self) -> bytearray:
        """Return everything at once. Raises ListError beyond `DOCUMENT_LIMIT`."""
        content = bytearray()
        for piece in self._pieces():
            content += piece
            if len(content) > DOCUMENT_LIMIT:
                raise ListError(f"it is JSON of more than {size(DOCUMENT_LIMIT)}, and is not read; split it")
        return content

    def digest(self) -> str:
        """Return the SHA-256 of the whole file, in hexadecimal digits."""
        while self._take():
            pass
        return self._hash.hexdigest()

    def rest(self) -> None:
        """Let others have the interpreter; call it after each millisecond of work."""
        self._rest()

    def _pieces(self) -> Iterator[bytes]:
        piece = self.head.removeprefix(_MARK)
        while piece:
            yield piece
            piece = self._take()

    def _take(self) -> bytes:
        self._rest()
        piece = self._stream.read(_PIECE)
        self._hash.update(piece)
        self._left -= len(piece)
        if self._left < 0:
            raise ChangingError("it was written while it was read")
        return piece


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, os.stat_result]]:
    """Open a list, and return it and its status. Raises OSError, and ListError for what is no file, empty or too long.

    Links are followed; a pipe or a device is not even opened.
    """
    _check(path.stat())
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb", buffering=0) as stream:
        status = os.fstat(handle)
        _check(status)
        yield stream, status


def _check(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ListError("it is not a file")
    if not status.st_size:
        raise ListError("it is empty")
    if status.st_size > SIZE_LIMIT:
        raise ListError(f"it is longer than {size(SIZE_LIMIT)}, and is not read; split it")
