"""One line of text that is sent to the terminal only when it differs from what stands there."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

Piece = tuple[str, str]
"""A text and its paint, in Rich's words."""


class Line(Widget):
    """A widget of one line. What it shows must have passed `text.safe`; it interprets no markup."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._pieces: tuple[Piece, ...] = ()
        self._fill = ""

    def show(self, *pieces: Piece, fill: str = "") -> None:
        """Show the pieces one after the other, cut at the right edge; the rest of the line is painted with `fill`."""
        if (pieces, fill) != (self._pieces, self._fill):
            self._pieces, self._fill = pieces, fill
            self.refresh()

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(text for text, _ in self._pieces)

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        segments = [Segment(text, Style.parse(paint)) for text, paint in self._pieces]
        strip = Strip(segments).adjust_cell_length(self.size.width, Style.parse(self._fill))
        return strip if y == 0 else Strip.blank(self.size.width, Style.parse(self._fill))
