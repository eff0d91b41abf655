"""Sockets without owner: since when, in how many looks, and when it is time to wonder."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.machine import Ownerless
from tcpview_tui.findings.rules.ownerless import SECONDS

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row


class _Lack(NamedTuple):
    """Since when a row has no owner, and the number of the look that found it so first."""

    since: float
    look: int


class Lacks:
    """Remembers which rows have no owner. `is_root` tells whether the owners of all sockets can be seen."""

    def __init__(self, is_root: bool) -> None:
        self.is_root = is_root
        self._look = 0
        self._lacks: dict[Key, _Lack] = {}
        self._ripening: deque[tuple[float, Key]] = deque()

    def __contains__(self, key: Key) -> bool:
        return key in self._lacks

    def count(self) -> None:
        """Take it that the machine was looked at once more."""
        self._look += 1

    def note(self, row: Row, at: float) -> None:
        """Take in a row as the look at the second `at` UTC has found it."""
        if row.owners or row.is_closed:
            self.drop(row.key)
        elif row.key not in self._lacks:
            self._lacks[row.key] = _Lack(at, self._look)
            self._ripening.append((at + SECONDS, row.key))

    def drop(self, key: Key) -> None:
        """Forget a row."""
        self._lacks.pop(key, None)

    def ripe(self, now: float) -> Iterator[Key]:
        """Yield, once each, the rows that have been without for as long as the rule asks."""
        while self._ripening and self._ripening[0][0] <= now:
            at, key = self._ripening.popleft()
            lack = self._lacks.get(key)
            if lack is not None and lack.since + SECONDS == at:
                yield key

    def evidence(self, row: Row, now: float) -> Ownerless:
        """Return what the rule judges by, of a row without owner."""
        since, look = self._lacks[row.key]
        return Ownerless(row, self._look - look + 1, now - since, self.is_root)
