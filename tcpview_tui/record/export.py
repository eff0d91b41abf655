"""Rows as a file: values for spreadsheets and scripts, JSON for log stores, text and pages for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.alignment import aligned
from tcpview_tui.model.columns import Column, Context
from tcpview_tui.record.ecs import listed
from tcpview_tui.record.page import write_page
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.record.values import FACTS, UNCHECKED, cell, origin, raw, shown
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

__all__ = ["FORMATS", "LISTINGS", "Format", "Write", "raw", "write_csv", "write_json", "write_text"]

Write = Callable[[Sequence["Row"], Sequence[Column], Context, float, str], str]
"""Rows, columns, what rows are joined with, when it was so (seconds UTC) and on which host, into a text."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file that rows are saved as."""

    id: str
    title: str
    suffix: str
    write: Write


def write_values(rows: Sequence[Row], columns: Sequence[Column], context: Context, _at: float, _host: str) -> str:
    """Return CSV (RFC 4180), first the titles. Times are ISO 8601 in UTC; no spreadsheet runs a cell."""
    return _delimited(rows, columns, context, csv.excel)


def write_tabbed(rows: Sequence[Row], columns: Sequence[Column], context: Context, _at: float, _host: str) -> str:
    """Return the same with tabs between the values. No value has one: `text.safe` escapes them."""
    return _delimited(rows, columns, context, _Tabs)


def write_csv(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return CSV whose records stand alone: each says also when and on which host it was listed, and its marks."""
    return write_values(rows, (*origin(at, host), *columns, *FACTS, UNCHECKED), context, at, host)


def write_json(rows: Sequence[Row], _: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return one array of ECS documents, a line each. They have fields of their own and no columns."""
    return "[\n" + ",\n".join(_documents(rows, context, at, host)) + "\n]\n"


def write_lines(rows: Sequence[Row], _: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return JSON Lines: the same documents, and nothing between them."""
    return "".join(f"{document}\n" for document in _documents(rows, context, at, host))


def write_table(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return a table as people read it, nothing cut: where, when and how many, then the titles, then the rows."""
    table = [[shown(column, row, context) for column in columns] for row in rows]
    right = [place for place, column in enumerate(columns) if column.right]
    lines = aligned([[column.title for column in columns], *table], right)
    return "\n".join([f"{host}  {timestamp(at)}  {count(len(rows), 'row')}", "", *lines]) + "\n"


def write_text(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return the same without the columns that have nothing in them."""
    return write_table(rows, _filled(rows, columns, context), context, at, host)


def write_report(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return a page with all that a CSV record says, without the columns that have nothing in them."""
    return write_page(rows, _filled(rows, (*columns, *FACTS, UNCHECKED), context), context, at, host)


FORMATS = (
    Format("csv", "CSV", ".csv", write_csv),
    Format("json", "JSON", ".json", write_json),
    Format("text", "Text", ".txt", write_text),
    Format("html", "HTML", ".html", write_report),
)
"""The kinds of file there are; the first is the one most asked for."""

LISTINGS: Mapping[str, Write] = {
    "table": write_table,
    "csv": write_values,
    "tsv": write_tabbed,
    "json": write_json,
    "jsonl": write_lines,
    "html": write_page,
}
"""How rows are listed, with exactly the columns that are asked for; the first is for people."""


class _Tabs(csv.excel_tab):
    lineterminator = "\n"


def _delimited(rows: Sequence[Row], columns: Sequence[Column], context: Context, dialect: type[csv.Dialect]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, dialect)
    writer.writerow([column.title for column in columns])
    writer.writerows([cell(column, row, context) for column in columns] for row in rows)
    return out.getvalue()


def _documents(rows: Sequence[Row], context: Context, at: float, host: str) -> list[str]:
    encode = msgspec.json.Encoder().encode
    return [encode(listed(row, context, at, host)).decode() for row in rows]


def _filled(rows: Sequence[Row], columns: Sequence[Column], context: Context) -> list[Column]:
    return [column for column in columns if any(shown(column, row, context) for row in rows)]
