"""The one place time comes from, so that a test can hold the clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: `wall` says when, `monotonic` says how long, but for the time that the machine `slept`."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; an administrator or NTP can set it back."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never goes back. It may stand still while the machine sleeps."""
        ...

    def slept(self) -> float:
        """Seconds for which `monotonic` stood still because the machine slept; 0.0 where the system does not tell."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC (CLOCK_REALTIME)."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    def slept(self) -> float:
        """Seconds by which CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC (Linux; clock_gettime(2))."""
        if not hasattr(time, "CLOCK_BOOTTIME"):
            return 0.0
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
