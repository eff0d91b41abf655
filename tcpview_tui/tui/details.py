"""The details pane; and the same facts as a text that is whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tcpview_tui.tui.canvas import Canvas
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.facts import lay_out, whole

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions

    from tcpview_tui.model.facts import Section
    from tcpview_tui.tui.facts import Pieces
    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.theme import Palette


class DetailsText:
    """Everything, whole and not cut, in lines as long as who shows it has room for."""

    def __init__(self, sections: Sequence[Section], palette: Palette, glyphs: Glyphs) -> None:
        """A dialog has colours of its own: of those in `palette` only what deserves attention keeps its paint."""
        self._sections, self._glyphs = sections, glyphs
        self._palette = replace(palette, row="", quiet="", hint="", key="bold")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Yield the lines, as Rich wants them."""
        for line in whole(self._sections, options.max_width, self._palette, self._glyphs):
            yield from (Segment(text, Style.parse(paint)) for text, paint in line)
            yield Segment.line()


class DetailsPane(Canvas):
    """A line that names the row, and below it as much of the sections as there is room for.

    The first line does not scroll; it tells which lines are seen when there are more.
    """

    def __init__(self, palette: Callable[[], Palette], glyphs: Glyphs) -> None:
        """`palette` gives the paints of the theme in use."""
        super().__init__()
        self.top = 0
        self.heading = ""
        self.sections: Sequence[Section] = ()
        self._palette = palette
        self._glyphs = glyphs
        self._subject: Hashable = None

    def show(self, subject: Hashable, heading: str, sections: Sequence[Section]) -> None:
        """Show the sections of the row whose key is `subject`: from the top if another row was shown before."""
        if subject != self._subject:
            self._subject, self.top = subject, 0
        self.heading, self.sections = heading, sections
        self.sync()

    def scroll_by(self, lines: int) -> None:
        """Scroll by a number of lines; up is negative."""
        self.top += lines
        self.sync()

    def _draw(self) -> list[Strip]:
        width, height, palette = self.size.width, self.size.height, self._palette()
        lines = lay_out(self.sections, width, palette, self._glyphs)
        room = max(height - 1, 0)
        self.top = max(min(self.top, len(lines) - room), 0)
        seen = lines[self.top : self.top + room]
        drawn = [self._title(len(seen), len(lines)), *seen, *([()] * (room - len(seen)))]
        fill = Style.parse(palette.row)
        return [_strip(line, width, fill) for line in drawn[:height]]

    def _title(self, seen: int, lines: int) -> Pieces:
        glyphs, paint = self._glyphs, self._palette().header
        place = f" {self.top + 1}-{self.top + seen} of {lines} " if 0 < seen < lines else ""
        room = max(self.size.width - len(place), 0)
        return ((fit(f" {glyphs.plain(self.heading)}", room, ellipsis=glyphs.ellipsis), paint), (place, paint))


def _strip(line: Pieces, width: int, fill: Style) -> Strip:
    return Strip([Segment(text, Style.parse(paint)) for text, paint in line]).adjust_cell_length(width, fill)
