"""What happened to a connection as a line: for people, for spreadsheets, for log stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from tcpview_tui.alignment import cells
from tcpview_tui.model.column import Context
from tcpview_tui.record.event import Changed, Closed, Opened
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.record.lines import WORDS, json_line
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.record.values import STATUS, origin, shown

if TYPE_CHECKING:
    from tcpview_tui.model.column import Column
    from tcpview_tui.record.tracked import Happening

TOLD = (Opened, Changed, Closed)
"""What is told of a connection, in the words of a recording."""

_TIME, _EVENT = len("2026-01-31T23:59:59.250Z"), max(len(WORDS[each]) for each in TOLD)


class Form(Protocol):
    """How lines are written. `head` stands above them, and may be empty."""

    head: str

    def line(self, happening: Happening) -> str:
        """Return the line of an event, with its end."""
        ...


class Documents:
    """JSON Lines: ECS documents, as `record` writes them."""

    head = ""

    def __init__(self, host: str) -> None:
        self._host = host

    def line(self, happening: Happening) -> str:
        """Return the document."""
        return json_line(happening, self._host)


class Records:
    """CSV, or the same with tabs: a record of `list` behind the time and what happened."""

    def __init__(self, form: str, columns: Sequence[Column]) -> None:
        self._write, self._columns = LISTINGS[form], columns
        self.head = self._write([], (*_leading(0.0, ""), *columns), Context(), 0.0, "")

    def line(self, happening: Happening) -> str:
        """Return the record."""
        event, row, context = happening.event, happening.row, happening.context
        columns = (*_leading(event.at.wall, WORDS[type(event)]), *self._columns)
        return self._write([row] if row else [], columns, context, 0.0, "").removeprefix(self.head)


class Lines:
    """Text in columns that grow with what stands in them, up to the width that helps; nothing is cut or wrapped."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._widths = [max(cells(column.title), column.width) for column in columns]
        self.head = self._aligned(f"{'Time':{_TIME}}  {'Event':{_EVENT}}", [column.title for column in columns])

    def line(self, happening: Happening) -> str:
        """Return the text: the time in UTC, what happened, and the columns."""
        event, row, context = happening.event, happening.row, happening.context
        texts = [shown(column, row, context) if row else "" for column in self._columns]
        wanted = (min(cells(text), column.ideal) for text, column in zip(texts, self._columns, strict=True))
        self._widths = list(map(max, self._widths, wanted))
        return self._aligned(f"{timestamp(event.at.wall)}  {WORDS[type(event)]:{_EVENT}}", texts)

    def _aligned(self, leading: str, texts: Sequence[str]) -> str:
        pieces = [
            " " * (width - cells(text)) + text if column.right else text + " " * (width - cells(text))
            for column, width, text in zip(self._columns, self._widths, texts, strict=True)
        ]
        return "  ".join((leading, *pieces)).rstrip() + "\n"


def form_of(name: str, columns: Sequence[Column], host: str) -> Form:
    """Return the form of a format of `list` that is written line by line; `host` is the machine that documents name."""
    if name == "jsonl":
        return Documents(host)
    return Lines(columns) if name == "table" else Records(name, columns)


def _leading(at: float, word: str) -> tuple[Column, Column]:
    time, _ = origin(at, "")
    return replace(time, title="Time"), replace(STATUS, id="event", title="Event", value=lambda *_: word)
