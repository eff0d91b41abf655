"""A listing in CSV, or with tabs, becomes the events that it tells: what it lists has opened."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from tcpview_tui.listing.documents import opened
from tcpview_tui.model.columns import BY_ID
from tcpview_tui.record.parsing import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tcpview_tui.record.ecs import Document
    from tcpview_tui.record.event import Event

_STATUS, _OTHERS, _EVENT = "Status", "Other processes", "Event"
"""Titles of columns that the table does not have (`record.values`, `record.lines`)."""

_IDS = {column.title: column.id for column in BY_ID.values()} | {_STATUS: _STATUS, _OTHERS: _OTHERS}

_LABEL = re.compile(r"(.*?) \((\d{1,18})\)(?:; |$)")
"""How `process.label` spells a process, and what stands between two."""


def tabular(text: str) -> tuple[frozenset[str], list[Event]]:
    """Return the ids of the columns there are, and what is listed; of several listings one after the other, the last.

    Raises ValueError, which names the line, for what is no listing.
    """
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",", strict=True)
    titles: list[str] = []
    told: list[Event] = []
    columns: frozenset[str] = frozenset()
    try:
        for record in filter(None, reader):
            if not titles or record == titles:
                titles, columns, told = record, _known(record), []
            elif (cells := _cells(titles, record)).get(_STATUS) != "closed":
                told += opened(_document(cells), reader.line_num)
    except StreamError as error:
        raise ValueError(f"line {reader.line_num}: {error.__cause__}") from error
    except (csv.Error, ValueError) as error:
        raise ValueError(f"line {reader.line_num}: {error}") from error
    return columns, told


def _known(titles: Sequence[str]) -> frozenset[str]:
    if _EVENT in titles:
        raise ValueError("these are events, of which CSV does not tell all; a recording or JSON Lines can be compared")
    known = BY_ID.keys() & {_IDS.get(title) for title in titles}
    if not known:
        raise ValueError("no column of a listing is named here")
    return frozenset(known)


def _cells(titles: Sequence[str], record: Sequence[str]) -> dict[str, str]:
    """Return the values by id of their column, without what keeps a spreadsheet from running them (`inert`)."""
    if len(record) != len(titles):
        raise ValueError(f"it has {len(record)} values, and there are {len(titles)} columns")
    return {_IDS[title]: cell.removeprefix("'") for title, cell in zip(titles, record, strict=True) if title in _IDS}


def _document(cells: Mapping[str, str]) -> Document:
    """Return the document; of a column that is not there, the value says nothing."""
    protocol = cells.get("proto", "TCP").lower()
    return {
        "network": {"transport": protocol.removesuffix("6"), "type": "ipv6" if protocol.endswith("6") else "ipv4"},
        "tcpview": {
            "state": cells.get("state", ""),
            "direction": cells.get("dir") or None,
            "local": _end(cells.get("local", "::"), cells.get("lport", "0")),
            "remote": _end(remote, cells.get("rport", "0")) if (remote := cells.get("remote")) else None,
            "owners": _owners(cells),
            "user": cells.get("user") or None,
            "domain": cells.get("host") or None,
        },
    }


def _end(address: str, port: str) -> Document:
    return {"ip": address, "port": _number(port)}


def _owners(cells: Mapping[str, str]) -> list[Document]:
    name, pid = cells.get("process"), cells.get("pid")
    if not name and not pid:
        return []
    own = {"service": cells.get("service") or None, "container": cells.get("container") or None}
    first: dict[str, Any] = {
        "pid": _number(pid or "0"),
        "name": name or "",
        "executable": cells.get("path") or None,
        "command_line": cells.get("cmd") or None,
        "user": {"name": cells.get("user") or None},
        "tcpview": own,
    }
    others = _LABEL.findall(cells.get(_OTHERS, ""))
    return [first, *({"name": other, "pid": int(number)} for other, number in others)]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(1 << 63)):
        raise ValueError(f"{text[:40]!r} is no number")
    return int(text)
