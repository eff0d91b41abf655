"""What each program tried to reach within the last minutes, and whether it was answered."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from tcpview_tui.findings.burst import LEAST, WINDOW, Attempt, Burst, burst
from tcpview_tui.model.connection import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.findings.pair import Pair, Program
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row

PATIENCE = 3.0
"""Seconds in SYN_SENT after which nobody answers: by then the SYN was sent a third time (RFC 6298 section 2: after one
second, then after two more)."""

LIMIT = 50_000
"""Attempts remembered of all programs, of about 300 bytes; beyond that the oldest go."""

SHARE = 5_000
"""Attempts remembered of one program: enough for every rule, so that a busy one does not push out what others tried."""

_UNTOLD = frozenset({State.NONE, State.CLOSED, State.SYN_SENT})
"""States of an outgoing connection that may never have been established (RFC 9293 section 3.3.2)."""


class _Attempt:
    """One outgoing connection: `waits` when it was seen in SYN_SENT, `is_answered` in any state after that."""

    __slots__ = ("at", "is_answered", "is_fresh", "is_over", "pair", "process", "waits")

    def __init__(self, pair: Pair, row: Row, is_fresh: bool) -> None:
        self.at, self.pair, self.process, self.is_fresh = row.first_seen, pair, row.owner, is_fresh
        self.waits = self.is_answered = self.is_over = False
        self.follow(row)

    @property
    def is_open(self) -> bool:
        """Whether it may still be answered."""
        return self.waits and not self.is_answered and not self.is_over

    def follow(self, row: Row) -> None:
        for state, _ in row.history:
            self.waits = self.waits or state is State.SYN_SENT
            self.is_answered = self.is_answered or state not in _UNTOLD
        self.is_over = row.is_closed

    def has_failed(self, now: float) -> bool:
        return self.waits and not self.is_answered and (self.is_over or self.at <= now - PATIENCE)


class Attempts:
    """Remembers the attempts of two windows, so that a burst at the border is not cut in two.

    `dropped` counts those forgotten before, for want of room.
    """

    def __init__(self, limit: int = LIMIT, share: int = SHARE) -> None:
        self.dropped = 0
        self._limit, self._share = limit, share
        self._all: dict[Key, _Attempt] = {}
        self._keys: defaultdict[Program, deque[Key]] = defaultdict(deque)
        self._news: set[Program] = set()

    def __len__(self) -> int:
        return len(self._all)

    def take(self, pair: Pair, row: Row, is_fresh: bool) -> None:
        """Remember an outgoing connection that has just opened; `is_fresh` when the pair was not known before."""
        self._all[row.key] = _Attempt(pair, row, is_fresh)
        self._news.add(pair.program)
        keys = self._keys[pair.program]
        keys.append(row.key)
        if len(keys) > self._share:
            self._drop(keys.popleft())
        if len(self._all) > self._limit:
            self._drop(next(iter(self._all)))

    def follow(self, row: Row) -> None:
        """Take in what became of a connection, if it is remembered."""
        attempt = self._all.get(row.key)
        if attempt is not None:
            attempt.follow(row)

    def bursts(self, now: float) -> Iterator[Burst]:
        """Return what each program tried that has tried something since the last call, and not too little.

        `now` is seconds UTC. What still waits for an answer is told again at the next call.
        """
        self._forget(now)
        news, self._news = self._news, {each.pair.program for each in self._all.values() if each.is_open}
        for program in news & self._keys.keys():
            attempts: list[Attempt] = [self._all[key] for key in self._keys[program]]
            if len(attempts) >= LEAST:
                yield burst(attempts, now)

    def _forget(self, now: float) -> None:
        self._all = {key: each for key, each in self._all.items() if abs(now - each.at) <= 2 * WINDOW}
        self._keys.clear()
        for key, each in self._all.items():
            self._keys[each.pair.program].append(key)

    def _drop(self, key: Key) -> None:
        if self._all.pop(key, None):
            self.dropped += 1
