"""One line of text that is sent to the terminal only when it differs from what stands there."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tcpview_tui.tui.difference import difference

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
        if (pieces, fill) == (self._pieces, self._fill):
            return
        before = self._strip()
        self._pieces, self._fill = pieces, fill
        span = difference(before, self._strip())
        if span:
            self.refresh(Region(span[0], 0, span[1] - span[0], 1))

    @property
    def text(self) -> str:
        """The characters of the line."""
        return "".join(text for text, _ in self._pieces)

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        return self._strip() if y == 0 else Strip.blank(self.size.width, Style.parse(self._fill))

    def _strip(self) -> Strip:
        segments = [Segment(text, Style.parse(paint)) for text, paint in self._pieces]
        return Strip(segments).adjust_cell_length(self.size.width, Style.parse(self._fill))
