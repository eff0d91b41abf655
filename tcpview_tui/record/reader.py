"""A recording that is read: its rows become the events that were written. Anybody may have changed it since."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Judged, Named, Opened, Unseen
from tcpview_tui.record.keeping import restored
from tcpview_tui.record.opening import opened
from tcpview_tui.record.schema import APPLICATION_ID, COUNTED, VERSION, VERSIONS
from tcpview_tui.record.things import Things, decoded
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.model.connection import Connection

_BLOCK = 1_000
"""Events that are read in one go: while it lasts, whoever writes the file cannot close it."""

_OF_EVENTS = ("event", "moment", "connection")
"""The tables that grow with time: a part of each is lost with a part of the file. What they refer to is little."""

_NONSENSE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, msgspec.MsgspecError)
"""What is raised by values that this program never writes."""

_STRANGE = "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND type <> 'table' AND name <> 'happened'"
"""What no recording has: a view in the place of a table can take for ever to be read."""


class ReadingError(OSError):
    """The file is no recording that can be read: a sentence that says why."""


class Reader:
    """One recording, also one that is still being written. The keys of connections are their numbers in it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError, with a sentence when it is no recording."""
        try:
            self._lock = Lock()
            self._file = opened(path)
            found = [self._file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
            is_strange = self._file.execute(_STRANGE).fetchone() is not None
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise ReadingError(f"{path} is no recording: {safe(str(error))}") from error
        if is_strange or found[0] != APPLICATION_ID or found[1] not in VERSIONS:
            self.close()
            raise ReadingError(
                f"{path} is no recording that this program can read (version {VERSIONS[0]} to {VERSION})"
            )
        self._things = Things(self.rows)
        self.process = self._things.process
        """Returns the process of a number. Raises LookupError when there is none."""
        self.sound = lru_cache(None)(self._sound)
        """Returns the number of the last row of a table before the first that is missing or cannot be read."""

    @property
    def facts(self) -> dict[str, str]:
        """What is true of the whole recording, by name."""
        told = self.ask("SELECT name, value FROM fact ORDER BY id")
        with _understood("what it says of itself"):
            return {safe(name): safe(value) for name, value in told}

    @property
    def last(self) -> int:
        """The number of the last event; 0 when there is none."""
        return int(self.ask("SELECT coalesce(max(id), 0) FROM event")[0][0])

    @property
    def last_or_damage(self) -> int:
        """The same; where the end cannot be read, the first that cannot be."""
        try:
            return self.last
        except ReadingError:
            return self.sound("event") + 1

    def events(self, first: int = 1, last: int | None = None) -> Iterator[Event]:
        """Return the events from one number to another, as they were written, their times to the millisecond.

        Raises ReadingError at the first that cannot be read, after all before it.
        """
        fault: ReadingError | None = None
        try:
            there = self.last  # a doctored number would be asked for for ever
        except ReadingError as error:
            there, fault = self.sound("event"), error
        until = there if last is None else min(last, there)
        for begin in range(first, until + 1, _BLOCK):
            yield from self._events(begin, min(begin + _BLOCK - 1, until))
        if fault is not None and (last is None or last > there):
            raise fault

    @property
    def damaged_after(self) -> int | None:
        """The last event before the first that is missing, or of which the time or the connection cannot be read.

        `None` when all rows are there, whatever they say: for a million events that takes 50 milliseconds.
        """
        if all(map(self._is_whole, _OF_EVENTS)):
            return None
        last, moment, connection = map(self.sound, _OF_EVENTS)
        query = "SELECT min(id) FROM event WHERE id <= ? AND (moment > ? OR connection > ?)"
        (first,) = self.ask(query, last, moment, connection)[0]
        return last if first is None else int(first) - 1

    def as_opened(self, connection: Connection) -> Connection:
        """Return a connection of this recording as it was when it opened, but for its state."""
        with _understood("what opened"):
            return self._things.connection(connection.key, None, {})  # type: ignore[arg-type]  # keys are numbers here

    def times(self) -> tuple[Any, Any]:
        """Return the first and the last millisecond of all that can be read; `None` twice when nothing can."""
        with suppress(ReadingError):
            first, last = self.ask("SELECT min(wall), max(wall) FROM moment")[0]
            return first, last
        walls: list[Any] = []
        with suppress(ReadingError):
            walls.extend(wall for (wall,) in self.rows("SELECT wall FROM moment ORDER BY id"))
        return (min(walls), max(walls)) if walls else (None, None)

    def ask(self, query: str, *values: Any) -> list[Sequence[Any]]:
        """Return what SQL selects. Raises ReadingError when the file is damaged."""
        return list(self.rows(query, *values))

    def rows(self, query: str, *values: Any) -> Iterator[Sequence[Any]]:
        """Return the same row by row."""
        try:
            with self._lock:
                cursor = self._file.execute(query, values)
            while (row := self._next(cursor)) is not None:
                yield row
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise ReadingError(f"the file is damaged ({safe(str(error))}); verify says where") from error

    def close(self) -> None:
        """Give the file back, also while another thread reads: that ends with a ReadingError."""
        with suppress(sqlite3.Error):  # closed already
            self._file.interrupt()
        with self._lock:
            self._file.close()

    def _next(self, cursor: sqlite3.Cursor) -> Sequence[Any] | None:
        with self._lock:
            row: Sequence[Any] | None = cursor.fetchone()
        return row

    def _is_whole(self, table: str) -> bool:
        """Return whether the rows of a table are all there, without reading them."""
        query = f"SELECT (SELECT count(*) FROM {table}), (SELECT coalesce(max(id), 0) FROM {table})"  # noqa: S608
        with suppress(ReadingError):
            rows, last = self.ask(query)[0]
            return bool(rows == last)
        return False

    def _sound(self, table: str) -> int:
        last = 0
        with suppress(ReadingError):
            for (number,) in self.rows(f"SELECT id FROM {table} ORDER BY id"):  # noqa: S608 - names of ours
                if number != last + 1:
                    break
                last = number
        return last

    def _events(self, first: int, last: int) -> Iterator[Event]:
        """Return the events of a block, which is read whole before anybody takes his time over one of them."""
        rows: list[Sequence[Any]] = []
        fault: ReadingError | None = None
        try:
            rows.extend(self.rows("SELECT * FROM event WHERE id BETWEEN ? AND ? ORDER BY id", first, last))
        except ReadingError as error:
            fault = error
        for expected, row in enumerate(rows, first):
            if row[0] != expected:
                raise ReadingError(f"event {expected} is missing; verify says what else")
            with _understood(f"event {expected}"):
                try:
                    event = self._event(row)
                except ReadingError as error:
                    raise ReadingError(f"what event {expected} refers to cannot be read: {error}") from error
            yield event
        if fault is not None:
            raise fault

    def _event(self, row: Sequence[Any]) -> Event:
        things = self._things
        _, kind, moment, early, key, state, text = row
        at, body = things.moment(moment), decoded(text, {})
        if early:
            at = at._replace(early=early / 1000)
        match things.word(kind):
            case "opened" | "changed" as word:
                now = things.connection(key, state, body)
                return Opened(at, now, bool(things.first(key).preexisting)) if word == "opened" else Changed(at, now)
            case "closed":
                return Closed(at, key, things.processes(body.get("owners", ())))
            case "counted":
                return Counted(at, key, _counted(body))
            case "named":
                return Named(at, safe(body["address"]), safe(body["name"]))
            case "unseen":
                return Unseen(at, Code(body["code"]).value, _problem(body))
            case "gap":
                return Gap(at, float(body["seconds"]))
            case "acted":
                return Acted(at, safe(body["sentence"]))
            case "judged":
                return Judged(at, *restored({**body, "connection": key}))
        raise ReadingError("an event of an unknown kind")


@contextmanager
def _understood(what: str) -> Iterator[None]:
    """Raise ReadingError when something is not what this program writes: SQLite may hold anything in any column."""
    try:
        yield
    except _NONSENSE as error:
        raise ReadingError(f"{what} cannot be understood; verify says what else") from error


def unreadable(path: Path, error: OSError) -> str:
    """Return the sentence that says why a recording cannot be read."""
    return safe(f"{path} cannot be read: {error.strerror}" if error.strerror else str(error)) + "."


def counted(told: Sequence[Any]) -> Counters:
    """Return what a recording tells by these values. Raises ValueError or TypeError for what nobody counts."""
    found = msgspec.convert(told, Counters)
    if any(abs(each) > sys.float_info.max for each in found if isinstance(each, int)):
        raise ValueError("a size that no float holds cannot be told")
    return found if found.congestion is None else found._replace(congestion=safe(found.congestion))


def _counted(told: Sequence[Any]) -> Counters:
    """Return the counters of an event: zeros at its end were left out."""
    zeros = [0] * (len(COUNTED) - len(told))
    found = dict(zip(COUNTED, (*told, *zeros), strict=True))
    return counted([found[name] for name in Counters._fields])


def _problem(body: dict[str, Any]) -> Problem | None:
    return Problem(Code(body["code"]), safe(body["summary"]), safe(body["detail"])) if "summary" in body else None
