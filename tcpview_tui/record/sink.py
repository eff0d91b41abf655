"""Where a recorder writes to: a sealed file, or lines to whoever reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

from tcpview_tui.record.digests import Digest, unread
from tcpview_tui.record.recording import KEPT, RecordingError
from tcpview_tui.record.stream import Stream
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.recording import Recording


MOST = 50_000_000
"""Bytes of lines that wait in memory, as much as of a file; what comes then is not taken."""


class Sink(Protocol):
    """Takes events in their order."""

    name: str
    fate: str
    """What becomes of what cannot be written: a sentence."""

    def write(self, events: Sequence[Event]) -> None:
        """Write them. Raises RecordingError when that cannot be done now, BrokenPipeError when nobody reads."""
        ...

    def losses(self) -> Iterator[str]:
        """Return, in the end, a sentence for each thing that was not written."""
        ...

    def farewell(self) -> str | None:
        """Return what to write down, when it was closed."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class File:
    """A recording. What cannot be written waits for the next time."""

    fate = f"It waits in memory, up to {count(KEPT, 'row')}, and is tried again at each look."

    def __init__(self, recording: Recording) -> None:
        self.name = str(recording.path)
        self._recording = recording

    def write(self, events: Iterable[Event]) -> None:
        """Write them, sealed, with all that waits."""
        self._recording.write(events)

    def losses(self) -> Iterator[str]:
        """Return what waits still, and what was not even kept."""
        if self._recording.is_gone:
            yield f"{self.name} is not there any more, with all that was written to it."
        if self._recording.waiting:
            yield f"{count(self._recording.waiting, 'row was', 'rows were')} never written."
        if self._recording.left_out:
            yield f"{count(self._recording.left_out, 'event')} left out, because too much waited to be written."

    def farewell(self) -> str:
        """Return the digest of the whole file; or that of the last seal, and why there is no other."""
        if self._recording.closing is not None:
            return f"{self.name}: the closing digest is {self._recording.closing}"
        seal = f"{self.name}: the last seal is {self._recording.digest}"
        why = self._recording.unclosed
        return f"{seal}; it was not closed in good order: {why}" if why else seal

    def close(self) -> None:
        """Close the file."""
        self._recording.close()


class Lines:
    """A stream, a line an event. What cannot be written waits, up to a bound, as whole lines."""

    name = "the standard output"
    fate = f"It waits in memory, up to {MOST // 1_000_000} MB, and is tried again at each look."

    def __init__(self, out: TextIO, form: str, facts: Mapping[str, str], digest_of: Digest = unread) -> None:
        """`facts` are those of the recording, `form` is the id of one of `record.lines.FORMS`.

        `digest_of` tells the SHA-256 of a program.
        """
        self._waiting: Callable[[], int] = lambda: getattr(out, "waiting", 0)
        self._stream = Stream(out, form, facts, digest_of)
        self._lost = 0

    def write(self, events: Sequence[Event]) -> None:
        """Write a line for each."""
        told = tuple(events) if self._waiting() <= MOST else ()
        self._lost += len(events) - len(told)
        try:
            self._stream.write(told)
        except BrokenPipeError:
            self._waiting = lambda: 0  # who reads has what he wanted
            raise
        except OSError as error:
            raise RecordingError(f"{self.name} cannot be written: {error.strerror or error}") from error

    def losses(self) -> Iterator[str]:
        """Return what could not be written."""
        if self._waiting():
            yield f"{count(self._waiting(), 'byte was', 'bytes were')} never written."
        if self._lost:
            yield f"{count(self._lost, 'event')} left out, because too much waited to be written."

    def farewell(self) -> None:
        """Say nothing: who reads has it all."""

    def close(self) -> None:
        """Do nothing: the stream is its opener's."""
