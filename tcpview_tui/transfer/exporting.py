"""``tcpview-tui export``: what a recording tells, in a form that other programs or people read."""

from __future__ import annotations

import struct
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.files import why_not
from tcpview_tui.model.choices import plain
from tcpview_tui.output import guarded, lines_out
from tcpview_tui.record.about import about
from tcpview_tui.record.excerpt import EVER, Span, excerpt
from tcpview_tui.record.parquet import NotInstalledError
from tcpview_tui.record.reader import Reader, ReadingError, unreadable
from tcpview_tui.record.report import TooLongError
from tcpview_tui.record.writing import BINARY, WRITERS
from tcpview_tui.text import count, safe
from tcpview_tui.transfer.instant import instant
from tcpview_tui.transfer.partial import whole
from tcpview_tui.transfer.progress import Progress, onlooker
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.query import Query
    from tcpview_tui.record.tracked import Happening

_ANSWERED = frozenset({"age", "is:closed", "is:past", "is:suspicious", "finding", "severity"})
"""Of what only several looks or the rules can answer, that which a recording tells of an event, as `choices.plain`."""

_NONSENSE = (ValueError, TypeError, ArithmeticError, struct.error)
"""What comes of a port, a time or an address beyond all bounds, which no program of ours has written."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to export, as what (one of `WRITERS`), to which file; without one, to the standard output.

    `since` and `until` are times as `instant` understands them.
    """

    recording: Path
    form: str = "jsonl"
    output: Path | None = None
    since: str | None = None
    until: str | None = None
    query: Query | None = None


def export(order: Order, clock: Clock) -> int:
    """Write what was ordered, and return the exit status. Of a damaged recording, all before the damage is written.

    Raises WrongUsageError.
    """
    _check(order)
    try:
        with closing(Reader(order.recording)) as reader:
            job = _Job(reader, order, clock)
            return job.to_stdout() if order.output is None else job.to_file(order.output)
    except (TooLongError, NotInstalledError) as error:
        return _refused(str(error))
    except OSError as error:
        return _refused(unreadable(order.recording, error))
    except _NONSENSE as error:
        return _refused(_senseless(error))


def _check(order: Order) -> None:
    asked = [] if order.query is None else [term for term in order.query.compares if plain(term) not in _ANSWERED]
    if asked:
        terms = ", ".join(asked)
        why = "export asks each event alone, and that takes several looks; leave it out of the filter."
        raise WrongUsageError(f"--filter: {safe(terms)}: {why}")
    if order.form in BINARY and order.output is None and sys.stdout is not None and sys.stdout.isatty():
        raise WrongUsageError(f"--format {order.form}: it is nothing for a terminal; write it to a file with -o FILE.")


class _Job:
    """An order that is carried out."""

    def __init__(self, reader: Reader, order: Order, clock: Clock) -> None:
        self._reader, self._order = reader, order
        self._span = _span(reader, order)
        self._about = about(reader, order.recording.name, self._span, order.query.text if order.query else "")
        self._progress = Progress(clock, onlooker(writes_to_stdout=order.output is None))
        self._events = 0
        self._fault: str | None = None

    def to_stdout(self) -> int:
        """Write to the standard output, and return the exit status."""

        def write() -> None:
            with lines_out() as out:
                self._write(out.buffer)

        return guarded(write) or self._verdict()

    def to_file(self, file: Path) -> int:
        """Write to a new file, and return the exit status."""
        try:
            with whole(file) as out:
                self._write(out)
        except OSError as error:
            return _refused(f"{error.filename or file}: {why_not(error)}")
        click.echo(f"{safe(str(file))}: {count(self._events, 'event')}", err=True)
        return self._verdict()

    def _write(self, out: BinaryIO) -> None:
        with closing(self._progress):
            writer = WRITERS[self._order.form](out, self._about)
            try:
                writer.write(self._told())
            except _NONSENSE as error:
                self._fault = _senseless(error)
            writer.finish()

    def _told(self) -> Iterator[Happening]:
        """Yield what is wanted, as far as the recording can be read."""
        try:
            for happening in excerpt(self._reader, self._span, self._order.query, self._passed):
                self._events += 1
                yield happening
        except ReadingError as error:
            self._fault = str(error)

    def _passed(self, reached: int, last: int) -> None:
        self._progress.tell(reached, reached / last)

    def _verdict(self) -> int:
        """Say what people should know, and return the exit status."""
        if self._fault is not None:
            what = "What stands before it was written" if self._events else "No event stands before it"
            return _refused(f"{self._fault}. {what}")
        if not self._events:
            facts = self._about.facts
            times = f" from {facts['Recorded from']} to {facts['to']}" if "to" in facts else ""
            click.echo(f"No event was written: the recording{times} has no event that was asked for.", err=True)
        return 0


def _span(reader: Reader, order: Order) -> Span:
    start, end = (each or 0 for each in reader.times())
    since = -EVER if order.since is None else instant(order.since, "--from", start, end)
    return Span(since, EVER if order.until is None else instant(order.until, "--to", start, end))


def _senseless(error: Exception) -> str:
    return f"The recording is damaged: an event means nothing ({error}); verify says where"


def _refused(reason: str) -> int:
    click.echo(f"{safe(reason).rstrip('.')}.", err=True)
    return FAILED
