"""A recording that is read: its rows become the events that were written. Anybody may have changed it since."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from tcpview_tui.model.connection import Connection, Direction, Endpoint, Family, Namespace, State, Transport, Unowned
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Moment, Named, Opened, Unseen
from tcpview_tui.record.opening import opened
from tcpview_tui.record.schema import APPLICATION_ID, VERSION
from tcpview_tui.record.wire import LAST
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

_KEPT = 65_536
"""Addresses, processes and connections that are kept once they were read."""

_BLOCK = 1_000
"""Events that are read in one go: while it lasts, whoever writes the file cannot close it."""

_NONSENSE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, msgspec.MsgspecError)
"""What is raised by values that this program never writes."""

_LASTING = ("user", "direction", "opened_at")
"""What stands with the connection, unless an event tells otherwise."""

_Number = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)] | None
_Time = Annotated[float, Meta(ge=0, le=LAST)] | None
_Lasting = tuple[str | None, Direction | None, _Time]
_Fixed = tuple[Transport, Family, _Number, str | None, int, str | None, Direction | None, _Time]
"""What may stand there: other words would pass by `safe` onto a terminal."""

_STRANGE = "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND type <> 'table' AND name <> 'happened'"
"""What no recording has: a view in the place of a table can take for ever to be read."""


class ReadingError(OSError):
    """The file is no recording that can be read: a sentence that says why."""


class Reader:
    """One recording, also one that is still being written. The keys of connections are their numbers in it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError, with a sentence when it is no recording."""
        try:
            self._file = opened(path)
            found = [self._file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
            is_strange = self._file.execute(_STRANGE).fetchone() is not None
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise ReadingError(f"{path} is no recording: {safe(str(error))}") from error
        if is_strange or found != [APPLICATION_ID, VERSION]:
            self.close()
            raise ReadingError(f"{path} is no recording that this program can read (version {VERSION})")
        self._address = lru_cache(_KEPT)(self._read_address)
        self.process = lru_cache(_KEPT)(self._read_process)
        """Returns the process of a number. Raises ReadingError when there is none."""
        self._connection = lru_cache(_KEPT)(self._read_connection)
        self._moment = lru_cache(1)(self._read_moment)

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

    def events(self, first: int = 1, last: int | None = None) -> Iterator[Event]:
        """Return the events from one number to another, as they were written, their times to the millisecond."""
        until = self.last if last is None else last
        for begin in range(first, until + 1, _BLOCK):
            yield from self._events(begin, min(begin + _BLOCK - 1, until))

    def ask(self, query: str, *values: Any) -> list[Sequence[Any]]:
        """Return what SQL selects. Raises ReadingError when the file is damaged."""
        return list(self.rows(query, *values))

    def rows(self, query: str, *values: Any) -> Iterator[Sequence[Any]]:
        """Return the same row by row."""
        try:
            yield from self._file.execute(query, values)
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise ReadingError(f"the file is damaged ({safe(str(error))}); verify says where") from error

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

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
                event = self._event(row)
            yield event
        if fault is not None:
            raise fault

    def _event(self, row: Sequence[Any]) -> Event:
        _, kind, moment, early, key, *seen, owners, text = row
        at, body = self._moment(moment), _decoded(text, {})
        if early:
            at = at._replace(early=early / 1000)
        match kind:
            case "opened":
                return Opened(at, self._seen(key, seen, owners, body), bool(self._connection(key)[4]))
            case "changed":
                return Changed(at, self._seen(key, seen, owners, body))
            case "closed":
                return Closed(at, key, self._processes(owners))
            case "counted":
                return Counted(at, key, counted(body))
            case "named":
                return Named(at, safe(body["address"]), safe(body["name"]))
            case "unseen":
                return Unseen(at, Code(body["code"]).value, _problem(body))
            case "gap":
                return Gap(at, float(body["seconds"]))
            case "acted":
                return Acted(at, safe(body["sentence"]))
        raise ReadingError(f"an event of an unknown kind: {safe(str(kind))}")

    def _seen(self, key: int, seen: Sequence[Any], owners: str | None, body: dict[str, Any]) -> Connection:
        transport, family, namespace, name, _, *lasting = self._connection(key)
        told = (body.get(field, known) for field, known in zip(_LASTING, lasting, strict=True))
        user, direction, opened_at = msgspec.convert(tuple(told), _Lasting)
        state, local, local_port, remote, remote_port = seen
        reason = body.get("unowned")
        return Connection(
            key,
            transport,
            family,
            State(state or ""),
            Endpoint(self._address(local), local_port),
            None if remote is None else Endpoint(self._address(remote), remote_port),
            self._processes(owners),
            _safe(user),
            direction,
            opened_at,
            None if namespace is None else Namespace(namespace, _safe(name)),
            None if reason is None else Unowned[reason],
            tuple(map(self.process, body.get("past_owners", ()))),
        )

    def _processes(self, text: str | None) -> tuple[Process, ...]:
        return tuple(map(self.process, _decoded(text, ())))

    def _read_address(self, number: int) -> str:
        return safe(self._row("SELECT text FROM address WHERE id = ?", number)[0])

    def _read_moment(self, number: int) -> Moment:
        wall, mono, look = self._row("SELECT wall, mono, look FROM moment WHERE id = ?", number)
        return Moment(wall / 1000, mono / 1000, look)

    def _read_connection(self, number: int) -> Sequence[Any]:
        query = """SELECT transport, family, namespace, namespace_name, preexisting, user, direction, opened_at
                   FROM connection WHERE id = ?"""
        fixed: Sequence[Any] = msgspec.convert(self._row(query, number), _Fixed)
        return fixed

    def _read_process(self, number: int) -> Process:
        query = """SELECT pid, started, name, user, executable, command_line, service, container, parents
                   FROM process WHERE id = ?"""
        pid, started, name, *facts, parents = self._row(query, number)
        user, executable, command_line, service, container = map(_safe, facts)
        ancestors = tuple(Ancestor(parent, safe(called)) for parent, called in _decoded(parents, ()))
        return Process(pid, started, safe(name), user, executable, command_line, service, ancestors, container)

    def _row(self, query: str, number: int) -> Sequence[Any]:
        for row in self.rows(query, number):
            return row
        raise ReadingError(f"a row is missing that event rows refer to (number {number}); verify says which")


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
    return found._replace(congestion=_safe(found.congestion))


def _decoded(text: str | None, empty: Any) -> Any:
    return empty if text is None else msgspec.json.decode(text)


def _problem(body: dict[str, Any]) -> Problem | None:
    return Problem(Code(body["code"]), safe(body["summary"]), safe(body["detail"])) if "summary" in body else None


def _safe(text: str | None) -> str | None:
    return None if text is None else safe(text)
