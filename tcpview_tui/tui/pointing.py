"""The terminal's own cursor, which is hidden, and which screen readers and Braille displays follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.geometry import Offset
    from textual.widget import Widget


def point(widget: Widget, at: Offset, *, always: bool = False) -> None:
    """Let the cursor stand at a cell of the screen, when `widget` has the keys, or `always`.

    To be called whenever the widget is drawn, from `render_lines`: then the place is right also after a dialog has
    grown, or has closed above it. The cursor goes there with what is drawn, so that it costs nothing by itself.
    """
    if always or widget.app.focused is widget:
        widget.app.cursor_position = at
