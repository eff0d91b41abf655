"""How a server that fails is treated: left alone for a while, then tried with one query at a time."""

from __future__ import annotations

LIMIT = 3
"""Failures in a row after which the server counts as broken, and not the one zone that was asked about."""

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 15.0, 300.0
"""The first pause; each further one is twice as long, up to the longest."""


class Patience:
    """Counts failures in a row. Times are monotonic seconds, passed in; the caller holds whatever lock there is."""

    def __init__(self) -> None:
        self._failures = 0
        self._paused_until = 0.0

    def places(self, now: float, usual: int) -> int:
        """Return how many queries may be under way: `usual`, none during a pause, one until a query succeeds."""
        if now < self._paused_until:
            return 0
        return usual if self._failures < LIMIT else 1

    def fail(self, now: float, hopeless: bool = False) -> bool:
        """Count a failure, a `hopeless` one as many; return True when it begins a pause."""
        if now < self._paused_until:  # one of the queries that were under way when the pause began
            return False
        self._failures = max(self._failures + 1, LIMIT if hopeless else 0)
        if self._failures < LIMIT:
            return False
        pause = PAUSE_SECONDS * 2.0 ** min(self._failures - LIMIT, 10)
        self._paused_until = now + min(pause, LONGEST_PAUSE_SECONDS)
        return True

    def recover(self) -> None:
        """Forget all failures: a query succeeded."""
        self._failures, self._paused_until = 0, 0.0
