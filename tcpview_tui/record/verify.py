"""Whether a recording is as it was written: its seals are made again from rows, its closing digest from all bytes."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import msgspec

from tcpview_tui.record.closing import digest_of, read_line
from tcpview_tui.record.opening import beside, opened
from tcpview_tui.record.schema import APPLICATION_ID, SEALED, TABLES, VERSION, VERSIONS, VIEWS
from tcpview_tui.record.seal import START, Chain
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from typing import BinaryIO

_WRITE_VERSION, _ROLLBACK = 18, b"\1"
"""Where the header of SQLite says how the file is written, and what it says when not by a log (fileformat2.html)."""

_ENDLESS = (math.inf, -math.inf)

_Last = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
"""The number of a row (datatype3.html)."""

_TABLES = [("table", each.name, each.name, each.create) for each in TABLES]
_SCHEMAS = [[*_TABLES, ("view", "happened", "happened", view)] for view in VIEWS]
"""What SQLite keeps of the tables and each view: type, name, name of the table, statement (schematab.html)."""

_EVENTS = [table.name for table in SEALED].index("event")


_OTHER_KEY = (
    "Or it was sealed with a key: --seal-key FILE gives it.",
    "Or it was sealed without a key, or with another.",
)
"""What else it can be when not even the first seal holds: without a key, and with one."""

_SEALS = "SELECT id, wall, rows, lower(hex(digest)) FROM seal ORDER BY id"


class Verdict(NamedTuple):
    """What was found. `fault` names the first place that is not as it was written; `None` when there is none.

    `digest` is that of the last seal that holds, and `events` counts those it vouches for. `closing` is the digest that
    vouches for every byte; without it, `unclosed` says why only the rows are vouched for.
    """

    fault: str | None
    seals: int = 0
    events: int = 0
    digest: str = START
    closing: str | None = None
    unclosed: str | None = None


class _FaultError(Exception):
    """The first place that is not as it was written."""


def verify(path: Path, key: bytes | None = None) -> Verdict:
    """Read the whole file and return what was found. Raises OSError when there is none that can be read."""
    verdict = Verdict(None)
    try:
        with closing(opened(path)) as file, path.open("rb") as whole:
            size, claim = read_line(whole)
            file.execute("BEGIN")  # one view of a file that is still written
            _check_form(file)
            for holds in _seals(file, key):
                verdict = holds
            _check_end(file)
            _check_pages(file)
            if claim is None:
                return verdict._replace(unclosed=_unclosed(whole, size, file))
            _check_whole(whole, size, claim, key)
            return verdict._replace(closing=claim)
    except _FaultError as error:
        return verdict._replace(fault=safe(str(error)))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            return verdict._replace(fault="This is no recording: it is no file of SQLite.")
        return verdict._replace(fault=f"SQLite cannot read what follows seal {verdict.seals}: {safe(str(error))}.")


def _check_form(file: sqlite3.Connection) -> None:
    """Raise `_FaultError` unless this is a recording of our version."""
    found = [file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if found[0] != APPLICATION_ID:
        raise _FaultError("This is no recording of this program: its application id is another.")
    if found[1] not in VERSIONS:
        known = f"versions {VERSIONS[0]} to {VERSION} only"
        raise _FaultError(f"This is a recording of version {found[1]}, and this program knows {known}.")
    there = file.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid").fetchall()
    if there not in _SCHEMAS:
        raise _FaultError(f"Its tables and views are not those of a recording: {_stranger(there)}.")


def _stranger(there: Sequence[tuple[Any, ...]]) -> str:
    """Return the first thing of the schema that is not as in a recording, and what became of it."""
    ours, *_ = _SCHEMAS
    for kind, name, *_ in (each for each in there if each not in ours):
        return f"{kind} {name} was {'changed' if name in {each[1] for each in ours} else 'added'}"
    for kind, name, *_ in (each for each in ours if each not in there):
        return f"{kind} {name} was removed"
    return "they stand in another order, or twice"


def _seals(file: sqlite3.Connection, key: bytes | None) -> Iterator[Verdict]:
    """Return what holds after each seal. Raises `_FaultError` at the first that does not."""
    chain, before = Chain(key), [0] * len(SEALED)
    at = "its beginning"
    for expected, (number, wall, text, digest) in enumerate(file.execute(_SEALS), 1):
        if number != expected:
            raise _FaultError(f"Seal {expected}, after {at}, is missing.")
        last = _last(text, number)
        spans = zip(SEALED, before, last, strict=True)
        rows = [row for table, low, high in spans for row in _rows(file, table.name, low, high)]
        if chain.seal(rows, wall, text) != digest:
            sound = _OTHER_KEY[key is not None] if number == 1 else f"Everything up to {at} is intact."
            raise _FaultError(
                f"What seal {number} of {_when(wall)} vouches for is not what was written: "
                f"{_spans(before, last)}. {sound}"
            )
        before, at = last, f"seal {number} of {_when(wall)}"
        yield Verdict(None, number, last[_EVENTS], digest)


def _rows(file: sqlite3.Connection, table: str, after: int, last: int) -> Iterator[tuple[str, Sequence[Any]]]:
    query = f"SELECT * FROM {table} WHERE id > ? AND id <= ? ORDER BY id"  # noqa: S608 - a name of ours
    found = file.execute(query, (after, last))
    for expected in range(after + 1, last + 1):
        row = found.fetchone()
        if row is None or row[0] != expected:
            raise _FaultError(f"Row {expected} of {table} is missing.")
        if any(value in _ENDLESS for value in row):  # JSON, which is sealed, spells it as it spells nothing
            raise _FaultError(f"Row {expected} of {table} holds a number without end, which nobody has written.")
        yield table, row


def _check_end(file: sqlite3.Connection) -> None:
    """Raise `_FaultError` when there is anything that no seal vouches for."""
    found = file.execute("SELECT rows FROM seal ORDER BY id DESC LIMIT 1").fetchone()
    if found is None:
        raise _FaultError("It has no seal: it was cut off at its beginning, or emptied.")
    for table, last in zip(SEALED, _last(found[0], 0), strict=True):
        least, most = file.execute(f"SELECT min(id), max(id) FROM {table.name}").fetchone()  # noqa: S608 - a name of ours
        if least is not None and least < 1:
            raise _FaultError(f"Row {least} of {table.name} was added: its rows count from 1.")
        if (most or 0) != last:
            what = "added behind" if (most or 0) > last else "removed before"
            raise _FaultError(f"Rows of {table.name} were {what} the last seal: {last} are sealed, {most or 0} there.")


def _check_pages(file: sqlite3.Connection) -> None:
    """Raise `_FaultError` when SQLite finds a page that is not as it should be, though every row can be read."""
    (whole,) = file.execute("PRAGMA integrity_check(1)").fetchone()
    if whole != "ok":
        raise _FaultError(f"SQLite finds it damaged: {whole.splitlines()[-1].rstrip('.')}.")


def _check_whole(whole: BinaryIO, size: int, claim: str, key: bytes | None) -> None:
    """Raise `_FaultError` when the closing line claims another digest than that of the bytes before it."""
    if digest_of(whole, size, key) != claim:
        raise _FaultError(
            "Its content is as it was written, every row of it, but other bytes were changed since it was closed: in "
            "what SQLite keeps beside the rows, or in the closing line. Nobody can tell which."
        )
    path = Path(whole.name)
    for left in (beside(path, "-wal"), beside(path, "-journal")):
        if left.exists() and left.stat().st_size:
            raise _FaultError(f"Beside it is {left.name}, which SQLite would read with it; it was closed without one.")


def _unclosed(whole: BinaryIO, size: int, file: sqlite3.Connection) -> str:
    """Return why there is no closing line. Raises `_FaultError` when something else stands in its place."""
    count, length = (file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if size > count * length:
        raise _FaultError(
            f"Behind its last page are {size - count * length} bytes that are no closing line: that was cut off or "
            "changed, or something was added. Every row is as it was written."
        )
    whole.seek(_WRITE_VERSION)
    if whole.read(1) == _ROLLBACK:
        return (
            "SQLite had closed it, but it has no closing line: its recorder ended in that moment, the disk was full, "
            "or somebody cut the line off."
        )
    return "It was not closed in good order: it is still written, or its recorder was killed."


def _last(text: str, number: int) -> list[int]:
    try:
        last = msgspec.json.decode(text, type=list[_Last])
    except (msgspec.DecodeError, RecursionError, TypeError):
        last = []
    if len(last) != len(SEALED):
        raise _FaultError(f"Seal {number} does not say what it vouches for.")
    return last


def _spans(before: Sequence[int], last: Sequence[int]) -> str:
    """Return the rows between two seals: ``events 5 to 9, processes 2 to 2``."""
    spans = [
        f"{table.name} {low + 1} to {high}" for table, low, high in zip(SEALED, before, last, strict=True) if high > low
    ]
    return ", ".join(spans) or "the seal itself"


def _when(wall: Any) -> str:
    try:
        return timestamp(wall / 1000)
    except (TypeError, ValueError, OverflowError, OSError):
        return "an impossible time"
