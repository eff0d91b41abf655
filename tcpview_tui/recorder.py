"""``tcpview-tui record``: look again and again, and write down what differs, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tcpview_tui.clock import SystemClock
from tcpview_tui.exits import FAILED
from tcpview_tui.model.diff import diff
from tcpview_tui.output import lines_out
from tcpview_tui.record.host import facts, file_name, host_name
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.programs import Programs
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.sink import File, Lines, Sink
from tcpview_tui.sources.base import Sampler
from tcpview_tui.text import safe
from tcpview_tui.usage import chosen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.connection import Connection, Key

_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")


@dataclass(frozen=True, slots=True)
class Task:
    """What to record to: a file, by default one named after host and time, or ``-``, lines to the standard output.

    `form` is that of the lines; `duration` is seconds, `key` makes the seal an HMAC.
    """

    output: Path | None = None
    form: str = "jsonl"
    duration: float | None = None
    key: bytes | None = None

    @property
    def options(self) -> dict[str, object]:
        """What the recording says of how it was made."""
        return {"duration": self.duration, "keyed": self.key is not None}


class Recorder:
    """Looks at an interval and writes what happened. What cannot be written waits, and is said at once."""

    def __init__(self, sampler: Sampler, clock: Clock, sink: Sink, interval: float) -> None:
        self._sampler = sampler
        self._clock = clock
        self._sink = sink
        self._interval = interval
        self._journal = Journal(interval)
        self._before: Mapping[Key, Connection] = {}
        self._trouble: str | None = None
        self._is_alone = False

    def run(self, stop: threading.Event, duration: float | None) -> int:
        """Record until `stop` is set, or for so many seconds; return the exit status: 0 when all of it is written."""
        began = self._clock.monotonic()
        while not self._is_alone:
            started = self._clock.monotonic()
            self.look()
            left = None if duration is None else began + duration - self._clock.monotonic()
            rest = max(started + self._interval - self._clock.monotonic(), 0.0)
            if stop.wait(rest if left is None else max(min(rest, left), 0.0)) or (left is not None and left <= rest):
                break
        return self._end()

    def look(self) -> None:
        """Look once and write what happened since the look before. When nobody reads any more, this is the end."""
        snapshot = self._sampler.sample()
        difference = diff(self._before, snapshot.connections)
        self._before = snapshot.connections
        try:
            self._sink.write(self._journal.take(snapshot, difference, self._clock.monotonic()))
        except RecordingError as error:
            self._say(str(error))
        except BrokenPipeError:
            self._is_alone = True
        else:
            self._say(None)

    def _end(self) -> int:
        if not self._is_alone:
            self.look()  # what happened since the last one
        losses = list(self._sink.losses())
        for sentence in (*losses, self._sink.farewell()):
            if sentence:
                click.echo(safe(sentence), err=True)
        return FAILED if losses else 0

    def _say(self, trouble: str | None) -> None:
        """Say it when it begins, and when it is over."""
        if trouble and not self._trouble:
            click.echo(f"Not written: {safe(trouble)}. {self._sink.fate}", err=True)
        elif self._trouble and not trouble:
            click.echo("Written again.", err=True)
        self._trouble = trouble


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Return what is set when somebody asks this program to end (SIGINT, SIGTERM, SIGHUP)."""
    stop = threading.Event()

    def heed(_: int, __: FrameType | None) -> None:
        stop.set()

    numbers = [getattr(signal, name) for name in _STOPS if hasattr(signal, name)]
    before = [(number, signal.signal(number, heed)) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def record(settings: Settings, task: Task) -> int:
    """Record until told to stop; return the exit status."""
    clock = SystemClock()
    with closing(Sampler(chosen(settings, clock), clock)) as sampler:
        try:
            sink = _sink(task, clock, facts(clock, sampler.source.name, task.options | {"interval": settings.interval}))
        except RecordingError as error:
            click.echo(f"{safe(str(error))}.", err=True)
            return FAILED
        click.echo(f"Recording to {safe(sink.name)}; Ctrl+C ends it.", err=True)
        with closing(sink), stopping() as stop:
            return Recorder(sampler, clock, sink, settings.interval).run(stop, task.duration)


def _sink(task: Task, clock: Clock, told: Iterable[tuple[str, str]]) -> Sink:
    if task.output is not None and str(task.output) == "-":
        return Lines(lines_out(), task.form, host_name())
    path = task.output or Path(file_name(clock))
    return File(Recording(path, told, clock, Programs().digest_of, task.key))
