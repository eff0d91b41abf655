"""A recording in many files: each begins with what is there, and carries the chain of seals on from the one before."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tcpview_tui.record.event import Moment
from tcpview_tui.record.host import free_name
from tcpview_tui.record.recording import KEPT, RecordingError
from tcpview_tui.record.series import Part, remove
from tcpview_tui.record.sink import File
from tcpview_tui.record.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.recording import Recording
    from tcpview_tui.record.rotation import Rotation
    from tcpview_tui.record.series import Series

    Begin = Callable[[Path, Iterable[tuple[str, str]]], Recording]
    """Makes a recording with these facts beside those of every recording. Raises RecordingError."""

AGAIN = 60.0
"""Seconds until a new file is tried again when none could be begun."""

_GROWTH = 2.0
"""A file is not full before it is so many times as large as it began: else a size below that of all that is open would
begin a new file with every look."""

_BATCH = KEPT // 2
"""Events that begin a file are committed by so many: at once it takes no more than it keeps."""


class Relay:
    """Writes into one file until it is full, then into the next. No event is in two files, none between them."""

    fate = File.fate

    def __init__(
        self,
        series: Series,
        rotation: Rotation,
        begin: Begin,
        clock: Clock,
        tell: Callable[[str], None],
        keep: int | None = None,
    ) -> None:
        """Begin the first file. `tell` gets sentences for people, `keep` is how many files stay.

        Raises RecordingError.
        """
        self._series, self._rotation, self._keep = series, rotation, keep
        self._begin, self._clock, self._tell = begin, clock, tell
        self._standing = Standing()
        self._look = 0
        self._stuck = False
        self._losses: list[str] = []
        before = next(reversed(series.parts()), None)
        self._number = before.number + 1 if before else 1
        self._take_over(self._made(self._number, before))

    def write(self, events: Sequence[Event]) -> None:
        """Write them, then begin a new file if this one is full; never while anything waits to be written."""
        if events:
            self._look = events[-1].at.look
        self._file.write(self._standing.take(events))
        if self._is_full():
            self._turn()

    def losses(self) -> Iterator[str]:
        """Return what was not written, of all files."""
        yield from self._losses
        yield from self._file.losses()

    def farewell(self) -> str:
        """Return what to write down of the last file."""
        return self._file.farewell()

    def close(self) -> None:
        """Close the file, and let another recorder have the folder."""
        self._file.close()
        self._series.close()

    def _is_full(self) -> bool:
        if self._clock.monotonic() < self._not_before:
            return False
        passed = self._clock.monotonic() - self._began
        return passed >= self._rotation.seconds or self._recording.size >= self._enough

    def _turn(self) -> None:
        """Begin the next file with all that is there; when that cannot be done, go on in this one, and say so."""
        old = Part(self._number, self._recording.path, self._recording.digest)
        try:
            recording = self._made(self._number + 1, old)
        except RecordingError as error:
            self._not_before = self._clock.monotonic() + AGAIN
            if not self._stuck:
                self._tell(f"No new file: {error}. It goes on in {old.path}; a new one is tried again each minute.")
            self._stuck = True
            return
        self._number += 1
        self._losses += self._file.losses()
        self._file.close()
        self._tell(f"{self._file.farewell()}; it goes on in {recording.path.name}.")
        self._take_over(recording)

    def _made(self, number: int, before: Part | None) -> Recording:
        """Return a new file that holds what is there. Raises RecordingError, and then leaves none."""
        path = free_name(self._series.folder, self._clock)
        recording = self._begin(path, self._series.facts(number, before))
        now = Moment(self._clock.wall(), self._clock.monotonic(), self._look)
        events = list(self._standing.again(now))
        try:
            for start in range(0, len(events), _BATCH):
                recording.write(events[start : start + _BATCH])
        except RecordingError:
            recording.close()
            with suppress(OSError):
                remove(path)
            raise
        return recording

    def _take_over(self, recording: Recording) -> None:
        self._recording, self._file = recording, File(recording)
        self.name = self._file.name
        self._stuck, self._not_before = False, 0.0
        self._began = self._clock.monotonic()
        self._enough = max(self._rotation.size, _GROWTH * recording.size)
        if self._keep is not None:
            for sentence in self._series.prune(self._keep, recording.path):
                self._tell(sentence)
