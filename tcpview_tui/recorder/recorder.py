"""``tcpview-tui record``: look again and again, and write down what differs, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tcpview_tui.clock import SystemClock
from tcpview_tui.exits import FAILED
from tcpview_tui.judging.bench import UNSETTLED, Bench
from tcpview_tui.model import limits
from tcpview_tui.model.diff import diff
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.record.host import facts
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.recording import RecordingError
from tcpview_tui.record.sifting import Sifter
from tcpview_tui.recorder.judging import Judging
from tcpview_tui.recorder.naming import Naming
from tcpview_tui.sources.base import Sampler
from tcpview_tui.text import safe
from tcpview_tui.usage import chosen

if TYPE_CHECKING:
    from types import FrameType

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.query import Query
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.sink import Sink
    from tcpview_tui.recorder.task import Task

_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")


class Recorder:
    """Looks at an interval and writes what happened. What cannot be written waits, and is said at once."""

    def __init__(
        self,
        sampler: Sampler,
        clock: Clock,
        sink: Sink,
        interval: float,
        query: Query | None = None,
        naming: Naming | None = None,
        judging: Judging | None = None,
    ) -> None:
        """Only what matches `query` is written, names only with `naming`, and what was found only with `judging`."""
        self._sampler = sampler
        self._clock = clock
        self._sink = sink
        self._interval = interval
        self._journal = Journal(interval)
        known = naming.known if naming else None
        self._sifter = Sifter(query, known, sampler.service_name) if query and query.text else None
        self._naming, self._judging = naming, judging
        self._names_decide = bool(query and query.named)
        self._last = Snapshot(0, clock.wall(), {})
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

    def look(self, *, is_last: bool = False) -> None:
        """Look once and write what happened since the look before. When nobody reads any more, this is the end.

        The last look of a file tells all counters, also those that are not due.
        """
        snapshot = self._sampler.sample()
        if self._naming and self._naming.problem:
            snapshot = replace(snapshot, problems=(*snapshot.problems, limits.names(self._naming.problem)))
        if self._judging:
            snapshot = replace(snapshot, problems=(*snapshot.problems, *self._judging.problems))
        difference = diff(self._last.connections, snapshot.connections)
        self._last = snapshot
        now = self._clock.monotonic()
        events = self._journal.take(snapshot, difference, now, self._clock.slept())
        if is_last:
            events += self._journal.counted(snapshot.sequence, self._clock)
        if self._judging:
            events += self._judged(self._judging)
            self._judging.take(snapshot, difference)
        self._write([*self._sifted(snapshot, events, now), *self._named()])

    def _sifted(self, snapshot: Snapshot, events: list[Event], now: float) -> list[Event]:
        """Return what to write of `events`, and have the names looked up that belong to it."""
        told = self._sifter.sift(snapshot, events, now) if self._sifter else events
        if self._naming:
            self._naming.want(events if self._names_decide else told)
        return told

    def _judged(self, judging: Judging) -> list[Event]:
        """Return what was found since the last call."""
        return self._journal.judged(judging.register, self._last.sequence, self._clock)

    def _named(self) -> list[Event]:
        """Return the names that have come since the last call."""
        return self._journal.named(self._naming.news(), self._last.sequence, self._clock) if self._naming else []

    def _write(self, events: Sequence[Event]) -> None:
        try:
            self._sink.write(events)
        except RecordingError as error:
            self._say(str(error))
        except BrokenPipeError:
            self._is_alone = True
        else:
            self._say(None)

    def _end(self) -> int:
        if not self._is_alone:
            self.look(is_last=True)  # what happened since the one before
        if self._judging and not self._is_alone:
            self._settle(self._judging)
        if self._naming and not self._is_alone:
            self._naming.wait()
            self._write(self._named())
        if self._trouble and not self._is_alone:
            self._write(())  # once more: what has been removed is made again the next time
        losses = list(self._sink.losses())
        for sentence in losses:
            click.echo(safe(sentence), err=True)
        return FAILED if losses else 0

    def _settle(self, judging: Judging) -> None:
        """Write what is found of the last looks: no look comes after them with which it would be told."""
        if not judging.settle():
            click.echo(UNSETTLED, err=True)
        snapshot = replace(self._last, taken_at=self._clock.wall())
        self._write(self._sifted(snapshot, self._judged(judging), self._clock.monotonic()))

    def _say(self, trouble: str | None) -> None:
        """Say it when it begins, when it becomes another, and when it is over."""
        if trouble and trouble != self._trouble:
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
    """Record until told to stop; return the exit status. Raises `WrongUsageError` for a task that cannot be done."""
    task.check()
    clock = SystemClock()
    bench = _bench(settings, clock) if task.findings else None  # what is refused has made no file, and deleted none
    with closing(Sampler(chosen(settings, clock), clock)) as sampler, ExitStack() as stack:
        told = task.options | {"interval": settings.interval}
        try:
            sink = task.sink(clock, lambda: facts(clock, sampler.source.name, told))
        except RecordingError as error:
            click.echo(f"{safe(str(error))}.", err=True)
            return FAILED
        stack.callback(_bid, sink)  # when it is closed: what to write down is over every byte
        stack.enter_context(closing(sink))
        click.echo(f"Recording to {safe(sink.name)}; Ctrl+C ends it.", err=True)
        naming = stack.enter_context(closing(Naming(settings, clock))) if task.names else None
        judging = stack.enter_context(closing(Judging(bench, clock))) if bench else None
        looker = Recorder(sampler, clock, sink, settings.interval, task.query, naming, judging)
        return looker.run(stack.enter_context(stopping()), task.duration)


def _bench(settings: Settings, clock: Clock) -> Bench:
    from tcpview_tui.seating import seated

    return seated(settings, clock, Bench)


def _bid(sink: Sink) -> None:
    if farewell := sink.farewell():
        click.echo(safe(farewell), err=True)
