"""What is in a file: read once, for as long as nothing tells that it has changed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from functools import lru_cache, partial

KEPT = 4_096
"""Digests remembered."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class Content:
    """A file by what changes along with its content; two are equal when they are one file, whatever leads there.

    The time `modified` can be set back (utimensat(2)), `changed` cannot (inode(7)); both are in nanoseconds.
    """

    device: int
    inode: int
    size: int
    modified: int
    changed: int
    path: str = field(compare=False)

    def is_same(self, other: Content) -> bool:
        """Whether both are one file, under whatever names."""
        return (self.device, self.inode) == (other.device, other.inode)


def content_of(path: str, *, follow: bool = True) -> Content:
    """Return what is at a path. Raises OSError, also where that is no regular file."""
    return _content(os.stat(path, follow_symlinks=follow), path)  # noqa: PTH116 - called for each process


@lru_cache(KEPT)
def digest(content: Content, algorithm: str) -> str:
    """Return the digest by an algorithm of hashlib, in hexadecimal digits; a second of work for 256 MB.

    Raises OSError, also where another file has taken its place.
    """
    with os.fdopen(os.open(content.path, _FLAGS), "rb") as file:
        if _content(os.fstat(file.fileno()), content.path) != content:
            raise OSError(errno.ESTALE, "it was changed while it was read")
        return hashlib.file_digest(file, partial(hashlib.new, algorithm, usedforsecurity=False)).hexdigest()


def _content(found: os.stat_result, path: str) -> Content:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")
    return Content(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, path)
