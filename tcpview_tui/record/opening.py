"""A recording is opened to be read: closed or still written, also in a place where nothing can be written."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING

from tcpview_tui.record.closing import read_line

if TYPE_CHECKING:
    from pathlib import Path

_NO_PLACE = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}
"""What SQLite says where it cannot make the index of a log."""


def opened(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads, for any thread. What was closed in good order is read alone, byte by byte.

    Raises OSError when there is no file, and sqlite3.Error when SQLite cannot read it.
    """
    if path.exists() and not path.is_file():  # nobody knows when a pipe answers, nor where a device ends
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with path.open("rb") as file:
        _, is_closed = read_line(file)
    if is_closed:
        return _connected(path, "immutable=1")
    try:
        return _connected(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _NO_PLACE:
            raise
    if not beside(path, "-wal").exists():
        return _connected(path, "immutable=1")
    # SQLite keeps the index in memory for whoever is alone, and to lock a file takes the right to write it
    return _connected(path, "mode=ro&vfs=unix-none", "PRAGMA locking_mode=EXCLUSIVE")


def beside(path: Path, ending: str) -> Path:
    """Return the file that SQLite keeps beside a database: its log ends in ``-wal``."""
    return path.with_name(path.name + ending)


def _connected(path: Path, how: str, *settings: str) -> sqlite3.Connection:
    """Return a connection that has read the header and the schema.

    With ``writable_schema``, which writes nothing, SQLite opens also what was cut off (pragma.html).
    """
    file = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, check_same_thread=False)
    try:
        for statement in ("PRAGMA writable_schema=ON", *settings, "SELECT 1 FROM sqlite_schema"):
            file.execute(statement).close()
    except UnicodeDecodeError as error:  # what SQLite says of a damaged schema quotes it, and Python takes it for UTF-8
        file.close()
        raise sqlite3.DatabaseError("malformed database schema") from error
    except sqlite3.Error:
        file.close()
        raise
    return file
