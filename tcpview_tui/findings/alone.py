"""A lock that keeps out other programs which change a file of the same folder."""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 2.0
"""Seconds to wait for another program that writes."""

_PAUSE = 0.05
_BUSY = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep out, while it lasts, everybody else who asks for the same folder (flock(2)). Raises OSError, after
    `PATIENCE` one of EWOULDBLOCK that says so.

    Where a system or a file system has no such locks there is none. The lock is the folder's own, and leaves no file.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    until = time.monotonic() + PATIENCE
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in _BUSY:
                    break
                if time.monotonic() > until:
                    why = f"another program has been writing in that folder for {PATIENCE:.0f} seconds; try again"
                    raise OSError(errno.EWOULDBLOCK, why) from error
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)
