"""Rows as one HTML file that needs nothing else: a person reads, searches and sorts it in any browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from tcpview_tui.record.timestamp import timestamp
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
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: 12px; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin-top: 1rem; font: 12px/1.5 ui-monospace, monospace; }
th, td { padding: .1rem .6rem; text-align: left; vertical-align: top; white-space: pre; }
th { position: sticky; top: 0; background: Canvas; border-bottom: 1px solid; cursor: pointer; }
td { border-bottom: 1px solid #8884; }
.right { text-align: right; }
.long { white-space: pre-wrap; overflow-wrap: anywhere; min-width: 20rem; max-width: 40rem; }
.opened { color: light-dark(#116329, #6fdd8b); }
.changed { color: light-dark(#7a5200, #f0d264); }
.closed { color: light-dark(#b3261e, #ff8f85); }
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

_LONG = 40
"""Characters beyond which a value is broken into lines; an IPv6 address has 39."""

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
    titles = [heading(column.title, column.help, column.right) for column in columns]
    colours = ("closed" if row.is_closed else "" for row in rows)
    cells = ([cell(column, row, context) for column in columns] for row in rows)
    lines = [line(each, colour) for each, colour in zip(cells, colours, strict=True)]
    return page(f"{host}, {timestamp(at)}", "row", titles, lines)


def page(title: str, noun: str, headings: Iterable[str], lines: Sequence[str], about: str = "") -> str:
    """Return the page of these lines, each a `noun`; `headings`, `lines` and what the page is `about` are HTML."""
    parts = [
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>",
        f"<h1>{escape(title)}: <output>{len(lines)}</output> of {count(len(lines), noun)}</h1>",
        *([about] if about else []),
        '<input type="search" placeholder="Search: rows with all of these words" aria-label="Search" autofocus>',
        f"<table>\n<thead><tr>{''.join(headings)}</tr></thead>\n<tbody>",
        *lines,
        f"</tbody>\n</table>\n<script>{_SCRIPT}</script>\n</html>\n",
    ]
    return "\n".join(parts)


def heading(title: str, help_: str, right: bool = False) -> str:
    """Return the title of a column, which tells its help under the pointer."""
    return f'<th{_side(right)} title="{escape(help_)}">{escape(title)}</th>'


def line(cells: Iterable[str], colour: str = "") -> str:
    """Return a line of the table; `colour` is a class of the style, ``opened`` or so."""
    mark = f' class="{colour}"' if colour else ""
    return f"<tr{mark}>{''.join(cells)}</tr>"


def cell(column: Column, row: Row, context: Context) -> str:
    """Return the value of a column."""
    return text_cell(shown(column, row, context), raw(column, row, context), column.right)


def text_cell(text: str, full: str = "", right: bool = False) -> str:
    """Return a text as a cell. `full` is what is searched and sorted instead where it is another."""
    title = f' title="{escape(full)}"' if full and full != text else ""
    side = ' class="long"' if len(text) > _LONG else _side(right)
    return f"<td{side}{title}>{escape(text)}</td>"


def _side(right: bool) -> str:
    return ' class="right"' if right else ""
