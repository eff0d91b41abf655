"""What happened as one HTML file: a person reads, searches and sorts it in any browser, without this program."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from tcpview_tui.model.columns import BY_ID
from tcpview_tui.record import page
from tcpview_tui.record.event import Changed, Closed, Opened
from tcpview_tui.record.lines import WORDS, detail
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from tcpview_tui.record.about import About
    from tcpview_tui.record.tracked import Happening

MOST = 100_000
"""Events beyond which there is no page: browsers take seconds for each word that is searched in so many."""

_NAMES = ("process", "pid", "user", "proto", "state", "local", "lport", "remote", "rport", "host", "recv", "sent")

_COLUMNS = [BY_ID[name] for name in _NAMES]

_HEADINGS = (
    page.heading("Time", "When it happened, in UTC."),
    page.heading("What", "What happened."),
    *(page.heading(column.title, column.help, column.right) for column in _COLUMNS),
    page.heading("Detail", "What else is told."),
)

_EMPTY = [page.text_cell("")] * len(_COLUMNS)


_COLOURED = (Opened, Changed, Closed)


class TooLongError(Exception):
    """There is too much for a page: a sentence that says what to do."""


class Report:
    """Collects lines and writes the page in the end, since its head says how many there are."""

    def __init__(self, out: BinaryIO, about: About) -> None:
        self._out, self._about = out, about
        self._lines: list[str] = []

    def write(self, happenings: Iterable[Happening]) -> None:
        """Take these. Raises TooLongError, and then nothing was written."""
        for happening in happenings:
            if len(self._lines) == MOST:
                raise TooLongError(
                    f"It is more than the {count(MOST, 'event')} that a page can show; "
                    "take less with --from, --to and --filter, or another format"
                )
            self._lines.append(_line(happening))

    def finish(self) -> None:
        """Write the page."""
        title = f"{self._about.host}, {self._about.facts.get('Recorded from', '')}"
        facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in self._about.facts.items())
        text = page.page(title, "event", _HEADINGS, self._lines, f"<dl>{facts}</dl>")
        self._out.write(text.encode("utf-8", "backslashreplace"))


def _line(happening: Happening) -> str:
    event, row, context = happening.event, happening.row, happening.context
    facts = _EMPTY if row is None else [page.cell(column, row, context) for column in _COLUMNS]
    word = WORDS[type(event)]
    when, what = page.text_cell(timestamp(event.at.wall)), page.text_cell(word)
    return page.line((when, what, *facts, page.text_cell(detail(happening))), word if type(event) in _COLOURED else "")
