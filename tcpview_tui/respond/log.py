"""The action log: what this program did to the machine, or refused to do, and when."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.clock import Clock
    from tcpview_tui.respond.outcome import Outcome

ENTRY_LIMIT = 1000
"""Entries kept; a person cannot act more often in one sitting, a script that drives the keys must not fill memory."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. `at` is wall-clock seconds since 1970 UTC, taken when the outcome was known."""

    at: float
    action: str
    target: str
    outcome: Outcome


class ActionLog:
    """The last actions of this run, oldest first. Any thread may record while another iterates."""

    def __init__(self, clock: Clock, limit: int = ENTRY_LIMIT) -> None:
        """Keep at most `limit` entries; when it is full, the oldest goes and `dropped` counts it."""
        self.dropped = 0
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._lock = Lock()

    def record(self, action: str, target: str, outcome: Outcome) -> Entry:
        """Add an entry and return it. Both texts have passed `text.safe`."""
        with self._lock:
            entry = Entry(self._clock.wall(), action, target, outcome)
            self.dropped += len(self._entries) == self._entries.maxlen
            self._entries.append(entry)
        return entry

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)
