"""When a recorder begins a new file: ``100MB``, ``1GiB``, ``30m``, ``1h``, ``1d``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

_SIZES = {
    f"{prefix}{infix}b": base**power
    for infix, base in (("", 1000), ("i", 1024))
    for power, prefix in enumerate("kmgt", 1)
}
"""Bytes: ``MB`` and so on by powers of 1000, ``MiB`` of 1024 (IEC 80000-13)."""

_TIMES = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

LEAST_SIZE, LEAST_TIME = 1_000_000, 60
"""Bytes and seconds: a file begins with all that is there, and less would be little else."""

_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})", re.ASCII)


class Rotation(NamedTuple):
    """A file is full when it comes to so many bytes, or so many seconds are over; whichever is first."""

    size: float = math.inf
    seconds: float = math.inf

    @classmethod
    def of(cls, texts: Iterable[str]) -> Rotation:
        """Return what `texts` mean together. Raises ValueError with a sentence for one that means nothing."""
        limits = [_limit(text) for text in texts]
        return cls(min((each.size for each in limits), default=math.inf), min(each.seconds for each in limits))


def _limit(text: str) -> Rotation:
    match = _FORM.fullmatch(text.strip())
    number, unit = (float(match[1]), match[2]) if match else (0.0, "")
    if unit.lower() in _SIZES and number * _SIZES[unit.lower()] >= LEAST_SIZE:
        return Rotation(size=number * _SIZES[unit.lower()])
    if unit in _TIMES and number * _TIMES[unit] >= LEAST_TIME:
        return Rotation(seconds=number * _TIMES[unit])
    raise ValueError("expected at least 1MB, as in 100MB or 1GiB, or at least 1m, as in 30m, 1h or 1d")
