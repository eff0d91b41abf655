"""The closing line: the last bytes of a recording that was closed in good order, with a digest of all before them.

It stands behind the last page, which SQLite leaves alone: its header tells it where the last page ends ("In-header
database size", fileformat2.html). So anybody can make the digest again: ``head -c -128 FILE | sha256sum``.
"""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING

from tcpview_tui.record.seal import hasher

if TYPE_CHECKING:
    from typing import BinaryIO

LENGTH = 128
"""Bytes of the line. They are no whole page, so that nobody takes them for one."""

_TEXT = b"\nClosed by tcpview-tui; digest of every byte before this line: %s\n"
_LINE = re.compile(_TEXT % b"([0-9a-f]{64})")

_AT_ONCE = 1 << 20


def write_line(descriptor: int, key: bytes | None) -> str:
    """Write the line behind a file that nobody writes any more; return its digest.

    Raises OSError when it cannot be written; the file is then as it was before.
    """
    with open(descriptor, "r+b", 0, closefd=False) as file:
        size = file.seek(0, os.SEEK_END)
        made = digest_of(file, size, key)
        try:
            if file.write(_TEXT % made.encode()) < LENGTH:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError:
            file.truncate(size)
            raise
    return made


def digest_of(file: BinaryIO, size: int, key: bytes | None) -> str:
    """Return the digest of the first `size` bytes of a file, an HMAC with a key; the file stands behind them then."""
    made = hasher(key)
    file.seek(0)
    while size and (part := file.read(min(size, _AT_ONCE))):
        made.update(part)
        size -= len(part)
    return made.hexdigest()


def read_line(file: BinaryIO) -> tuple[int, str | None]:
    """Return how many bytes stand before the line, and the digest it tells.

    Without a whole line at the end these are all bytes, and `None`.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - LENGTH, 0))
    found = _LINE.fullmatch(file.read(LENGTH))
    return (size - LENGTH, found[1].decode()) if found else (size, None)
