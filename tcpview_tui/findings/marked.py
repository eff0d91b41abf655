"""The rows that bear the mark of a finding, counted: most looks change neither a row nor a finding of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import subjects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.findings.register import Place, Register
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.row import Row


class Marked:
    """Keeps up with rows and with what is found. True when anything grave was found, be it of no row."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._places: frozenset[Place] = frozenset()
        self._keys: set[Key] = set()

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def rows(self) -> int:
        """How many rows bear the mark, or would if nothing had just happened to them."""
        return len(self._keys)

    def take(self, update: Update) -> None:
        """Take in which rows differ, or are gone."""
        if self._places:
            for key, row in update.items():
                (self._keys.add if row and self._bears(row) else self._keys.discard)(key)

    def renew(self, rows: Mapping[Key, Row]) -> None:
        """Count all rows anew if what marks them differs: call it when something was found, or was silenced."""
        places = self._register.marked
        if places != self._places:
            self._places = places
            self._keys = {key for key, row in rows.items() if self._bears(row)}

    def _bears(self, row: Row) -> bool:
        return not self._places.isdisjoint(subjects(row))
