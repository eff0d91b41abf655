"""Files below the root of another process: its links lead nowhere else, and nothing is waited for."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LINKS = 40
"""Links followed in one path: MAXSYMLINKS (linux/namei.h)."""

_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR})
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def resolve(root: Path, name: str, *, may_lack: bool = False) -> Path:
    """Return where `name` leads for a process with this root, all links followed; raises OSError.

    The kernel would follow an absolute link from ``/proc/PID/root`` out of it, to a file of this program's own root.
    What is not there raises FileNotFoundError or NotADirectoryError, unless it `may_lack`.
    """
    top = os.fspath(root).rstrip("/")
    place = ""
    left = name.split("/")[::-1]
    links = 0
    while left:
        part = left.pop()
        if part == "..":
            place = place.rpartition("/")[0]
        elif part not in {"", "."}:
            target = _target(f"{top}{place}/{part}", may_lack)
            if target is None:
                place = f"{place}/{part}"
                continue
            links += 1
            if links > LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if target.startswith("/"):
                place = ""
            left.extend(target.split("/")[::-1])
    return Path(f"{top}{place}/")


def _target(path: str, may_lack: bool) -> str | None:
    try:
        return os.readlink(path)  # noqa: PTH115 - a path would be normalised
    except OSError as error:
        if error.errno == errno.EINVAL:  # readlink(2): it is there and no link
            return None
        if may_lack and error.errno in _ABSENT:
            return None
        raise


@contextmanager
def opened(path: str | Path, folder: int | None = None) -> Iterator[int]:
    """Open a regular file, in `folder` if it is relative, and follow no link; raises OSError."""
    handle = os.open(path, _FLAGS, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        yield handle
    finally:
        os.close(handle)


@contextmanager
def folder(path: Path) -> Iterator[int]:
    """Open a directory that is no link; raises OSError."""
    handle = os.open(path, _FLAGS | getattr(os, "O_DIRECTORY", 0))
    try:
        yield handle
    finally:
        os.close(handle)


def content(path: str | Path, limit: int, folder: int | None = None) -> bytes:
    """Return what is in a regular file; raises OSError, and ValueError beyond `limit` bytes."""
    with opened(path, folder) as handle:
        size = os.fstat(handle).st_size
        if size > limit:
            raise ValueError(f"a file of it has {size >> 20} MB, and up to {limit >> 20} MB are read")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(size)
