"""Whatever happens, the terminal shows what a full redraw would show, and keys act on what it shows."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import invariant, precondition, rule
from rich.cells import cell_len
from textual.strip import Strip

from tcpview_tui.model.grouping import Group
from tcpview_tui.model.row import Row
from tcpview_tui.tui.layout import layout
from tests.fakes import connection
from tests.tui.drawing_rules import DrawingRules
from tests.tui.drawn import FIRST_PORT, Terminal
from tests.tui.paper import looks

NARROW = 17
"""Cells that a group's line needs for its signs and the numbers at its right edge."""


class DrawingMachine(DrawingRules):
    """After each step the table has been drawn, and these promises hold."""

    @precondition(lambda self: self.under is not None)
    @rule()
    def act(self) -> None:
        """A key that is pressed now is for what the person sees now."""
        assert {row.key for row in self.view.targets()} == self.under

    @invariant()
    def it_is_drawn(self) -> None:
        self.the_terminal_shows_what_a_full_redraw_would_show()
        self.columns_stand_where_width_arrangement_and_page_put_them()
        self.keys_are_for_what_stands_under_the_cursor()
        self.what_is_selected_or_pinned_is_seen_to_be()

    def the_terminal_shows_what_a_full_redraw_would_show(self) -> None:
        before = looks(self.table.shown)
        asked = self.table.flush()
        fresh = Terminal(self.view, self._painter, self.screen.clock.monotonic)
        fresh.area, fresh.top = self.table.area, self.table.top
        expected = looks(fresh.lines())
        assert looks(self.table.lines()) == expected
        assert looks(self.table.shown) == expected
        if not self.whole:
            assert asked.keys() == {y for y, (old, new) in enumerate(zip(before, expected, strict=True)) if old != new}
            assert all(len(regions) == 1 for regions in asked.values())
        self.whole = False

    def columns_stand_where_width_arrangement_and_page_put_them(self) -> None:
        painter, width = self.painter, self.table.area.width
        assert painter.slots == layout(width, self.arrangement, page=self.page)
        header = painter.header(self.view.order)
        for slot in painter.slots if width >= painter.slots[-1].x + painter.slots[-1].width else ():
            column = slot.column
            title = column.title if len(column.title) <= slot.width else column.short[: slot.width]
            assert _cell(header, slot.x, slot.width).startswith(title)  # the number of the page may stand after it
            for y, row in self._rows():
                line, value = self.table.shown[y], self.glyphs.plain(column.text(row, self.view.context))
                shown = _cell(line, slot.x, slot.width)
                assert shown == value.strip() or (cell_len(value) > slot.width and self.glyphs.ellipsis in shown)
                assert slot is painter.slots[0] or line.crop(slot.x - 1, slot.x).text == " "

    def _rows(self) -> list[tuple[int, Row]]:
        """Return the rows that are seen, each with its line on the screen."""
        return [(y, item) for y, item in self._seen() if isinstance(item, Row)]

    def _seen(self) -> list[tuple[int, Row | Group]]:
        numbers = ((y, self.table.line_at(y)) for y in range(self.table.area.height))
        return [(y, self.view.line(number)) for y, number in numbers if number < len(self.view)]

    def keys_are_for_what_stands_under_the_cursor(self) -> None:
        """The cursor is in sight, once, and what is drawn there is what an action would be for."""
        self.under = None
        width, height = self.table.area
        if height == 0 or width < NARROW or not len(self.view):
            return
        marked = [y for y, line in enumerate(self.table.shown) if line.crop(1, 2).text == self.glyphs.cursor]
        assert marked == [self.table.height_of(self.view.cursor_line)]
        line = self.table.shown[marked[0]]
        if self.view.selection:
            self.under = set(self.view.selection.keys)
        elif line.crop(2, 3).text in (self.glyphs.folded, self.glyphs.unfolded):
            group = self.view.current_line
            assert isinstance(group, Group)
            self.under = {row.key for row in group.rows}
        else:
            self.under = {int(_cell(line, *self._ports())) - FIRST_PORT}
        assert {row.key for row in self.view.targets()} == self.under

    def _ports(self) -> tuple[int, int]:
        slot = self.painter.slots[0]
        assert slot.column.id == "lport"
        return slot.x, slot.width

    def what_is_selected_or_pinned_is_seen_to_be(self) -> None:
        width, glyphs, view = self.table.area.width, self.glyphs, self.view
        for y, item in self._seen() if width >= NARROW else ():
            sign = self.table.shown[y].crop(1, 2).text
            if self.table.line_at(y) == view.cursor_line:
                assert sign == glyphs.cursor
            elif item.key in view.selection.keys:
                assert sign == glyphs.selected
            else:
                assert sign == (glyphs.pinned if item.key in view.pins else " ")


def _cell(line: Strip, x: int, width: int) -> str:
    return line.crop(x, x + width).text.strip()


DrawingMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestDrawingMachine = DrawingMachine.TestCase


def test_the_row_under_the_cursor_keeps_its_height_while_rows_go_and_come_above_it() -> None:
    machine = DrawingMachine()
    everything = [connection(key, local=("10.0.0.5", FIRST_PORT + key)) for key in range(30)]
    machine.screen.look(*everything[5:])
    machine.go(15)
    height = machine.view.cursor_line - machine.table.top
    for present in (everything[5:], everything[8:], everything):
        machine.screen.look(*present)
        machine.table.sync()
        machine.wait(5.0)
        assert machine.view.cursor == 20
        assert machine.table.top > 0
        assert machine.view.cursor_line - machine.table.top == height
