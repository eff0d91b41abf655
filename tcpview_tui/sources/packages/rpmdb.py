"""The database of rpm in its present format, sqlite (rpm 4.16 and later), opened so that it stays as it is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from tcpview_tui.sources.rooted import opened, resolve

FOLDERS = ("usr/lib/sysimage/rpm", "var/lib/rpm")
SQLITE = "rpmdb.sqlite"
PLACES = tuple(f"{folder}/{file}" for file in (SQLITE, "Packages.db", "Packages") for folder in FOLDERS)
"""Where databases are: sqlite, ndb of SUSE, Berkeley DB before 2020."""

LARGEST = 64 << 20
"""Bytes of a header, of all headers read for one question, and of a database that has to be loaded whole."""

STEPS = 1_000_000
"""Operations of sqlite for one query, some 0.1 s; a question takes a hundred."""


def place(root: Path) -> Path:
    """Return where the database lies; raises OSError, and ValueError if it is none that is read, or not now."""
    for folder in FOLDERS:
        with suppress(FileNotFoundError):
            file = resolve(root, f"{folder}/{SQLITE}")
            waiting = file.with_name(f"{SQLITE}-wal")
            if waiting.is_symlink() or (waiting.exists() and waiting.lstat().st_size):
                raise ValueError("it is being written at the moment")
            return file
    raise ValueError("this format of the rpm database is not read, only sqlite is (rpm 4.16 and later)")


@contextmanager
def database(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a database; raises OSError, and ValueError for what sqlite says, also while it is asked.

    Nothing is written, no lock either: it may be evidence, or lie in a hostile container. What asks for more than
    `STEPS` is ended.
    """
    try:
        with opened(file) as handle, closing(_connect(file, handle)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            connection.set_progress_handler(lambda: 1, STEPS)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.text_factory = bytes
            yield connection
    except sqlite3.Error as error:
        raise ValueError(f"sqlite says: {error}") from None


def _connect(file: Path, handle: int) -> sqlite3.Connection:
    """Open by name where sqlite finds the same file: it follows ``/proc/PID/root`` as a link, and that is ``/``."""
    real = Path(os.path.realpath(file))
    with suppress(OSError):
        if os.path.samestat(real.stat(), os.fstat(handle)):
            return sqlite3.connect(f"file:{quote(os.fsencode(real))}?mode=ro&immutable=1", uri=True)
    return _loaded(handle)


def _loaded(handle: int) -> sqlite3.Connection:
    size = os.fstat(handle).st_size
    if size > LARGEST:
        raise ValueError(f"it has {size >> 20} MB, and of another root up to {LARGEST >> 20} MB are read")
    pages = bytearray(os.pread(handle, LARGEST, 0))
    pages[18:20] = b"\1\1"  # memory has no write-ahead log: sqlite.org/fileformat.html, 1.3.3
    connection = sqlite3.connect(":memory:")
    connection.deserialize(pages)
    return connection
