"""Every TCP connection as it happens, however short, from the kernel's trace (Linux, root)."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.sources.lives import LIMIT, Lives
from tcpview_tui.sources.trace_line import parse
from tcpview_tui.sources.trace_thread import TraceThread
from tcpview_tui.sources.witness import BUDGET, Witness

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Endpoint
    from tcpview_tui.sources.lives import Life


class Happened(NamedTuple):
    """What ended since the last drain. All counts are of that time, too.

    `lost` changes the kernel had no room for; `dropped` lives were thrown away here, oldest first; `unnamed`
    times a process is known by pid and name only, because too many came in a second to ask them for more.
    """

    lives: list[Life]
    lost: int
    dropped: int
    unnamed: int = 0


class Events:
    """Follows TCP sockets from `start` to `stop`, once. What is not drained is bounded.

    When too much happens, first the facts of processes are left out beyond pid and name, then the oldest lives.
    """

    def __init__(self, clock: Clock, limit: int = LIMIT, budget: int = BUDGET) -> None:
        self._clock = clock
        self._witness = Witness(clock, budget)
        self._unnamed = 0
        self._lives = Lives(limit)
        self._lost = 0
        self._lock = threading.Lock()
        self._thread = TraceThread(self._take)

    def start(self) -> None:
        """Begin to follow. Raises OSError with the reason: the kernel does not let us, or `stop` came before."""
        self._thread.start()

    def drain(self) -> Happened:
        """Return what ended since the last call, its times in seconds UTC.

        Raises OSError when the trace broke off, and where `start` was not called or `stop` was. Never waits long.
        """
        self._thread.check()
        skipped = self._witness.skipped
        with self._lock:
            happened = Happened(self._lives.fetch(), self._lost, self._lives.dropped, skipped - self._unnamed)
            self._lost = self._lives.dropped = 0
        self._unnamed = skipped
        offset = self._offset()
        for life in happened.lives:
            _to_wall(life, offset)
        return happened

    def opened(self, local: Endpoint, remote: Endpoint) -> Life | None:
        """Return the socket that is open between two ends as it is now, its times in seconds UTC; `None` if unseen."""
        with self._lock:
            found = self._lives.opened(local, remote)
            if found is None:
                return None
            life = replace(found)
        _to_wall(life, self._offset())
        return life

    def stop(self) -> None:
        """Follow no more, for good. Any thread may call it, also while `start` is under way, and more than once."""
        self._thread.stop()

    def _offset(self) -> float:
        return self._clock.wall() - self._clock.monotonic()

    def _take(self, text: bytes) -> bytes:
        """Follow what a text tells, in the thread of the trace; return the begun record at its end."""
        transitions, lost, rest = parse(text)
        if lost:
            with self._lock:
                self._lost += lost
                self._lives.gap()
        for transition in transitions:
            # Outside of the lock: the name of a user can come from a directory server that does not answer.
            caller = self._witness.of(transition) if self._lives.asks(transition) else None
            with self._lock:
                self._lives.take(transition, caller)
        return rest


def _to_wall(life: Life, offset: float) -> None:
    for name in ("opened_at", "closed_at"):
        at = getattr(life, name)
        if at is not None:
            setattr(life, name, at + offset)
