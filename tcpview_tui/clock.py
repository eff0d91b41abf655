"""The one place time comes from, so that a test can hold the clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: `wall` says when, `monotonic` says how long."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; an administrator or NTP can set it back."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC (CLOCK_REALTIME)."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()
