"""What there was: an earlier listing or a recording, read back. Anybody may have written or changed the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.listing.documents import parted, told
from tcpview_tui.listing.tabular import tabular
from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.record.event import Closed, Event, Moment, Named, Opened
from tcpview_tui.record.lines import json_line
from tcpview_tui.record.parsing import events
from tcpview_tui.record.reader import Reader, unreadable
from tcpview_tui.record.tracked import Happening, Tracked
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row

_SQLITE = b"SQLite format 3\0"
"""How a recording begins (fileformat2.html, section 1.3)."""

_LIMIT = 256 << 20
"""Bytes of a listing that are read: 100,000 sockets as JSON take less than half of it."""

_REASON_LENGTH = 400
"""Characters that are told of what is wrong with a file: it may quote it."""

_FORMS = "CSV, TSV, JSON or JSON Lines"
_ALL = frozenset(BY_ID)
_END = Moment(0.0, 0.0, 0)


class Earlier(NamedTuple):
    """The rows that there were, the names of addresses, and the ids of the columns that the file tells of."""

    rows: tuple[Row, ...]
    names: Mapping[str, str]
    columns: frozenset[str]


def read(path: Path) -> Earlier:
    """Return what a file tells: the listing in it, the last of several, or the state at the end of a recording.

    Its kind is told by its content. All texts have passed `text.safe`. Raises `WrongUsageError`, which names the place,
    for what cannot be read or understood.
    """
    try:
        with path.open("rb") as file:
            start = file.read(len(_SQLITE))
            content = start if start == _SQLITE else start + file.read(_LIMIT)
        return _recorded(path) if content == _SQLITE else _listed(content)
    except OSError as error:
        raise WrongUsageError(f"--diff: {unreadable(path, error)}") from error
    except ValueError as error:
        reason = safe(str(error), _REASON_LENGTH).rstrip(".")
        wrong = f"--diff: {safe(str(path))} cannot be compared: {reason}."
        raise WrongUsageError(f"{wrong} It takes a recording, or what list has written in {_FORMS}.") from error


def _recorded(path: Path) -> Earlier:
    """Return the state at the end of a recording. Its texts pass the gate that those of a stream pass."""
    try:
        with closing(Reader(path)) as reader:
            return _standing(events(_again(_standing(reader.events()))))
    except OSError:
        raise
    except Exception as error:  # what somebody has edited can fail anywhere on its way
        raise ValueError("the recording is damaged; tcpview-tui verify says where") from error


def _again(state: Earlier) -> Iterator[str]:
    """Yield a state as a stream would tell it."""
    nothing = Context()
    for address, name in state.names.items():
        yield json_line(Happening(Named(_END, address, name), None, nothing), "-")
    for row in state.rows:
        yield json_line(Happening(Opened(_END, row.connection), row, nothing), "-")


def _listed(content: bytes) -> Earlier:
    if len(content) > _LIMIT:
        raise ValueError(f"a listing of more than {_LIMIT >> 20} MB is not read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from error
    match text.lstrip()[:1]:
        case "":
            raise ValueError("it is empty")
        case "[":
            return _standing(told(parted(text), "document"))
        case "{":
            return _standing(told(text.split("\n"), "line"))
    columns, happened = tabular(text)
    return _standing(happened)._replace(columns=columns)


def _standing(happened: Iterable[Event]) -> Earlier:
    """Return what there is after these events."""
    rows: dict[Key, Row] = {}
    names: dict[str, str] = {}
    tracked = Tracked()
    for _, look in groupby(happened, lambda event: event.at.look):
        for happening in tracked.take(tuple(look)):
            event, row = happening.event, happening.row
            if isinstance(event, Named):
                names[event.address] = event.name
            elif isinstance(event, Closed):
                rows.pop(event.key, None)
            elif row is not None:
                rows[row.key] = row
    return Earlier(tuple(rows.values()), names, _ALL if names else _ALL - {"host"})
