"""``tcpview-tui summary``: what a recording comes to, in a few tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

from tcpview_tui.alignment import aligned
from tcpview_tui.exits import FAILED
from tcpview_tui.output import put
from tcpview_tui.record.reader import Reader, ReadingError, unreadable
from tcpview_tui.record.summary import MOST, Section, answers
from tcpview_tui.text import count, safe, size

if TYPE_CHECKING:
    from pathlib import Path

_BYTES = frozenset({"Received", "Sent"})

_UNKNOWN = "?"
"""What nobody counted, as in the table."""


def summarise(path: Path) -> int:
    """Print the summary of a recording, of a damaged one as far as it goes, and return the exit status."""
    lines, fault = summary(path)
    status = put("\n".join(lines) + "\n") if lines else 0
    if fault:
        click.echo(fault, err=True)
    return FAILED if fault else status


def summary(path: Path) -> tuple[list[str], str]:
    """Return the summary, line by line, and a sentence that says why it is not whole; empty when it is."""
    lines: list[str] = []
    try:
        with closing(Reader(path)) as reader:
            lines.extend(_told(reader))
    except OSError as error:
        return lines, unreadable(path, error)
    return lines, ""


def _told(reader: Reader) -> Iterator[str]:
    facts = reader.facts
    with suppress(ReadingError):
        yield f"{facts.get('host', '')}  {facts.get('started', '')}  {count(reader.last, 'event')}"
    for section, rows in answers(reader, MOST + 1):
        yield from _section(section, rows)


def _section(section: Section, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Return the title and the lines of a section; nothing where there is nothing to tell."""
    if not rows:
        return
    yield ""
    yield section.title
    for line in aligned([section.columns, *(tuple(map(_cell, section.columns, row)) for row in rows[:MOST])]):
        yield f"  {line}"
    if len(rows) > MOST:
        yield "  and more"


def _cell(title: str, value: Any) -> str:
    if value is None:
        return _UNKNOWN if title in _BYTES else ""
    return size(value) if title in _BYTES and isinstance(value, int | float) and isfinite(value) else safe(str(value))
