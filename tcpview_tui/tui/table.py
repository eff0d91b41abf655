"""The table widget: it asks the view line by line and redraws only the cells that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tcpview_tui.tui.difference import difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from tcpview_tui.model.view import View
    from tcpview_tui.tui.painter import Painter

WHEEL_LINES = 3


class Header(Widget):
    """The line of column titles; a click sorts."""

    class Chosen(Message):
        """A column title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    def __init__(self, view: View, painter: Callable[[int], Painter]) -> None:
        super().__init__()
        self._view = view
        self._painter = painter

    def render_line(self, y: int) -> Strip:
        """Return the titles."""
        return self._painter(self.size.width).header(self._view.order)

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the mouse."""
        column = self._painter(self.size.width).column_at(event.x)
        if column:
            self.post_message(self.Chosen(column))


class ConnectionTable(Widget, can_focus=True):
    """The rows of a view from line `top` on. It keeps what it has drawn, and nothing else.

    It scrolls by itself instead of being a ScrollView: there is nothing to scroll sideways, a scrollbar would be
    repainted with every row that comes, and the cursor must never leave the part of the table that is seen.
    """

    class Moved(Message):
        """The person moved the cursor."""

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

    def go_home(self) -> None:
        """Go to the first line and stay there, whatever comes to stand on it."""
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

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line that was clicked."""
        self.go(self.top + event.y)

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
        lines = [
            painter.row(view.line(number), view.context, number == view.cursor_line) for number in range(self.top, last)
        ]
        if not lines and height > 1:
            lines = [painter.blank(), painter.blank(self._nothing())]
        return lines + [painter.blank()] * (height - len(lines))

    def _nothing(self) -> str:
        if self._view.is_narrowed:
            return "  Nothing matches. Esc shows all."
        return "" if self._view.total else "  No connections."
