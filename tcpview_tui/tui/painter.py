"""Rows into strips: what the table draws, without a widget and without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.layout import Slot, layout
from tcpview_tui.tui.theme import Palette, paints

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.order import Order
    from tcpview_tui.tui.glyphs import Glyphs

_MARK_PAINTS = {Mark.NEW: "new", Mark.CHANGED: "changed", Mark.CLOSED: "closed"}


class Painter:
    """Draws the lines of the table in one theme, one set of signs and one width."""

    def __init__(self, palette: Palette, glyphs: Glyphs, width: int, without: frozenset[str] = frozenset()) -> None:
        self.glyphs = glyphs
        self.width = width
        self.slots: tuple[Slot, ...] = layout(width, without)
        self._styles = {name: Style.parse(paint) for name, paint in paints(palette).items()}

    def header(self, order: Order) -> Strip:
        """Return the line of column titles. In the gap before it, the column that sorts has an arrow, the tie-break
        a hollow one."""
        arrows = self._arrows(order)
        text = ""
        for slot in self.slots:
            gap = " " * (slot.x - len(text) - 1) + arrows.get(slot.column.id, " ")
            text += gap + fit(_title(slot), slot.width, right=slot.column.right, ellipsis="")
        return self._strip(text, "header")

    def _arrows(self, order: Order) -> dict[str, str]:
        glyphs = self.glyphs
        pairs = ((glyphs.up, glyphs.down), (glyphs.then_up, glyphs.then_down))
        return {by.column: pair[by.reverse] for by, pair in zip(order.by, pairs, strict=False)}

    def row(self, row: Row, context: Context, is_cursor: bool) -> Strip:
        """Return the line of a row. Colour says no more than the mark in the gutter does."""
        text = self.text(row, context, is_cursor)
        paint = _MARK_PAINTS.get(row.mark) or ("quiet" if _is_quiet(row) else "row")
        return self._strip(text, "cursor" if is_cursor and row.mark is Mark.NONE else paint, is_cursor)

    def text(self, row: Row, context: Context, is_cursor: bool) -> str:
        """Return the characters of a row's line."""
        glyphs = self.glyphs
        cells = []
        for slot in self.slots:
            column = slot.column
            shown = glyphs.plain(column.text(row, context))
            cells.append(fit(shown, slot.width, column.cut, column.right, glyphs.ellipsis))
        return row.mark.value + (glyphs.cursor if is_cursor else " ") + " ".join(cells)

    def blank(self, text: str = "") -> Strip:
        """Return a line without a row."""
        return self._strip(text, "quiet")

    def column_at(self, x: int) -> str | None:
        """Return the id of the column whose title stands at cell `x`."""
        return next((slot.column.id for slot in self.slots if slot.x <= x <= slot.x + slot.width), None)

    def _strip(self, text: str, paint: str, is_cursor: bool = False) -> Strip:
        style = self._styles[paint]
        if is_cursor:
            style += Style(bold=True, underline=paint != "cursor")
        return Strip([Segment(fit(text, self.width, ellipsis=""), style)], self.width)


def _title(slot: Slot) -> str:
    column = slot.column
    return column.title if len(column.title) <= slot.width else column.short[: slot.width]


def _is_quiet(row: Row) -> bool:
    return row.owners_past or row.connection.state in KERNEL_STATES
