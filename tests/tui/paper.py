"""A stand-in for the terminal below one widget: it changes only the cells that it was asked to refresh."""

from __future__ import annotations

from typing import Any, Self

from textual.geometry import Region, Size
from textual.strip import Strip

from tcpview_tui.tui.canvas import Canvas


class Paper(Canvas):
    """A canvas without an app, to be derived from before the widget; and what it has drawn."""

    area = Size(0, 0)

    @property
    def size(self) -> Size:
        return self.area

    def refresh(self, *regions: Region, **_: Any) -> Self:
        """Show the cells of these regions, or all."""
        for region in regions or (self.area.region,):
            assert self.area.region.contains_region(region)
            for y in region.line_range:
                self._later.setdefault(y, []).append(region)
        return self

    def resize(self, size: Size) -> None:
        """Take another size, as a terminal does: it forgets what it has shown."""
        self.area = size
        self.shown = [Strip.blank(size.width)] * size.height
        self._later: dict[int, list[Region]] = {}
        self.on_resize()

    def flush(self) -> dict[int, list[Region]]:
        """Show what was asked for; return the regions by line."""
        asked, self._later = self._later, {}
        for y, regions in asked.items():
            new = self.render_line(y)
            for region in regions:
                old = self.shown[y]
                pieces = old.crop(0, region.x), new.crop(region.x, region.right), old.crop(region.right)
                self.shown[y] = Strip.join(pieces)
        return asked


def looks(lines: list[Strip]) -> list[list[tuple[str, object]]]:
    """Return lines as a person sees them: characters and their styles, however they were put together."""
    return [[(text, style) for text, style, _ in line.simplify() if text] for line in lines]
