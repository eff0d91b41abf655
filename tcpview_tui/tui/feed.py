"""The sampling thread: one look after the other, never two at once, never one that nobody took in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tcpview_tui.model.diff import Difference, diff
from tcpview_tui.model.snapshot import Snapshot

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.sources.base import Sampler

Deliver = Callable[[Snapshot, Difference, float], None]
"""Takes a snapshot, what distinguishes it from the one before, and by how many seconds the look was late."""

REST = 0.25
"""Pause after a look, at least, as a share of the time it took: a slow machine must not be kept busy by us alone."""


class Feed:
    """Samples every `interval` seconds in a daemon thread and hands each snapshot to `deliver`.

    The difference is worked out here: at 100,000 sockets, that work on the screen's thread would hold up a key.

    The next look waits until `taken` was called for the last one: a slow screen is never behind by more than one
    snapshot, and none is left out, because a connection seen in that one alone would be lost.
    """

    def __init__(self, sampler: Sampler, clock: Clock, interval: float, deliver: Deliver) -> None:
        self._sampler = sampler
        self._clock = clock
        self._deliver = deliver
        self._interval = interval
        self._before: Mapping[Key, Connection] = {}
        self._wake = threading.Condition()
        self._begun = 0
        self._asked = False
        self._taken = True
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="sampling", daemon=True)

    @property
    def interval(self) -> float:
        """Seconds from the start of one look to the start of the next."""
        return self._interval

    def start(self) -> None:
        """Begin; the first look is at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the look under way; does not wait for it."""
        self._change(stopped=True)

    def set_interval(self, seconds: float) -> None:
        """Change the interval, also of the pause under way."""
        self._interval = seconds
        self._change()

    def sample_now(self) -> int:
        """Look again as soon as the look under way is done; return the number that snapshot will have."""
        self._change(asked=True)
        return self._begun + 1

    def taken(self) -> None:
        """Say that the last snapshot was taken in."""
        self._change(taken=True)

    def _change(self, *, asked: bool = False, taken: bool = False, stopped: bool = False) -> None:
        with self._wake:
            self._asked |= asked
            self._taken |= taken
            self._stopped |= stopped
            self._wake.notify_all()

    def _run(self) -> None:
        late = 0.0
        while not self._stopped:
            started = self._clock.monotonic()
            with self._wake:
                self._asked = self._taken = False
                self._begun += 1
            snapshot = self._sampler.sample()
            difference = diff(self._before, snapshot.connections)
            self._before = snapshot.connections
            self._deliver(snapshot, difference, late)
            late = self._pause(started)

    def _pause(self, started: float) -> float:
        """Wait until the next look is due and the last one was taken in; return by how many seconds that is late."""
        ended = self._clock.monotonic()
        rested = ended + REST * (ended - started)
        with self._wake:
            while not self._stopped:
                now = self._clock.monotonic()
                rest = max(started + self._interval, rested) - now
                if self._taken and (self._asked or rest <= 0):
                    return 0.0 if self._asked else now - started - self._interval
                self._wake.wait(max(rest, 0) if self._taken else None)
        return 0.0
