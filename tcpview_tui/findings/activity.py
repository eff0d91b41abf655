"""What processes do over time: fed with what each look found new, asked once a minute what became of it."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.attempts import Attempts
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.reach import stays_here
from tcpview_tui.findings.series import Chronicle
from tcpview_tui.model.connection import Unowned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.findings.burst import Burst
    from tcpview_tui.findings.series import Series
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row

LEAST_INTERVALS = 8
"""Intervals below which no rhythm is judged: two for each quarter, which quartiles are of."""

_WAITING_LIMIT = 10_000
"""Connections that wait until their process is known."""

_LOOKS = 9
"""Looks whose median distance is the distance between two looks: a machine that slept, or one slow look, is none."""


class Due(NamedTuple):
    """What there is to judge: for the rules of beacons, and for those of bursts."""

    series: list[Series]
    bursts: list[Burst]


class Activity:
    """Remembers when programs opened outgoing connections. One thread feeds and asks it; it costs what has changed.

    Of connections to this machine itself, bursts are told and no series.

    Its memory is bounded: `series.PAIRS`, `series.INTERVALS` and `attempts.LIMIT`.
    """

    def __init__(self, chronicle: Chronicle | None = None, attempts: Attempts | None = None) -> None:
        self.chronicle = Chronicle() if chronicle is None else chronicle
        self.attempts = Attempts() if attempts is None else attempts
        self._waiting: dict[Key, Row] = {}
        self._gaps: deque[float] = deque(maxlen=_LOOKS)
        self._looked: float | None = None

    @property
    def dropped(self) -> int:
        """How many pairs and attempts were forgotten for want of room."""
        return self.chronicle.dropped + self.attempts.dropped

    def take(self, opened: Iterable[Row], closed: Iterable[Row], changed: Iterable[Row], now: float) -> None:
        """Take in what a look at the second `now` UTC found new. Rows that opened and closed since the look before are
        in both, `opened` and `closed`, as their closed row."""
        if self._looked is not None:
            self._gaps.append(max(now - self._looked, 0.0))
        self._looked = now
        for row in sorted(opened, key=lambda row: row.first_seen):
            self._meet(row)
        for row in (*changed, *closed):
            if self._waiting.pop(row.key, None) is not None:
                self._meet(row)
            self.attempts.follow(row)

    def due(self, now: float) -> Due:
        """Return what has had news since the last call; meant to be asked once a minute (`burst.WINDOW`)."""
        return Due([*self.chronicle.news(LEAST_INTERVALS)], [*self.attempts.bursts(now)])

    def _meet(self, row: Row) -> None:
        if row.connection.unowned is not Unowned.PENDING or row.owners or row.is_closed:
            self._remember(row)
            return
        self._waiting[row.key] = row
        if len(self._waiting) > _WAITING_LIMIT:
            self._remember(self._waiting.pop(next(iter(self._waiting))))

    def _remember(self, row: Row) -> None:
        pair = pair_of(row)
        if pair is None:
            return
        if not row.preexisting:
            self.attempts.take(pair, row, pair not in self.chronicle)
        if row.preexisting or stays_here(row.connection):
            self.chronicle.know(pair)
        else:
            self.chronicle.take(pair, row.first_seen, self._grain(row), row.owner)

    def _grain(self, row: Row) -> float:
        if row.connection.opened_at is not None:
            return 0.0
        return median(self._gaps) if self._gaps else 0.0
