"""The line of column titles: a click sorts, dragging the right edge of a title makes its column wider or narrower."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from tcpview_tui.tui.layout import EDGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.strip import Strip

    from tcpview_tui.model.view import View
    from tcpview_tui.tui.layout import Slot
    from tcpview_tui.tui.painter import Painter


class Header(Widget):
    """The line of column titles."""

    class Chosen(Message):
        """A column title was clicked."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Resized(Message):
        """The edge of a column was dragged: it should have `width` cells. Sent for every cell the mouse moves."""

        def __init__(self, column: str, width: int) -> None:
            super().__init__()
            self.column = column
            self.width = width

    def __init__(self, view: View, painter: Callable[[int], Painter]) -> None:
        """`painter` gives the painter for a width."""
        super().__init__()
        self._view = view
        self._painter = painter
        self._grip: tuple[Slot, int] | None = None
        self._dragged: int | None = None

    def render_line(self, y: int) -> Strip:
        """Return the titles."""
        return self._painter(self.size.width).header(self._view.order)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the edge under the mouse, and of the mouse, so that it may leave the line meanwhile."""
        self._dragged = None
        slot = self._painter(self.size.width).edge_at(event.x) if event.button == 1 else None
        if slot is not None:
            self._grip = (slot, event.x)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag the edge. The width is counted from where the drag began: the columns move while it goes on."""
        if self._grip is None:
            return
        if event.button != 1:  # the button was let go where no terminal reports it
            self._let_go()
            return
        slot, start = self._grip
        most = self.size.width - slot.x - EDGE
        width = max(1, min(slot.width + event.x - start, most))
        if width != (self._dragged or slot.width):
            self._dragged = width
            self.post_message(self.Resized(slot.column.id, width))

    def on_mouse_up(self) -> None:
        """Let go, wherever the mouse is."""
        self._let_go()

    def on_mouse_release(self) -> None:
        """Let go: a dialog has come up meanwhile and has the mouse."""
        self._grip = None

    def on_click(self, event: events.Click) -> None:
        """Sort by the column under the mouse, unless the click is the end of a drag."""
        column = self._painter(self.size.width).column_at(event.x)
        if column and self._dragged is None:
            self.post_message(self.Chosen(column))

    def _let_go(self) -> None:
        if self._grip is not None:
            self._grip = None
            self.release_mouse()
