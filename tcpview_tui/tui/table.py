"""The table widget: it asks the view line by line and redraws only the cells that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tcpview_tui.model.grouping import Group
from tcpview_tui.tui.difference import difference
from tcpview_tui.tui.painter import Look

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from tcpview_tui.model.view import View
    from tcpview_tui.tui.painter import Painter

WHEEL_LINES = 3

LEFT, RIGHT = 1, 3
"""Mouse buttons as Textual counts them."""


class ConnectionTable(Widget, can_focus=True):
    """The rows of a view from line `top` on. It keeps what it has drawn, and nothing else.

    It scrolls by itself instead of being a ScrollView: there is nothing to scroll sideways, a scrollbar would be
    repainted with every row that comes, and the cursor must never leave the part of the table that is seen.
    """

    class Moved(Message):
        """The person moved the cursor."""

    class MenuWanted(Message):
        """The person wants to know what can be done with the row; `at` is the cell of the screen."""

        def __init__(self, at: Offset) -> None:
            super().__init__()
            self.at = at

    def __init__(self, view: View, painter: Callable[[int], Painter], now: Callable[[], float]) -> None:
        """`painter` gives the painter for a width; `now` is monotonic seconds."""
        super().__init__()
        self.top = 0
        self._view = view
        self._painter = painter
        self._now = now
        self._drawn: list[Strip] = []
        self._drawn_for: Size | None = None
        self._cursor_line = 0
        self._dragged = False

    def render_line(self, y: int) -> Strip:
        """Return what stands on line `y` of the widget."""
        if self._drawn_for != self.size:
            self._drawn = self._draw()
        return self._drawn[y] if y < len(self._drawn) else Strip.blank(self.size.width)

    def sync(self) -> None:
        """Draw the cells that differ from what is on the screen; nothing differs, nothing is sent."""
        self._anchor()
        resized = self._drawn_for != self.size
        drawn = self._draw()
        if resized:
            self._drawn = drawn
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(self._drawn, drawn, strict=True)):
            span = None if old == new else difference(old, new)
            if span:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))
        self._drawn = drawn

    def redraw(self) -> None:
        """Draw everything anew: another theme, width or set of columns."""
        self._anchor()
        self._drawn = self._draw()
        self.refresh()

    def move(self, lines: int) -> None:
        """Move the cursor by a number of lines; up is negative."""
        self.go(self._view.cursor_line + lines)

    def go(self, line: int) -> None:
        """Move the cursor to a line of the view, or the nearest there is."""
        self._view.move(line, self._now())
        self._cursor_line = self._view.cursor_line
        self.sync()
        self.post_message(self.Moved())

    def extend(self, line: int) -> None:
        """Move the cursor to a line and select what lies between."""
        self._view.select(line, self._now())
        self._cursor_line = self._view.cursor_line
        self.sync()
        self.post_message(self.Moved())

    def go_home(self) -> None:
        """Go to the first line and stay there, whatever comes to stand on it; while selecting, select up to it."""
        if self._view.selection.anchor is not None:
            self.go(0)
            return
        self._view.go_home(self._now())
        self._view.acknowledge()
        self.sync()
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """How many lines PageDown moves: one less than are seen, so that one stays to read on from."""
        return max(self.size.height - 1, 1)

    def on_resize(self) -> None:
        """Fit the lines to the new size."""
        self.sync()

    @property
    def cursor_offset(self) -> Offset:
        """Where on the screen the cursor's line begins."""
        return self.region.offset + Offset(1, max(self._view.cursor_line - self.top, 0))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor on the line under the mouse; with Shift, select up to it; with Ctrl, add it or take it out."""
        selection, line = self._view.selection, self.top + event.y
        if event.shift:
            self.extend(line)
        else:
            selection.end()
            self.go(line)
            self._choose(event)
        self._dragged = event.button == LEFT
        self.capture_mouse(self._dragged)

    def _choose(self, event: events.MouseDown) -> None:
        """Select as every list does: a click drops the selection, unless it asks for the menu of what is selected."""
        selection, row = self._view.selection, self._view.current
        if event.ctrl and row is not None:
            selection.toggle(row.key)
        elif event.button == LEFT or row is None or row.key not in selection.keys:
            selection.clear()
        self.sync()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select while the mouse is dragged."""
        if self._dragged and event.button == LEFT:
            line = max(self.top + event.y, 0)
            if line != self._view.cursor_line:
                self.extend(line)
        elif self._dragged:
            self._let_go()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a selection by mouse; the right button asks for the menu."""
        self._let_go()
        if event.button == RIGHT:
            self.post_message(self.MenuWanted(event.screen_offset))

    def on_hide(self) -> None:
        """Let the mouse go when another screen takes the place."""
        self._let_go()

    def _let_go(self) -> None:
        if self._dragged:
            self._dragged = False
            self._view.selection.end()
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll with the cursor, as a key would, since an action must not hit a row out of sight."""
        event.stop()
        self.move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up with the cursor."""
        event.stop()
        self.move(-WHEEL_LINES)

    def _anchor(self) -> None:
        """Keep the cursor's row at its height on the screen while rows come and go, and always in sight."""
        height = max(self.size.height, 1)
        if not self._view.is_chosen and self._view.cursor_line >= height:
            self._view.go_home(self._now())
        line = self._view.cursor_line
        if self.top > 0:
            self.top += line - self._cursor_line
        self._cursor_line = line
        self.top = max(min(self.top, line), line - height + 1)
        self.top = max(min(self.top, len(self._view) - height), 0)

    def _draw(self) -> list[Strip]:
        view, painter, height = self._view, self._painter(self.size.width), self.size.height
        self._drawn_for = self.size
        last = min(self.top + height, len(view))
        lines = [self._line(painter, number) for number in range(self.top, last)]
        if not lines and height > 1:
            lines = [painter.blank(), painter.blank(self._nothing())]
        return lines + [painter.blank()] * (height - len(lines))

    def _line(self, painter: Painter, number: int) -> Strip:
        view = self._view
        item = view.line(number)
        key = item.key
        look = Look(number == view.cursor_line, key in view.selection.keys, key in view.pins)
        return painter.group(item, look) if isinstance(item, Group) else painter.row(item, view.context, look)

    def _nothing(self) -> str:
        if self._view.narrowing:
            return "  Nothing matches."
        return "" if self._view.total else "  No connections."
