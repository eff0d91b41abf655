"""How regular a series of intervals is: robust statistics, which a few missed or late beats do not disturb.

The measure is the timestamp score of RITA version 5 (Active Countermeasures, https://github.com/activecm/rita): the
intervals of a beacon lie evenly about their median (Bowley's quartile skewness), and near to it (median absolute
deviation, MAD).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

BARS = "▁▂▃▄▅▆▇█"
"""Eight heights, from nothing to full."""

_BINS = 8
"""Bars of a histogram: what an eye takes in at once, in the width of a word."""

_LEAST = 3
"""Intervals that have quartiles."""

_TRIFLE = 0.1
"""Share of the median: how skew the intervals are, tells nothing while their middle half lies as near together as that.
RITA says 10 seconds, which would judge a beacon every 30 seconds otherwise than one every hour."""


class Rhythm(NamedTuple):
    """What there is to say of `intervals` that are not 0, the shortest first. All times are seconds.

    `spread` is the median absolute deviation about `median`, `skewness` is Bowley's, between -1 and 1.
    """

    intervals: tuple[float, ...]
    median: float
    spread: float
    skewness: float

    @property
    def number(self) -> int:
        """How many intervals there are."""
        return len(self.intervals)

    @property
    def steadiness(self) -> float:
        """How near to the median the intervals are: 1 when half of them are equal to it, 0 when as far off as 0 is."""
        return max(1.0 - self.spread / self.median, 0.0)

    @property
    def score(self) -> float:
        """From 0 to 1: the mean of the steadiness and of how symmetric the intervals are, as RITA has it."""
        return (1.0 - abs(self.skewness) + self.steadiness) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """The shortest interval and the longest, or three times the median where that is less: what is drawn."""
        return self.intervals[0], min(self.intervals[-1], 3 * self.median)

    @property
    def histogram(self) -> tuple[int, ...]:
        """How many intervals there are in each equal part of the way between the bounds; longer ones in the last."""
        low, high = self.bounds
        counts = [0] * _BINS
        for each in self.intervals:
            share = (min(each, high) - low) / (high - low) if high > low else 0.5
            counts[min(int(share * _BINS), _BINS - 1)] += 1
        return tuple(counts)


def rhythm(intervals: Iterable[float]) -> Rhythm | None:
    """Return how regular intervals are, in whatever order they come; `None` when fewer than 3 of them are over 0."""
    ordered = tuple(sorted(each for each in intervals if each > 0))
    if len(ordered) < _LEAST:
        return None
    middle = _median(ordered)
    spread = _median(sorted([abs(each - middle) for each in ordered]))
    return Rhythm(ordered, middle, spread, _skewness(ordered, middle))


def sparkline(counts: Sequence[int], bars: str = BARS) -> str:
    """Return a histogram as text, one bar each; what is there at all is never drawn as nothing."""
    most = max(counts, default=0) or 1
    return "".join(bars[-(-count * (len(bars) - 1) // most)] for count in counts)


def _skewness(ordered: Sequence[float], middle: float) -> float:
    """Return Bowley's skewness; the quartiles are the medians of the halves, without the median itself."""
    half = len(ordered) // 2
    low, high = _median(ordered[:half]), _median(ordered[-half:])
    if middle in (low, high) or high - low < _TRIFLE * middle:
        return 0.0
    return (low + high - 2 * middle) / (high - low)


def _median(ordered: Sequence[float]) -> float:
    """Return the median of what is in order already: `statistics.median` would sort it again."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
