"""The details pane, of which only the cells that differ are drawn; and the same facts as a text that is whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.difference import difference
from tcpview_tui.tui.facts import LABEL_WIDTH, lay_out

if TYPE_CHECKING:
    from textual import events

    from tcpview_tui.model.facts import Section
    from tcpview_tui.tui.facts import Pieces
    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.theme import Palette

WHEEL_LINES = 3


def details_text(sections: Sequence[Section], plain: Callable[[str], str] = str) -> Text:
    """Return everything, whole and not cut, to be wrapped by who shows it; `plain` is that of the glyphs."""
    text = Text()
    for section in sections:
        text.append(plain(section.title) + "\n", "bold")
        for fact in section.facts:
            text.append(f"  {plain(fact.label):<{LABEL_WIDTH}} {plain(fact.value)}\n")
        text.append("\n")
    text.rstrip()
    return text


class DetailsPane(Widget):
    """A line that names the row, and below it as much of the sections as there is room for.

    It keeps what it shows, and nothing else. The first line does not scroll; it tells which lines are seen when
    there are more.
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
        self._drawn: list[Strip] = []
        self._drawn_for: Size | None = None

    def show(self, subject: Hashable, heading: str, sections: Sequence[Section]) -> None:
        """Show the sections of the row whose key is `subject`: from the top if another row was shown before."""
        if subject != self._subject:
            self._subject, self.top = subject, 0
        self.heading, self.sections = heading, sections
        self._sync()

    def scroll_by(self, lines: int) -> None:
        """Scroll by a number of lines; up is negative."""
        self.top += lines
        self._sync()

    def redraw(self) -> None:
        """Draw everything anew: another theme or width."""
        self._drawn = self._draw()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return what stands on line `y` of the widget."""
        if self._drawn_for != self.size:
            self._drawn = self._draw()
        return self._drawn[y] if y < len(self._drawn) else Strip.blank(self.size.width)

    def on_resize(self) -> None:
        """Fit the lines to the new size."""
        self._sync()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll."""
        event.stop()
        self.scroll_by(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.scroll_by(-WHEEL_LINES)

    def _sync(self) -> None:
        """Draw the cells that differ from what is on the screen; nothing differs, nothing is sent."""
        resized = self._drawn_for != self.size
        before, self._drawn = self._drawn, self._draw()
        if resized:
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._drawn, strict=True)):
            span = None if old == new else difference(old, new)
            if span:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    def _draw(self) -> list[Strip]:
        self._drawn_for = self.size
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
