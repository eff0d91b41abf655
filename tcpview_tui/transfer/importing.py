"""``tcpview-tui import``: lines that `record -o -` or `export` has written become a recording."""

from __future__ import annotations

import os
import stat
from contextlib import closing, suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TextIO

import click

from tcpview_tui.exits import FAILED, INTERRUPTED
from tcpview_tui.record.facts import lasting
from tcpview_tui.record.host import host_name
from tcpview_tui.record.parsing import Imported, StreamError, imported
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.sink import File
from tcpview_tui.text import count, safe
from tcpview_tui.transfer.progress import Progress, onlooker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.process import Process

_BATCH = 10_000
"""Events between two commits: enough to be quick, few enough for the memory."""

_MOST = 50_000
"""Events of one look beyond which it is two commits: a recording does not take all at once that anybody makes up."""

_PATIENCE = 1.0
"""Seconds between two commits of a stream that is still written, as between two looks."""


_LONGEST = 64 << 20
"""Characters of a line: what is longer, as of /dev/zero, is cut, and then no event."""


class Source(NamedTuple):
    """Lines, what they are called, and how many of their bytes were read so far, if anybody knows (0 to 1)."""

    lines: Iterable[str]
    name: str
    share: Callable[[], float | None] = lambda: None

    @classmethod
    def of(cls, stream: TextIO) -> Source:
        """Return the lines of an open file."""
        return cls(iter(partial(stream.readline, _LONGEST), ""), stream.name, _share(stream))


def take_in(source: Source, path: Path, clock: Clock, key: bytes | None) -> int:
    """Write the events of a stream of JSON Lines to a new recording; return the exit status.

    What stands before a line that is no event is kept, and that line is named; also what was read before Ctrl+C.
    """
    digests: dict[Process, str] = {}
    try:
        facts, told = imported(source.lines)
        recording = Recording(path, _origin(facts, source).items(), clock, digests.get, key)
    except (StreamError, RecordingError) as error:
        return _refused(str(error))
    with closing(recording):
        intake = _Intake(recording, digests, clock, source)
        status = intake.take(told)
    click.echo(f"{count(intake.events, 'event')} to {safe(str(File(recording).farewell()))}", err=True)
    return status


def _origin(facts: Mapping[str, str], source: Source) -> dict[str, str]:
    """Return what is true of the recording that is made: of whom it tells, and how it came to be in this file."""
    return {"host": "", **lasting(facts), "imported_on": host_name(), "imported_from": safe(source.name)}


class _Intake:
    """A recording that takes events in."""

    def __init__(self, recording: Recording, digests: dict[Process, str], clock: Clock, source: Source) -> None:
        """The recording asks `digests` for what the lines tell of programs."""
        self._recording, self._digests, self._clock, self._source = recording, digests, clock, source
        self.events = 0

    def take(self, told: Iterator[Imported]) -> int:
        """Take all of it, and return the exit status."""
        status = 0
        with closing(Progress(self._clock, onlooker(writes_to_stdout=False))) as progress:
            try:
                for batch in self._batches(told):
                    self._write(batch)
                    progress.tell(self.events, self._source.share())
            except KeyboardInterrupt:
                status = INTERRUPTED
            except (StreamError, RecordingError) as error:
                progress.close()
                status = _refused(str(error))
        return status

    def _write(self, batch: list[Imported]) -> None:
        self._digests.clear()
        for each in batch:
            self._digests.update(each.digests)
        self._recording.write(each.event for each in batch)
        self.events += len(batch)

    def _batches(self, told: Iterator[Imported]) -> Iterator[list[Imported]]:
        """Yield what was read in lists of whole looks; what ends it early is raised after all before was yielded."""
        batch: list[Imported] = []
        fault: BaseException | None = None
        begun = self._clock.monotonic()
        try:
            for each in told:
                if batch and self._is_due(batch, each, begun):
                    yield batch
                    batch, begun = [], self._clock.monotonic()
                batch.append(each)
        except (StreamError, KeyboardInterrupt) as error:
            fault = error
        if batch:
            yield batch
        if fault is not None:
            raise fault

    def _is_due(self, batch: list[Imported], following: Imported, begun: float) -> bool:
        if following.event.at.look == batch[-1].event.at.look:
            return len(batch) >= _MOST
        return len(batch) >= _BATCH or self._clock.monotonic() - begun >= _PATIENCE


def _share(stream: TextIO) -> Callable[[], float | None]:
    """Return what tells how much of a file was read; of a pipe nobody knows."""
    with suppress(OSError):
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size:
            return lambda: stream.buffer.tell() / status.st_size
    return lambda: None


def _refused(reason: str) -> int:
    click.echo(f"{safe(reason).rstrip('.')}.", err=True)
    return FAILED
