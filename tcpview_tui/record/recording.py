"""A recording that is being written: every commit is sealed, and nothing is lost when one fails."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.record.aside import Aside
from tcpview_tui.record.closing import write_line
from tcpview_tui.record.event import Closed, Gap
from tcpview_tui.record.opening import beside
from tcpview_tui.record.rows import Row, Rows, by_table
from tcpview_tui.record.schema import APPLICATION_ID, SEALED, STATEMENTS, TABLES, VERSION
from tcpview_tui.record.seal import Chain
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.process import Process
    from tcpview_tui.record.event import Event, Moment

KEPT = 200_000
"""Rows kept in memory while the file cannot be written, about 50 MB; of what comes then only ends are taken."""

_PATIENCE = 500
"""Milliseconds that somebody who reads the file is waited for when it is closed."""

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
        self._clock = clock
        self._key = key
        self._chain = Chain(key)
        self._rows = Rows(digest_of)
        self._pending: list[Row] = []
        self._seals = 0
        self._missed: Moment | None = None
        self._aside = Aside()
        _check_alone(path)
        draft, self._made = _draft(path)
        try:
            self._open(draft, STATEMENTS)
            self._pending += self._rows.facts(facts)
            self._commit()
            self._file.close()
            _publish(draft, path)
            self._begin(path)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise _refused(path, error) from error
        finally:
            draft.unlink(missing_ok=True)

    def _begin(self, path: Path) -> None:
        """Open the file that has just got its name; when that fails, there is none: the next try may do better."""
        try:
            self._open(path)
        except sqlite3.Error:
            for ending in ("", "-wal", "-shm"):
                beside(path, ending).unlink(missing_ok=True)
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
        if not self._pending:
            return
        try:
            self._check_place()
            self._commit()
        except sqlite3.Error as error:
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
            settings = "PRAGMA journal_mode=WAL", "BEGIN IMMEDIATE", "COMMIT"
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


def _check_alone(path: Path) -> None:
    """Raise RecordingError for what SQLite would read into the new file: the log of one that was killed and removed."""
    for ending in () if os.path.lexists(path) else ("-wal", "-journal", "-shm"):  # what is there is refused by its name
        if os.path.lexists(left := beside(path, ending)):
            raise RecordingError(f"{left} is there already, and would be read as part of it; choose another name")


def _draft(path: Path) -> tuple[Path, int]:
    """Make a file beside `path`, and return it with a descriptor of it. Raises RecordingError.

    The descriptor is to be given back last: to close any of a file drops SQLite's locks on it (fcntl_locking(2)).
    """
    try:
        made, name = tempfile.mkstemp(".new", f".{path.name}.", path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    return Path(name), made


def _publish(draft: Path, path: Path) -> None:
    """Give a whole file its name: whoever is killed before has made no recording, and never half of one."""
    taken = RecordingError(f"{path} is there already, and a recording replaces nothing; choose another name")
    try:
        os.link(draft, path)
    except FileExistsError as error:
        raise taken from error
    except OSError as error:  # a file system without hard links, as on many a stick
        if os.path.lexists(path):
            raise taken from error
        draft.rename(path)


def _refused(path: Path, error: Exception) -> RecordingError:
    if isinstance(error, RecordingError):
        return error
    return RecordingError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}")
