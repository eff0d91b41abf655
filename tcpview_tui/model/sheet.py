"""The sheet: what there is to read on a view's lines, and which of it an action would be for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcpview_tui.model.grouping import Group, Grouping
from tcpview_tui.model.ledger import Ledger
from tcpview_tui.model.lineup import Lineup
from tcpview_tui.model.row import Row
from tcpview_tui.model.selection import Selection

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.grouping import Line
    from tcpview_tui.model.order import Order


class Sheet:
    """Lines, a cursor on one of them, and a selection. Nothing here changes any of it; `View` does."""

    def __init__(self) -> None:
        self.selection = Selection()
        self.cursor: Key | None = None
        self.cursor_line = 0
        self._ledger = Ledger()
        self._lineup = Lineup()

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def order(self) -> Order:
        """By what rows are sorted."""
        return self._ledger.order

    @property
    def grouping(self) -> Grouping | None:
        """By what rows are grouped."""
        return self._ledger.grouping

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._ledger)

    @property
    def pinned(self) -> int:
        """How many lines, the first ones, are pinned rows."""
        return self._lineup.pinned

    @property
    def shown(self) -> int:
        """How many rows the filter lets through, those of closed groups too."""
        return len(self._lineup.shown)

    @property
    def _lines(self) -> list[Line]:
        return self._lineup.lines

    def line(self, number: int) -> Row | Group:
        """Return what stands on a line; raises IndexError beyond the end."""
        return self._lines[number][2]

    def everything(self) -> Iterator[Row]:
        """Return all rows as they are here, shown or not: in a frozen view, those that were there then."""
        return (row for _, _, row, _ in self._ledger.entries)

    def rows(self) -> Iterator[Row]:
        """Return the rows that the filter lets through, in their order, those of closed groups too."""
        for _, _, item, _ in self._lines:
            if isinstance(item, Row):
                yield item
            elif not item.is_open:
                yield from item.rows

    @property
    def current_line(self) -> Row | Group | None:
        """What is under the cursor."""
        return self._lines[self.cursor_line][2] if self.cursor is not None else None

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        line = self.current_line
        return line if isinstance(line, Row) else None

    def targets(self) -> tuple[Row, ...]:
        """Return the rows that an action is for: those selected, else that under the cursor, else its group's."""
        if self.selection:
            return self.selected_rows()
        line = self.current_line
        if line is None:
            return ()
        return (line,) if isinstance(line, Row) else tuple(line.rows)

    def selected_rows(self) -> tuple[Row, ...]:
        """Return the selected rows, in their order."""
        keys = self.selection.keys
        return tuple(item for _, key, item, _ in self._lines if key in keys and isinstance(item, Row)) if keys else ()

    @property
    def current_group(self) -> Group | None:
        """The group under the cursor, or that of the row under it."""
        above = (self._lines[number][2] for number in range(self.cursor_line, -1, -1))
        return next((item for item in above if isinstance(item, Group)), None) if self._lines else None
