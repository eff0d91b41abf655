"""How far long work is, on the standard error stream of a person who waits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from tcpview_tui.text import count, duration

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock

PATIENCE = 1.0
"""Seconds in which work that is done says nothing."""

_INTERVAL = 0.25
"""Seconds between two lines."""


class Progress:
    """One line that is written over until the work is done: ``42 %  420,000 events  12 s left``."""

    def __init__(self, clock: Clock, out: TextIO | None) -> None:
        """`out` is a terminal; `None` says nothing."""
        self._clock, self._out = clock, out
        self._began = clock.monotonic()
        self._due = self._began + PATIENCE
        self._width = 0

    def tell(self, events: int, share: float | None) -> None:
        """Say how much is done: so many events, and which share of all (0 to 1), if anybody knows."""
        if self._out is None or self._clock.monotonic() < self._due:
            return
        now = self._clock.monotonic()
        self._due = now + _INTERVAL
        self._write(_line(events, share, now - self._began))

    def close(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")

    def _write(self, line: str) -> None:
        if self._out is not None:
            self._out.write(f"\r{line:{self._width}}" if line else f"\r{'':{self._width}}\r")
            self._out.flush()
            self._width = len(line)


def onlooker(writes_to_stdout: bool) -> TextIO | None:
    """Return the standard error stream if it is a terminal that nothing else is written to; else nothing."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    return None if writes_to_stdout and sys.stdout is not None and sys.stdout.isatty() else sys.stderr


def _line(events: int, share: float | None, seconds: float) -> str:
    parts = [count(events, "event")]
    if share:
        parts = [f"{share:.0%}", *parts, f"{duration(seconds * (1 - share) / share)} left"]
    return "  ".join(parts)
