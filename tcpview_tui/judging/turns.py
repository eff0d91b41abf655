"""Turns: who is to be judged now, and who a minute after the last time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S", bound=Hashable)

MINUTE = 60.0
"""Seconds after which what may have changed is judged again."""


class Turns(Generic[S]):
    """Gives turns: to a subject that is called at once, and to every one that had a turn once a minute after that."""

    def __init__(self) -> None:
        self._called: dict[S, None] = {}
        self._waiting: OrderedDict[S, float] = OrderedDict()

    def __len__(self) -> int:
        """How many subjects have turns."""
        return len(self._called.keys() | self._waiting.keys())

    def call(self, subject: S) -> None:
        """Give a subject its turn at the next occasion, once however often it is called by then."""
        self._called[subject] = None

    def drop(self, subject: S) -> None:
        """Give a subject no turn any more."""
        self._called.pop(subject, None)
        self._waiting.pop(subject, None)

    def called(self, now: float) -> Iterator[S]:
        """Yield those that were called, at the second `now` UTC."""
        called, self._called = self._called, {}
        for subject in called:
            self._wait(subject, now)
            yield subject

    def again(self, now: float) -> Iterator[tuple[S, float]]:
        """Yield those whose minute is over, and when they had their last turn."""
        while self._waiting:
            subject, last = next(iter(self._waiting.items()))
            if not is_over(last, now):
                return
            self._wait(subject, now)
            yield subject, last

    def _wait(self, subject: S, now: float) -> None:
        self._waiting[subject] = now
        self._waiting.move_to_end(subject)


def is_over(last: float, now: float) -> bool:
    """Whether a minute has passed; also when the clock was set back, which would make it long."""
    return not 0 <= now - last < MINUTE
