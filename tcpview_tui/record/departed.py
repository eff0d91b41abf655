"""Connections that have closed before they matched: the rules judge later, and something may still be found of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Gauge
    from tcpview_tui.record.event import Closed


class Gone(NamedTuple):
    """A connection as it was last, its end, and what it has carried, where that was counted."""

    row: Row
    closed: Closed
    gauge: Gauge | None


class Departed:
    """Keeps the last of them, so many at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._gone: dict[Key, Gone] = {}

    def add(self, gone: Gone) -> None:
        """Keep one that has closed just now."""
        self._gone[gone.row.key] = gone
        if len(self._gone) > self._most:
            del self._gone[next(iter(self._gone))]

    def forget(self, keys: Iterable[Key]) -> None:
        """Keep these no more: they were told, or others have got their keys."""
        for key in keys:
            self._gone.pop(key, None)

    def among(self, rows: Iterable[Row]) -> dict[Key, Gone]:
        """Return those of these rows that are kept."""
        return {row.key: self._gone[row.key] for row in rows if row.key in self._gone}
