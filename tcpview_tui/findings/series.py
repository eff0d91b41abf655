"""When each program connected to each remote end: intervals, remembered within bounds."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.findings.pair import Pair
    from tcpview_tui.model.process import Process

PAIRS = 20_000
"""Pairs remembered of each kind: those met once, and those met again. The ones not met for longest go."""

INTERVALS = 256
"""Intervals remembered of a pair, of 4 bytes: with all pairs full, 20 MB."""

MOMENT = 1.0
"""Seconds within which openings are one: a program that opens six connections at once does it at one time (RITA counts
in whole seconds, too)."""

_SET_BACK = 120.0
"""Seconds that a time may lie before the last, because it was told late: TIME_WAIT, after which an owner is given up,
takes 60 (linux/include/net/tcp.h). What lies farther back comes of a clock that was set."""

_PROCESSES = 8


class Series(NamedTuple):
    """The times at which a program opened connections to a remote end, as `intervals` in seconds, the oldest first.

    `opened` counts the times since `first`; of the intervals only the last are remembered. `first` and `last` are
    seconds UTC. `grain` is how far apart two looks were whose times are taken for those of openings; 0.0 when the exact
    times are known. `processes` are the last ones, the newest last.
    """

    pair: Pair
    intervals: tuple[float, ...]
    opened: int
    first: float
    last: float
    grain: float
    processes: tuple[Process, ...]


class _Track:
    """What is remembered of one pair. `last` is `None` while no opening was seen."""

    __slots__ = ("first", "grain", "intervals", "last", "opened", "processes")

    def __init__(self) -> None:
        self.first = self.grain = 0.0
        self.last: float | None = None
        self.opened = 0
        self.intervals: array[float] | None = None
        self.processes: tuple[Process, ...] = ()

    def take(self, at: float, grain: float, process: Process | None) -> bool:
        """Take an opening in; return whether it makes an interval."""
        if process is not None:
            self._name(process)
        last = self.last
        if last is None or at < last - _SET_BACK:
            self.first, self.last, self.grain, self.opened = at, at, grain, 1
            self.intervals = None
            return False
        if at - last < MOMENT:
            return False
        if self.intervals is None:
            self.intervals = array("f")
        self.intervals.append(at - last)
        del self.intervals[:-INTERVALS]
        self.last, self.opened, self.grain = at, self.opened + 1, max(self.grain, grain)
        return True

    def _name(self, process: Process) -> None:
        if not self.processes or self.processes[-1].identity != process.identity:
            others = [each for each in self.processes if each.identity != process.identity]
            self.processes = (*others, process)[-_PROCESSES:]


class Chronicle:
    """Remembers the times of all pairs.

    Pairs met once and pairs met again are bounded apart, so that a program that connects to a thousand remotes cannot
    make a beacon be forgotten. `dropped` counts the pairs that were.
    """

    def __init__(self, limit: int = PAIRS) -> None:
        self.dropped = 0
        self._limit = limit
        self._once: dict[Pair, _Track] = {}
        self._again: dict[Pair, _Track] = {}
        self._news: dict[Pair, None] = {}

    def __len__(self) -> int:
        return len(self._once) + len(self._again)

    def __contains__(self, pair: Pair) -> bool:
        return pair in self._again or pair in self._once

    def know(self, pair: Pair) -> None:
        """Remember a pair that had connected before anybody looked: nobody knows when."""
        if pair not in self:
            self._keep(self._once, pair, _Track())

    def take(self, pair: Pair, at: float, grain: float, process: Process | None) -> None:
        """Remember that `process` opened a connection at the second `at` UTC, which is known to `grain` seconds."""
        kind = self._again if pair in self._again else self._once
        track = kind.pop(pair, None) or _Track()
        if track.take(at, grain, process):
            kind = self._again
            self._news[pair] = None
        self._keep(kind, pair, track)

    def news(self, least: int) -> Iterator[Series]:
        """Return the pairs that have got an interval since the last call, of those that have at least so many."""
        news, self._news = self._news, {}
        for pair in news:
            track = self._again.get(pair)
            if track and track.last is not None and track.intervals is not None and len(track.intervals) >= least:
                yield Series(
                    pair, tuple(track.intervals), track.opened, track.first, track.last, track.grain, track.processes
                )

    def _keep(self, kind: dict[Pair, _Track], pair: Pair, track: _Track) -> None:
        kind[pair] = track
        if len(kind) > self._limit:
            oldest = next(iter(kind))
            del kind[oldest]
            self._news.pop(oldest, None)
            self.dropped += 1
