"""``tcpview-tui export`` and ``import``: a recording becomes lines that other programs read, and lines a recording."""

from __future__ import annotations

from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, TextIO

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.record.host import host_name
from tcpview_tui.record.parsing import StreamError, imported
from tcpview_tui.record.reader import Reader, ReadingError, unreadable
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.stream import Stream
from tcpview_tui.text import count, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.record.event import Event

_BATCH = 10_000
"""Events between two commits, or two writes: enough to be quick, few enough for the memory."""


def export(path: Path, form: str, out: TextIO) -> int:
    """Write every event of a recording to `out`, a line each; return the exit status.

    What is wrong with the recording is said here; what `out` raises is raised.
    """
    try:
        reader = Reader(path)
    except OSError as error:
        return _refused(unreadable(path, error))
    with closing(reader):
        stream = Stream(out, form, reader.facts.get("host", ""))
        try:
            for batch in _batches(reader.events()):
                stream.write(batch)
        except ReadingError as error:
            return _refused(str(error))
    return 0


def _refused(reason: str) -> int:
    click.echo(f"{safe(reason).rstrip('.')}.", err=True)
    return FAILED


def take_in(lines: Iterable[str], origin: str, path: Path, clock: Clock, key: bytes | None) -> int:
    """Write the events of a stream of JSON Lines to a new recording; return the exit status.

    What stands before a line that is no event is kept, and that line is named.
    """
    told = imported(lines)
    try:
        first = next(told, None)
        host = first.host if first else ""
        facts = [("host", host), ("imported_on", host_name()), ("imported_from", safe(origin))]
        recording = Recording(path, facts, clock, key=key)
    except (StreamError, RecordingError) as error:
        return _refused(str(error))
    events = (each.event for each in chain([first] if first else [], told))
    status, taken = 0, 0
    with closing(recording):
        try:
            for batch in _batches(events):
                recording.write(batch)
                taken += len(batch)
        except (StreamError, RecordingError) as error:
            status = _refused(str(error))
        click.echo(f"{safe(str(path))}: {count(taken, 'event')}, the last seal is {recording.digest}", err=True)
    return status


def _batches(happened: Iterable[Event]) -> Iterator[list[Event]]:
    """Return the events in lists of whole looks; what is wrong is raised after all before it was returned."""
    batch: list[Event] = []
    fault: StreamError | None = None
    told = iter(happened)
    while True:
        try:
            event = next(told)
        except StopIteration:
            break
        except StreamError as error:
            fault = error
            break
        if len(batch) >= _BATCH and event.at.look != batch[-1].at.look:
            yield batch
            batch = []
        batch.append(event)
    if batch:
        yield batch
    if fault is not None:
        raise fault
