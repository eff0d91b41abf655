"""A recording that is being written: every commit is sealed, and nothing is lost when one fails."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.record.rows import Row, Rows, by_table
from tcpview_tui.record.schema import APPLICATION_ID, SEALED, STATEMENTS, TABLES, VERSION
from tcpview_tui.record.seal import Chain

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.process import Process
    from tcpview_tui.record.event import Event

KEPT = 200_000
"""Rows kept in memory while the file cannot be written, about 50 MB; what comes then is not taken."""

_INSERTS = {table.name: table.insert for table in TABLES}


class RecordingError(OSError):
    """The file cannot be written: a sentence that says why."""


class Recording:
    """One file, written by one program at a time. Used by one thread."""

    def __init__(
        self,
        path: Path,
        facts: Iterable[tuple[str, str]],
        clock: Clock,
        digest_of: Callable[[Process], str | None] = lambda _: None,
        key: bytes | None = None,
    ) -> None:
        """Make the file, which must not be there, with what is true of it. Raises RecordingError."""
        self.path = path
        self.left_out = 0
        """Events that were not taken, because too much waits to be written."""
        self._clock = clock
        self._chain = Chain(key)
        self._rows = Rows(digest_of)
        self._pending: list[Row] = []
        self._seals = 0
        self._made = _make(path)
        try:
            self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._begin()
            self._pending += self._rows.facts(facts)
            self._commit()
        except (sqlite3.Error, RecordingError) as error:
            self.close()
            with suppress(OSError):
                path.unlink()
            raise _refused(path, error) from error

    @property
    def waiting(self) -> int:
        """Rows that are kept in memory, because the file could not be written."""
        return len(self._pending)

    @property
    def digest(self) -> str:
        """The digest of the last seal: what to write down."""
        return self._chain.digest

    def write(self, events: Iterable[Event]) -> None:
        """Write these events and everything that waits, in one sealed commit.

        Raises RecordingError when it cannot be written now: it then waits for the next time.
        """
        events = list(events)
        if len(self._pending) + len(events) > KEPT:
            self.left_out += len(events)
        else:
            self._pending += self._rows.events(events)
        if not self._pending:
            return
        try:
            self._check_place()
            self._commit()
        except sqlite3.Error as error:
            raise _refused(self.path, error) from error

    def close(self) -> None:
        """Give the file back, as one file that needs no other."""
        if hasattr(self, "_file"):
            with suppress(sqlite3.Error):
                self._file.execute("PRAGMA journal_mode=DELETE")
            self._file.close()
        os.close(self._made)

    def _begin(self) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"application_id={APPLICATION_ID}"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.execute(f"PRAGMA user_version={VERSION}")
        for statement in STATEMENTS:
            self._file.execute(statement)

    def _commit(self) -> None:
        """Write what waits. What goes wrong leaves everything as it was before, in the file and here."""
        wall = round(self._clock.wall() * 1000)
        last = msgspec.json.encode([self._rows.last[table.name] for table in SEALED]).decode()
        chain = self._chain.copy()
        digest = chain.seal(by_table(self._pending), wall, last)
        self._file.execute("BEGIN IMMEDIATE")
        try:
            for table, row in self._pending:
                self._file.execute(_INSERTS[table], row)
            self._file.execute(_INSERTS["seal"], (self._seals + 1, wall, last, digest))
            self._file.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._file.execute("ROLLBACK")
            raise
        self._chain, self._seals = chain, self._seals + 1
        self._pending.clear()

    def _check_place(self) -> None:
        """Raise RecordingError when the file is not any more where it was made: nobody would ever find it."""
        try:
            there, ours = self.path.stat(), os.fstat(self._made)
            if (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino):
                return
        except OSError:
            pass
        raise RecordingError(f"{self.path} has been removed or replaced; what happens now is kept in memory only")


def _make(path: Path) -> int:
    """Make the file and return a descriptor of it. Raises RecordingError, also when another recorder has made it.

    It is to be given back last: to close any descriptor of a file drops SQLite's locks on it (fcntl_locking(2)).
    """
    try:
        made = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise RecordingError(
            f"{path} is there already, and a recording replaces nothing; choose another name"
        ) from error
    except OSError as error:
        raise _refused(path, error) from error
    return made


def _refused(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, RecordingError):
        return error
    return RecordingError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}")
