"""Rows into strips: what the table draws, without a widget and without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.text import size
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.layout import DEFAULT, GAP, Slot, layout, pages
from tcpview_tui.tui.theme import Palette, paints

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.arrangement import Arrangement
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.grouping import Group
    from tcpview_tui.model.order import Order
    from tcpview_tui.model.traffic import Flow
    from tcpview_tui.tui.glyphs import Glyphs

_LABEL = 48
"""Cells of a group's name at most: the counts of all groups stand below each other, near to the names."""

_WIDE = 80
"""Cells of a line from which on a group tells what it carries."""

SUSPICIOUS = "!"
"""The sign of a row with a finding."""

_MARK_PAINTS = {Mark.NEW: "new", Mark.CHANGED: "changed", Mark.CLOSED: "closed"}


class Look(NamedTuple):
    """How a line stands out, whatever it shows."""

    is_cursor: bool = False
    is_selected: bool = False
    is_pinned: bool = False


PLAIN = Look()


class Painter:
    """Draws the lines of the table in one theme, one set of signs, one width and one page of the columns."""

    def __init__(
        self,
        palette: Palette,
        glyphs: Glyphs,
        width: int,
        without: frozenset[str] = frozenset(),
        arrangement: Arrangement = DEFAULT,
        page: int = 0,
    ) -> None:
        self.glyphs = glyphs
        self.width = width
        self.slots: tuple[Slot, ...] = layout(width, arrangement, without, page)
        self.pages = pages(width, arrangement, without)
        self.page = min(page, self.pages - 1)
        self._styles = {name: Style.parse(paint) for name, paint in paints(palette).items()}

    def header(self, order: Order) -> Strip:
        """Return the line of column titles. In the gap before it, the column that sorts has an arrow, the tie-break
        a hollow one; at the edges stand signs of the pages before and after this one."""
        arrows = self._arrows(order)
        text = self.glyphs.left if self.page else " "
        for slot in self.slots:
            gap = " " * (slot.x - len(text) - 1) + arrows.get(slot.column.id, " ")
            text += gap + fit(_title(slot), slot.width, right=slot.column.right, ellipsis="")
        return self._strip(text.rstrip() + self._turning(self.width - len(text.rstrip())), "header")

    def _turning(self, room: int) -> str:
        """Return which page this is, as far as the titles leave room for it: they never move for its sake."""
        if self.pages == 1:
            return ""
        sign = self.glyphs.right if self.page < self.pages - 1 else " "
        number = f" {self.page + 1}/{self.pages} "
        return ((number if len(number) < room else "") + sign).rjust(room)

    def _arrows(self, order: Order) -> dict[str, str]:
        glyphs = self.glyphs
        pairs = ((glyphs.up, glyphs.down), (glyphs.then_up, glyphs.then_down))
        return {by.column: pair[by.reverse] for by, pair in zip(order.by, pairs, strict=False)}

    def row(self, row: Row, context: Context, look: Look = PLAIN) -> Strip:
        """Return the line of a row. Colour says no more than the signs in the gutter do."""
        return self._strip(self.text(row, context, look), _paint(row, context, look), look.is_cursor)

    def text(self, row: Row, context: Context, look: Look = PLAIN) -> str:
        """Return the characters of a row's line."""
        glyphs = self.glyphs
        cells = []
        for slot in self.slots:
            column = slot.column
            shown = glyphs.plain(column.text(row, context))
            cells.append(fit(shown, slot.width, column.cut, column.right, glyphs.ellipsis))
        return self._mark(row, context) + self._sign(look) + " ".join(cells)

    def group(self, group: Group, context: Context, look: Look = PLAIN) -> Strip:
        """Return the line of a group: its name, its rows, how many of them in each state, and at the right edge what
        they carry and what has just happened to them."""
        glyphs = self.glyphs
        fold = glyphs.unfolded if group.is_open else glyphs.folded
        room = min(self.width // 3, _LABEL)
        label = fit(glyphs.plain(group.label(context)), room, "middle", ellipsis=glyphs.ellipsis)
        counts = group.counts
        told = [f"{number} {state.label}" for state, number in counts.states]
        told += [f"{counts.closed} closed"] if counts.closed else []
        text = f" {self._sign(look)}{fold} {label} {len(group.entries):>6}  {'  '.join(told)}"
        edge = " ".join([*self._flow(group.flow(context)), *_happened(counts.marks)])
        room = max(self.width - len(edge) - bool(edge), 0)
        shown = fit(text, room, ellipsis=glyphs.ellipsis) + fit(edge, self.width - room, right=True, ellipsis="")
        return self._strip(shown, "cursor" if look.is_cursor else "group", look.is_cursor)

    def _flow(self, flow: Flow) -> list[str]:
        """Return what flows, if anything does and the line has room for it."""
        if not any(flow) or self.width < _WIDE:
            return []
        ways = ((self.glyphs.incoming, flow.received), (self.glyphs.outgoing, flow.sent))
        return [f"{sign} {size(rate):>5}/s" for sign, rate in ways]

    def _mark(self, row: Row, context: Context) -> str:
        if row.sign != Mark.NONE.value:
            return row.sign
        if context.is_suspicious(row):
            return SUSPICIOUS
        return self.glyphs.busy if context.marks_traffic and context.is_busy(row) else row.sign

    def _sign(self, look: Look) -> str:
        glyphs = self.glyphs
        if look.is_cursor:
            return glyphs.cursor
        return glyphs.selected if look.is_selected else glyphs.pinned if look.is_pinned else " "

    def blank(self, text: str = "") -> Strip:
        """Return a line without a row."""
        return self._strip(text, "quiet")

    def column_at(self, x: int) -> str | None:
        """Return the id of the column whose title stands at cell `x`."""
        return next((slot.column.id for slot in self.slots if slot.x <= x <= slot.x + slot.width), None)

    def edge_at(self, x: int) -> Slot | None:
        """Return the column whose right edge is at cell `x`: its last cell, or the gap after it."""
        return next((slot for slot in self.slots if 0 <= x - slot.x - slot.width + 1 <= GAP), None)

    def _strip(self, text: str, paint: str, is_cursor: bool = False) -> Strip:
        style = self._styles[paint]
        if is_cursor:
            style += Style(bold=True, underline=paint != "cursor")
        return Strip([Segment(fit(text, self.width, ellipsis=""), style)], self.width)


def _happened(marks: Mapping[Mark, int]) -> list[str]:
    return [f"{mark.value}{marks[mark]}" for mark in _MARK_PAINTS if marks.get(mark)]


def _title(slot: Slot) -> str:
    column = slot.column
    return column.title if len(column.title) <= slot.width else column.short[: slot.width]


def _paint(row: Row, context: Context, look: Look) -> str:
    """Return the name of a row's paint: what has just happened to it comes before how it stands out."""
    if row.mark is not Mark.NONE:
        return _MARK_PAINTS[row.mark]
    for paint, is_so in (("selected", look.is_selected), ("cursor", look.is_cursor), ("pinned", look.is_pinned)):
        if is_so:
            return paint
    if context.since is not None and row.touched <= context.since:
        return "dim"
    if context.is_suspicious(row):
        return "suspicious"
    if _is_quiet(row):
        return "quiet"
    return "busy" if context.marks_traffic and context.is_busy(row) else "row"


def _is_quiet(row: Row) -> bool:
    return row.is_closed or row.owners_past or row.connection.state in KERNEL_STATES
