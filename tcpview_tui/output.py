"""Data on the standard output: written whole, or a sentence says why not."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import TextIO

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.text import safe


def put(text: str) -> int:
    """Write `text`, and return the exit status: 0 also when the reader has gone, who had then read what it wanted.

    A terminal gets its own encoding, everything else UTF-8; what cannot be spelled in it is escaped.
    """
    stream = sys.stdout
    if stream is None:
        return _lost("it is closed")
    encoding = stream.encoding if stream.isatty() else "utf-8"

    def write() -> None:
        left = memoryview(text.encode(encoding, "backslashreplace"))
        while left:  # with PYTHONUNBUFFERED there is no buffer, and a disk that fills up takes a part
            left = left[stream.buffer.write(left) :]
        stream.buffer.flush()

    return guarded(write)


def guarded(write: Callable[[], None]) -> int:
    """Have `write` write to the standard output, and return the exit status as `put` does."""
    try:
        write()
    except BrokenPipeError:
        _drain()
    except OSError as error:
        _drain()
        return _lost(safe(error.strerror or str(error)))
    return 0


def lines_out() -> TextIO:
    """Return the standard output for lines that keep their ends, in UTF-8; what cannot be spelled in it is escaped.

    Raises OSError when it is closed.
    """
    if sys.stdout is None:
        raise OSError(errno.EBADF, "the standard output is closed")
    number = sys.stdout.fileno()
    return open(number, "w", encoding="utf-8", errors="backslashreplace", newline="", closefd=False)


class Patient(io.StringIO):
    """The standard output for a recorder: what it does not take now waits, so that no line is torn in the middle."""

    def __init__(self) -> None:
        super().__init__(newline="")
        if sys.stdout is None:
            raise OSError(errno.EBADF, "the standard output is closed")
        self._raw = io.FileIO(sys.stdout.fileno(), "w", closefd=False)
        self._left = bytearray()

    @property
    def waiting(self) -> int:
        """Bytes that were not taken yet."""
        return len(self._left)

    def flush(self) -> None:
        """Write all that there is. Raises OSError when it is not taken now."""
        self._left += self.getvalue().encode("utf-8", "backslashreplace")
        self.seek(0)
        self.truncate()
        while self._left:
            taken = self._raw.write(self._left)
            if taken is None:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            del self._left[:taken]


def _lost(reason: str) -> int:
    click.echo(f"The standard output could not be written: {reason}. What has arrived there is not all.", err=True)
    return FAILED


def _drain() -> None:
    """Let what is still in the buffer go nowhere: Python writes it when it ends, and would complain once more."""
    if sys.stdout is None:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
