"""A recording beside the live table. It is written by a thread of its own: a slow disk never holds up a key."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tcpview_tui.model.diff import Difference, diff
from tcpview_tui.record.event import Acted, Event, Moment
from tcpview_tui.record.host import facts, file_name
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.programs import Programs
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.sink import File
from tcpview_tui.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.judging.bench import Bench
    from tcpview_tui.model.snapshot import Snapshot

_PATIENCE = 2.0
"""Seconds to wait for the last commit when a recording is ended; what is later is lost with the program."""

_LATE = f"What happened last could not be written within {duration(_PATIENCE)}."


class Taping:
    """Records from `start` to `stop`, as often as asked. Called by the screen's thread."""

    def __init__(self, clock: Clock, bench: Bench) -> None:
        """What is found at the `bench` is recorded, too."""
        self.path: Path | None = None
        """The file that is being written; `None` when none is."""
        self.began = 0.0
        self.problem: str | None = None
        """Why nothing can be written at the moment."""
        self.losses: tuple[str, ...] = ()
        """What is missing in the recording that `stop` has ended, in sentences."""
        self._clock, self._bench = clock, bench
        self._events: SimpleQueue[list[Event] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._file: File | None = None
        self._journal: Journal
        self._look = 0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._clock.monotonic() - self.began

    def start(self, source: str, interval: float, snapshot: Snapshot | None, folder: Path = Path()) -> Path:
        """Begin a file in `folder`, named after host and time, with what is there now. Raises RecordingError."""
        path = folder / file_name(self._clock)
        told = facts(self._clock, source, {"interval": interval, "findings": self._bench.is_on})
        self._file = File(Recording(path, told, self._clock, Programs().digest_of))
        self.path, self.began, self.problem = path, self._clock.monotonic(), None
        self._journal, self._events, self._look = Journal(interval), SimpleQueue(), 0
        self._thread = threading.Thread(target=self._write, args=(self._file, self._events), name="taping", daemon=True)
        self._thread.start()
        if snapshot is not None:
            self.take(snapshot, diff({}, snapshot.connections))
        return path

    def take(self, snapshot: Snapshot, difference: Difference) -> None:
        """Record a look, if a recording is under way."""
        if self.path is not None:
            self._look = snapshot.sequence
            seen = replace(snapshot, problems=(*snapshot.problems, *self._bench.problems()))
            events = self._journal.take(seen, difference, self._clock.monotonic(), self._clock.slept())
            self._events.put([*events, *self._judged()])

    def named(self, names: Mapping[str, str], snapshot: Snapshot | None) -> None:
        """Record names that have become known."""
        if self.path is not None and snapshot is not None:
            copy = dict(names)  # a live view, which other threads add to
            self._events.put(self._journal.named(copy, snapshot.sequence, self._clock))

    def judged(self, snapshot: Snapshot | None) -> None:
        """Record what was found, or is no longer, since the last time."""
        if self.path is not None and snapshot is not None:
            self._events.put(self._judged())

    def _judged(self) -> list[Event]:
        return self._journal.judged(self._bench.register, self._look, self._clock)

    def pace(self, interval: float) -> None:
        """Say how many seconds apart looks are meant to be from now on."""
        if self.path is not None:
            self._journal.interval = interval

    def acted(self, sentence: str, snapshot: Snapshot | None) -> None:
        """Record what was done to the machine."""
        if self.path is not None and snapshot is not None:
            at = Moment(self._clock.wall(), self._clock.monotonic(), snapshot.sequence)
            self._events.put([Acted(at, sentence)])

    def stop(self) -> Iterable[str]:
        """End the recording; return what is to be told, its `losses` first. Does nothing when there is none."""
        thread, file, self.losses = self._thread, self._file, ()
        if thread is None or file is None:
            return ()
        if self._look:  # what was found after the last look, and what is counted but was not due
            self._events.put([*self._journal.counted(self._look, self._clock), *self._judged()])
        self._events.put(None)
        thread.join(_PATIENCE)
        late = (_LATE,) if thread.is_alive() else ()
        self._thread, self.path, self.losses = None, None, (*late, *file.losses())
        return (*self.losses, file.farewell())

    def _write(self, file: File, events: SimpleQueue[list[Event] | None]) -> None:
        while (told := events.get()) is not None:
            try:
                file.write(told)
            except RecordingError as error:
                self.problem = str(error)
            else:
                self.problem = None
        if self.problem:  # once more: what has been removed is made again with the next writing
            with suppress(RecordingError):
                file.write(())
        file.close()
