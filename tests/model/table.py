"""A live table on a clock, which a test feeds looks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tcpview_tui.model import live
from tcpview_tui.model.connection import Connection, Key
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.snapshot import Ending, Passed
from tests.fakes import FakeClock, snapshot

LINGER = 3.0


class Table:
    """A live table that is fed looks."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.live = LiveTable(self.clock, LINGER)
        self.sequence = 0

    def look(self, *connections: Connection) -> live.Update:
        self.sequence += 1
        return self.live.apply(snapshot(self.sequence, self.clock.wall(), *connections))

    def told(
        self, *passed: Passed, ended: dict[Key, Ending] | None = None, there: Iterable[Connection] = ()
    ) -> live.Update:
        """Look at a machine whose kernel also tells what happened since the look before."""
        self.sequence += 1
        look = snapshot(self.sequence, self.clock.wall(), *there)
        return self.live.apply(replace(look, passed=passed, ended=ended or {}))

    def row(self, key: int) -> Row:
        return self.live.rows[key]

    def marks(self) -> dict[object, Mark]:
        return {key: row.mark for key, row in self.live.rows.items()}
