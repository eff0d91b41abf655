"""Rows as one HTML file that needs nothing else: a person reads, searches and sorts it in any browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from tcpview_tui.record.ecs import timestamp
from tcpview_tui.record.values import raw, shown
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Column, Context
    from tcpview_tui.model.row import Row

_STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 1rem; }
h1 { font-size: 1.1rem; }
input { font: inherit; width: min(40rem, 70%); padding: .3rem .5rem; }
table { border-collapse: collapse; margin-top: 1rem; font: 12px/1.5 ui-monospace, monospace; }
th, td { padding: .1rem .6rem; text-align: left; vertical-align: top; white-space: pre-wrap; overflow-wrap: anywhere; }
th { position: sticky; top: 0; background: Canvas; border-bottom: 1px solid; white-space: nowrap; cursor: pointer; }
td { min-width: 3rem; max-width: 40rem; border-bottom: 1px solid #8884; }
.right { text-align: right; }
.closed { color: #c33; }
@media print { input { display: none; } th { position: static; } }
"""

_SCRIPT = """
"use strict";
const body = document.querySelector("tbody"), search = document.querySelector("input");
const lines = [...body.rows].map(row => ({
  row, text: [...row.cells].map(cell => cell.textContent + "\\n" + cell.title).join("\\n").toLowerCase()
}));
search.addEventListener("input", () => {
  const words = search.value.toLowerCase().split(/\\s+/);
  let found = 0;
  for (const { row, text } of lines) {
    row.hidden = !words.every(word => text.includes(word));
    found += !row.hidden;
  }
  document.querySelector("output").value = found;
});
const order = new Intl.Collator(undefined, { numeric: true }).compare;
let last = -1;
document.querySelectorAll("th").forEach((title, place) => title.addEventListener("click", () => {
  const value = row => row.cells[place].title || row.cells[place].textContent;
  const way = last === place ? -1 : 1;
  last = way === 1 ? place : -1;
  body.append(...[...body.rows].sort((one, other) => way * order(value(one), value(other))));
}));
"""

_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; "
    f"script-src 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'"
)
"""Content Security Policy (W3C): the browser fetches nothing and runs this one script, whatever a name contains."""


def write_page(rows: Sequence[Row], columns: Sequence[Column], context: Context, at: float, host: str) -> str:
    """Return a page with where, when and how many, a line to search in, and the rows; all of it is text and escaped.

    A click on a title sorts, another one the other way round. A value that is shown short is there in full, too.
    Without scripts it is a table to read.
    """
    title = f"{escape(host)}, {timestamp(at)}"
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{title}</title>\n<style>{_STYLE}</style>",
        f"<h1>{title}: <output>{len(rows)}</output> of {count(len(rows), 'row')}</h1>",
        '<input type="search" placeholder="Search: rows with all of these words" aria-label="Search" autofocus>',
        f"<table>\n<thead><tr>{''.join(map(_title, columns))}</tr></thead>\n<tbody>",
        *(_line(row, columns, context) for row in rows),
        f"</tbody>\n</table>\n<script>{_SCRIPT}</script>\n</html>\n",
    ]
    return "\n".join(parts)


def _title(column: Column) -> str:
    return f'<th{_side(column)} title="{escape(column.help)}">{escape(column.title)}</th>'


def _line(row: Row, columns: Sequence[Column], context: Context) -> str:
    closed = ' class="closed"' if row.is_closed else ""
    return f"<tr{closed}>{''.join(_cell(column, row, context) for column in columns)}</tr>"


def _cell(column: Column, row: Row, context: Context) -> str:
    text, full = shown(column, row, context), raw(column, row, context)
    title = f' title="{escape(full)}"' if full and full != text else ""
    return f"<td{_side(column)}{title}>{escape(text)}</td>"


def _side(column: Column) -> str:
    return ' class="right"' if column.right else ""
