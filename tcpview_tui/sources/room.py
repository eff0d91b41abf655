"""How many files this program may have open: each network namespace takes two, and all else needs some, too."""

from __future__ import annotations

import os
import resource
from contextlib import suppress

RESERVE = 64
"""Descriptors kept for the rest of the program: the files of /proc at each look, the trace, recordings, look-ups."""


def widen() -> None:
    """Raise the soft limit to the hard one, which needs no right (getrlimit(2)): 1,024 is what select(2) can count."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def left() -> int:
    """Return how many more files may be opened, the reserve left out; 0 when that is touched."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        used = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers only
    except OSError:
        return 0
    return max(0, soft - used - RESERVE)
