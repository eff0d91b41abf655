"""The table widget: it asks the view line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Offset
from textual.message import Message

from tcpview_tui.model.grouping import Group
from tcpview_tui.tui.canvas import Canvas
from tcpview_tui.tui.painter import Look
from tcpview_tui.tui.pointing import point

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.geometry import Region
    from textual.strip import Strip

    from tcpview_tui.model.view import View
    from tcpview_tui.tui.painter import Painter

LEFT, RIGHT = 1, 3
"""Mouse buttons as Textual counts them."""


class ConnectionTable(Canvas, can_focus=True):
    """The rows of a view from line `top` on.

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
        self._cursor_line = 0
        self._dragged = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw, and let the terminal's own cursor stand on the line of ours."""
        point(self, self.cursor_offset)
        return super().render_lines(crop)

    def sync(self) -> None:
        """Draw the cells that differ from what is on the screen; nothing differs, nothing is sent."""
        self._anchor()
        super().sync()

    def redraw(self) -> None:
        """Draw everything anew, with another theme."""
        self._anchor()
        super().redraw()

    def move(self, lines: int) -> None:
        """Move the cursor by a number of lines; up is negative."""
        self.go(self._view.cursor_line + lines)

    def scroll_by(self, lines: int) -> None:
        """Scroll with the cursor, as a key would, since an action must not hit a row out of sight."""
        self.move(lines)

    def go(self, line: int) -> None:
        """Move the cursor to a line of the view, or the nearest there is."""
        self._view.move(line, self._now())
        self._moved()

    def extend(self, line: int) -> None:
        """Move the cursor to a line and select what lies between."""
        self._view.select(line, self._now())
        self._moved()

    def go_home(self) -> None:
        """Go to the first line and stay there, whatever comes to stand on it; while selecting, select up to it."""
        self._view.go_home(self._now())
        self._view.acknowledge()
        self._moved()

    def _moved(self) -> None:
        self._cursor_line = self._view.cursor_line
        self.sync()
        self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """How many lines PageDown moves: one less than are seen, so that one stays to read on from."""
        return max(self.size.height - self._fixed - 1, 1)

    @property
    def cursor_offset(self) -> Offset:
        """Where on the screen the cursor's line begins."""
        return self.region.offset + Offset(1, max(self.height_of(self._view.cursor_line), 0))

    def height_of(self, line: int) -> int:
        """Return on which line of the widget a line of the view stands; outside of it, one that is scrolled away."""
        return line if line < self._fixed else line - self.top

    def line_at(self, y: int) -> int:
        """Return which line of the view stands on line `y` of the widget."""
        return y if y < self._fixed else y + self.top

    @property
    def _fixed(self) -> int:
        """How many lines, the first ones, do not scroll: the pinned rows, but on half of the widget at most."""
        return min(self._view.pinned, self.size.height // 2)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Put the cursor on the line under the mouse; with Shift, select up to it; with Ctrl, add it or take it out."""
        line = self.line_at(event.y)
        if line >= len(self._view):
            return
        if event.shift:
            self.extend(line)
        else:
            self._view.choose(line, self._now(), add=event.ctrl, keep=event.button != LEFT)
            self._moved()
        self._dragged = event.button == LEFT
        self.capture_mouse(self._dragged)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select while the mouse is dragged."""
        if self._dragged and event.button == LEFT:
            line = self.line_at(max(event.y, 0))
            if line != self._view.cursor_line:
                self.extend(line)
        elif self._dragged:
            self._let_go()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End a selection by mouse; the right button asks for the menu."""
        self._let_go()
        if event.button == RIGHT and self.line_at(event.y) < len(self._view):
            self.post_message(self.MenuWanted(event.screen_offset))

    def on_hide(self) -> None:
        """Let the mouse go when another screen takes the place."""
        self._let_go()

    def _let_go(self) -> None:
        if self._dragged:
            self._dragged = False
            self._view.end_selection()
            self.release_mouse()

    def _anchor(self) -> None:
        """Keep the cursor's row at its height on the screen while rows come and go, and always in sight."""
        height = max(self.size.height, 1)
        if not self._view.is_chosen and self._view.cursor_line >= height:
            self._view.go_home(self._now())
        line, fixed = self._view.cursor_line, self._fixed
        if self.top > 0 and line >= fixed:
            self.top += line - self._cursor_line
        self._cursor_line = line
        if line >= fixed:
            self.top = max(min(self.top, line - fixed), line - height + 1)
        self.top = max(min(self.top, len(self._view) - height), 0)

    def _draw(self) -> list[Strip]:
        view, painter, height = self._view, self._painter(self.size.width), self.size.height
        numbers = map(self.line_at, range(height))
        lines = [self._line(painter, number) for number in numbers if number < len(view)]
        if not lines and height > 1:
            lines = [painter.blank(), painter.blank(self._nothing())]
        return lines + [painter.blank()] * (height - len(lines))

    def _line(self, painter: Painter, number: int) -> Strip:
        view = self._view
        item = view.line(number)
        key = item.key
        look = Look(number == view.cursor_line, key in view.selection.keys, key in view.pins)
        if isinstance(item, Group):
            return painter.group(item, view.context, look)
        return painter.row(item, view.context, look)

    def _nothing(self) -> str:
        if self._view.narrowing:
            return "  Nothing matches."
        return "" if self._view.total else "  No connections."
