"""Settling: whether the person is moving the cursor, and whether another row has just come under it."""

from __future__ import annotations

SETTLE = 1.0
"""Seconds after a cursor move during which lines keep their places: longer than a key repeat and a glance."""


class Settling:
    """Two times, monotonic seconds given by the caller."""

    def __init__(self) -> None:
        self._settled_at: float | None = None
        self._slipped_at: float | None = None

    def moved(self, now: float) -> None:
        """The person has moved the cursor, and knows what is under it."""
        self._settled_at = now + SETTLE
        self._slipped_at = None

    def is_moving(self, now: float) -> bool:
        """True while lines keep their places."""
        return self._settled_at is not None and now < self._settled_at

    def rests_in(self, now: float) -> float:
        """Return in how many seconds lines may move."""
        return 0.0 if self._settled_at is None else max(self._settled_at - now, 0.0)

    def rest(self) -> None:
        """Let lines move from now on."""
        self._settled_at = None

    def slip(self, now: float) -> None:
        """Another row has come under the cursor, and not because the person went there."""
        self._slipped_at = now

    def has_slipped(self, now: float) -> bool:
        """True when that was so short a time ago that a key pressed now was meant for the row before."""
        return self._slipped_at is not None and now < self._slipped_at + SETTLE

    def acknowledge(self) -> None:
        """Take it that the person knows by now."""
        self._slipped_at = None
