"""A widget that keeps the lines it has drawn, so that only the cells that differ are sent to the terminal."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tcpview_tui.tui.difference import difference

if TYPE_CHECKING:
    from textual import events

WHEEL_LINES = 3
"""Lines by which one notch of the wheel scrolls, as in most terminals and editors."""


class Canvas(Widget):
    """Draws by whole lines and refreshes by cells."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: list[Strip] = []
        self._drawn_for: Size | None = None

    @abstractmethod
    def _draw(self) -> list[Strip]:
        """Return every line of the widget as it should be now, each as wide as the widget."""

    @abstractmethod
    def scroll_by(self, lines: int) -> None:
        """Scroll by a number of lines; up is negative."""

    def render_line(self, y: int) -> Strip:
        """Return what stands on line `y` of the widget."""
        if self._drawn_for != self.size:
            self._redraw()
        return self._drawn[y] if y < len(self._drawn) else Strip.blank(self.size.width)

    def sync(self) -> None:
        """Draw the cells that differ from what is on the screen; nothing differs, nothing is sent."""
        resized, before = self._drawn_for != self.size, self._drawn
        self._redraw()
        if resized:
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)):
            span = None if old == new else difference(old, new)
            if span:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def redraw(self) -> None:
        """Draw everything anew, with another theme: it gives other colours to what stands around the lines, too."""
        self._redraw()
        self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new size."""
        self.sync()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.scroll_by(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_by(-WHEEL_LINES)

    def _redraw(self) -> None:
        self._drawn, self._drawn_for = self._draw(), self.size
