"""Rows as a file: CSV for spreadsheets and scripts, JSON for log stores, text for people."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.model.columns import Column, Context
from tcpview_tui.record.ecs import listed, timestamp
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

Write = Callable[[Sequence["Row"], Sequence[Column], Context, float, str], str]
"""Rows, columns, what rows are joined with, when it was so (seconds UTC) and on which host, into a text."""

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
"""What a cell begins with that a spreadsheet runs (OWASP, CSV Injection); the last eight are wide and small forms."""

_TIMES = frozenset({"seen", "closed"})
"""Columns whose values are seconds UTC."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that rows are saved as."""

    id: str
    title: str
    suffix: str
    write: Write


def write_csv(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return CSV (RFC 4180), first the titles; each record says when and on which host it was listed.

    Times are ISO 8601 in UTC, the age is in seconds. A text that a spreadsheet would run has an apostrophe before it,
    and so has a text that begins with one: an apostrophe at the start is never part of the value.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Listed at", "Host", *(column.title for column in columns), *_FACTS])
    origin = [timestamp(at), _inert(host)]
    for row in rows:
        values = [_cell(column, row, context) for column in columns]
        writer.writerow([*origin, *values, *(_inert(fact(row)) for fact in _FACTS.values())])
    return out.getvalue()


def write_json(rows: Sequence[Row], _: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return one array of ECS documents, a line each. They have fields of their own and no columns."""
    encode = msgspec.json.Encoder().encode
    lines = (encode(listed(row, context, at, host)).decode() for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def write_text(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return a table as people read it, nothing cut; a column with nothing in it is left out."""
    table = [[_shown(column, row, context) for column in columns] for row in rows]
    lines = [f"{host}  {timestamp(at)}  {count(len(rows), 'row')}", ""]
    padded = []
    for place, column in enumerate(columns):
        if any(line[place] for line in table):
            padded.append(_padded([column.title, *(line[place] for line in table)], column.right))
    lines += ["  ".join(pieces).rstrip() for pieces in zip(*padded, strict=True)]
    return "\n".join(lines) + "\n"


FORMATS = (
    Format("csv", "CSV", ".csv", write_csv),
    Format("json", "JSON", ".json", write_json),
    Format("text", "Text", ".txt", write_text),
)
"""The kinds of file there are; the first is the one most asked for."""


def raw(column: Column, row: Row, context: Context) -> str:
    """Return the value of a column in full: times in UTC, numbers as they are; empty when it is unknown."""
    return _spelled(column, column.value(row, context))


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes (Unicode Standard Annex 11; marks that combine take none)."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _padded(column: list[str], right: bool) -> list[str]:
    """Return the texts of a column, all as wide as the widest."""
    widths = [cells(text) for text in column]
    most = max(widths)
    paddings = (" " * (most - width) for width in widths)
    return [padding + text if right else text + padding for text, padding in zip(column, paddings, strict=True)]


def _shown(column: Column, row: Row, context: Context) -> str:
    return raw(column, row, context) if column.id in _TIMES else column.text(row, context)


def _spelled(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.id in _TIMES:
        return timestamp(value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _cell(column: Column, row: Row, context: Context) -> str:
    value = column.value(row, context)
    return _inert(value) if isinstance(value, str) else _spelled(column, value)


def _inert(text: str) -> str:
    """Return `text` so that no spreadsheet runs it."""
    return "'" + text if text.startswith((*_RUN, "'")) else text


def _others(row: Row) -> str:
    return "; ".join(owner.label for owner in row.owners[1:])


def _holding(row: Row) -> str:
    return "" if not row.owners else "no" if row.owners_past else "yes"


_FACTS: dict[str, Callable[[Row], str]] = {
    "Status": lambda row: "closed" if row.is_closed else "open",
    "Opening seen": lambda row: "no" if row.preexisting or row.is_brief else "yes",
    "Process holds it": _holding,
    "Other processes": _others,
}
"""What the table says by marks and brackets, by title."""
