"""A recording that is being written: every commit is sealed, and nothing is lost when one fails."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.record.aside import Aside
from tcpview_tui.record.closing import write_line
from tcpview_tui.record.draft import draft, publish, remove_logs, stray
from tcpview_tui.record.event import Closed, Gap
from tcpview_tui.record.rows import Row, Rows, by_table
from tcpview_tui.record.schema import APPLICATION_ID, SEALED, STATEMENTS, TABLES, VERSION
from tcpview_tui.record.seal import Chain
from tcpview_tui.text import count

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.process import Process
    from tcpview_tui.record.event import Event, Moment

KEPT = 200_000
"""Rows kept in memory while the file cannot be written, about 50 MB; of what comes then only ends are taken."""

_LOG = 25
"""Pages of the write-ahead log, about 100 kB, beyond which they are brought into the file: that is to take the room."""

_PATIENCE = 500
"""Milliseconds that somebody who reads the file is waited for when it is closed."""

_PAGE = 4096
"""Bytes of a page, unless SQLite is told otherwise (pragma.html#pragma_page_size)."""

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
        self.closing: str | None = None
        """The digest of the whole file, once it was closed in good order: what to write down."""
        self.unclosed: str | None = None
        """Why it was not; `None` before it is closed, too."""
        self.is_gone = False
        """True once the file is not where it was made, until it is there again."""
        self.size = 0
        """Bytes that the file comes to. While it is written, part of them is in its log."""
        self._clock = clock
        self._key = key
        self._chain = Chain(key)
        self._rows = Rows(digest_of)
        self._pending: list[Row] = []
        self._seals = 0
        self._missed: Moment | None = None
        self._aside = Aside()
        if not os.path.lexists(path) and (left := stray(path)) is not None:  # what is there is refused by its name
            raise RecordingError(f"{left} is there already, and would be read as part of it; choose another name")
        self._make(path, facts)

    def _make(self, path: Path, facts: Iterable[tuple[str, str]]) -> None:
        """Make the file, which has its name when it is whole. Raises RecordingError."""
        try:
            new, self._made = draft(path)
        except OSError as error:
            raise _refused(path, error) from error
        try:
            self._open(new, STATEMENTS)
            self._pending += self._rows.facts(facts)
            self._commit()
            self._file.close()
            publish(new, path)
            self._begin(path)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise _refused(path, error) from error
        finally:
            new.unlink(missing_ok=True)

    def _begin(self, path: Path) -> None:
        """Open the file that has just got its name; when that fails, there is none: the next try may do better."""
        try:
            self._open(path)
        except sqlite3.Error:
            path.unlink(missing_ok=True)
            remove_logs(path)
            raise

    @property
    def waiting(self) -> int:
        """Rows that are kept in memory, because the file could not be written."""
        return len(self._pending) + len(self._aside)

    @property
    def digest(self) -> str:
        """The digest of the last seal: what to write down when there is no closing digest."""
        return self._chain.digest

    def write(self, events: Iterable[Event]) -> None:
        """Write these events and everything that waits, in one sealed commit.

        Raises RecordingError when it cannot be written now: it then waits for the next time.
        """
        events = list(events)
        if self._is_too_much(events):
            with suppress(RecordingError):  # there may be room again
                self._flush()
        self._pending += self._rows.events(self._taken(events))
        self._flush()

    def close(self) -> None:
        """Give the file back, as one file that needs no other; with a digest over all of it, when nothing waits."""
        try:
            if hasattr(self, "_file"):
                self._settle()
                self.closing = write_line(self._made, self._key)
        except (sqlite3.Error, OSError) as error:
            self.unclosed = getattr(error, "strerror", None) or str(error)
        finally:
            os.close(self._made)

    def _flush(self) -> None:
        try:
            self._check_place()
            if self._pending:
                self._commit()
        except (sqlite3.Error, OSError) as error:
            raise _refused(self.path, error) from error

    def _is_too_much(self, events: Sequence[Event]) -> bool:
        return bool(self._pending) and len(self._pending) + len(events) > KEPT

    def _taken(self, events: Sequence[Event]) -> Sequence[Event]:
        """Return what is taken of `events`: all of it, or, while too much waits, the ends of what is there.

        There are no more of those than connections. What was left out is told as a gap, as soon as there is room, and
        behind it what was found meanwhile.
        """
        if not events:
            return events
        now = events[-1].at
        if self._is_too_much(events):
            taken = [each for each in events if isinstance(each, Closed) and self._rows.knows(each.key)]
            self.left_out += len(events) - len(taken) - self._aside.keep(events)
            self._missed = self._missed or now
            return taken
        since, self._missed, now = self._missed, None, now._replace(early=0.0)
        self._aside.wrote(events)
        gap = [] if since is None else [Gap(now, now.clock - since.clock)]
        return [*gap, *self._aside.again(now, self._rows.knows), *events]

    def _settle(self) -> None:
        """Have SQLite bring all into the one file, and let go of it. Raises sqlite3.Error or RecordingError if not."""
        with closing(self._file) as file:
            file.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            (is_busy, *_) = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                raise RecordingError("somebody was reading it just then")
            if not self._is_there():  # SQLite removes the log by its name, and that may be another's by now
                raise _removed(self.path)
            with suppress(sqlite3.OperationalError):  # for those who follow it, it stays in WAL mode
                file.execute("PRAGMA journal_mode=MEMORY")  # one sector changes: no journal that could be left over
        if self._pending:
            raise RecordingError(f"{count(self.waiting, 'row was', 'rows were')} not written")

    def _open(self, path: Path, statements: Iterable[str] = ()) -> None:
        """Open the file; with `statements` as one that is made, whole and alone, before it is written in WAL mode."""
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA synchronous=FULL")
        settings: tuple[str, ...]
        if statements:
            settings = f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={VERSION}"
        else:  # the index of the log is made while there is room: readers need it, also when the disk is full
            log = f"PRAGMA wal_autocheckpoint={_LOG}", f"PRAGMA journal_size_limit={_LOG * _PAGE}"
            settings = "PRAGMA journal_mode=WAL", *log, "BEGIN IMMEDIATE", "COMMIT"
        for statement in (*settings, *statements):
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
            self._file.execute(_INSERTS["seal"], (self._seals + 1, wall, last, bytes.fromhex(digest)))
            (pages,) = self._file.execute("PRAGMA page_count").fetchone()
            self._file.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._file.execute("ROLLBACK")
            raise
        self._chain, self._seals, self.size = chain, self._seals + 1, pages * _PAGE
        self._pending.clear()

    def _check_place(self) -> None:
        """See that the file is where it was made: else nobody would ever find it.

        Raises RecordingError the first time that it is not, and whenever it cannot be made again.
        """
        was_gone, self.is_gone = self.is_gone, not self._is_there()
        if self.is_gone and not was_gone:
            raise _removed(self.path)
        if self.is_gone:
            self._make_again()
            self.is_gone = False

    def _is_there(self) -> bool:
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self._made))
        except OSError:
            return False

    def _make_again(self) -> None:
        """Make the file with all that was in it: what was removed while it is open can still be read from here.

        Raises RecordingError, OSError or sqlite3.Error; all is then as it was before.
        """
        if os.path.lexists(self.path):
            raise RecordingError(f"{self.path} is another file now, and a recording replaces nothing; move it away")
        new, made = draft(self.path)
        try:
            with closing(sqlite3.connect(new)) as copy:
                self._file.backup(copy)
            remove_logs(self.path)
            publish(new, self.path)
        except (sqlite3.Error, OSError):
            os.close(made)
            raise
        finally:
            new.unlink(missing_ok=True)
        self._file.close()  # before there is a new log: SQLite removes one by its name
        os.close(self._made)
        self._made = made
        self._open(self.path)


def _removed(path: Path) -> RecordingError:
    return RecordingError(f"{path} has been removed or replaced")


def _refused(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, RecordingError):
        return error
    if isinstance(error, FileExistsError):
        return RecordingError(f"{path} is there already, and a recording replaces nothing; choose another name")
    return RecordingError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}")
