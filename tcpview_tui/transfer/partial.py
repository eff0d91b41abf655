"""A new file that has its name only when all of it is there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".partial"
"""What stands behind the name of a file that is not whole."""

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def whole(file: Path) -> Iterator[BinaryIO]:
    """Give a new file with mode 0600 to write to. Raises OSError, FileExistsError for anything that is there already.

    When the block ends well, its content is on the disk and it gets its name; else nothing is left. What was killed
    in the middle is named as partial.
    """
    _check_free(file)
    partial = file.with_name(file.name + SUFFIX)
    is_ours = True  # Ctrl+C may come before anybody knows that it was made
    try:
        try:
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
        except OSError as error:
            is_ours = False
            if not isinstance(error, FileExistsError):
                error.filename = str(file)  # which somebody has typed, and not the other
            raise
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(handle)
        _name(partial, file)
    finally:
        if is_ours:
            partial.unlink(missing_ok=True)


def _check_free(file: Path) -> None:
    if os.path.lexists(file):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(file))


def _name(partial: Path, file: Path) -> None:
    """Give a file its name. A link replaces nothing (link(2)); where there are none (FAT), a look before must do."""
    try:
        os.link(partial, file)
    except FileExistsError:
        raise
    except OSError:
        _check_free(file)
        partial.rename(file)
