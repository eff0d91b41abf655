"""A list to choose from that survives a screen without room for it, and that can be followed by ear."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.geometry import Offset
from textual.widgets import OptionList

from tcpview_tui.tui.pointing import point

if TYPE_CHECKING:
    from textual.geometry import Region
    from textual.strip import Strip


class Options(OptionList):
    """Textual's list looks up lines that it has not laid out when it has no height, and raises KeyError.

    With `is_followed` the terminal's own cursor stands on the marked line although another widget has the keys.
    """

    is_followed = False

    @property
    def cursor_offset(self) -> Offset:
        """Where on the screen the marked line begins."""
        region = self.content_region
        line = self._index_to_line.get(self.highlighted or 0, 0) - self.scroll_offset.y
        return region.offset + Offset(0, max(min(line, region.height - 1), 0))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw, and let the terminal's own cursor stand on the marked line."""
        point(self, self.cursor_offset, always=self.is_followed)
        return super().render_lines(crop)

    def on_resize(self) -> None:
        """Keep the marked line in sight: the list may have become smaller after a key had moved it."""
        self.scroll_to_highlight()

    def _move_page(self, direction: Any) -> None:
        with suppress(KeyError, IndexError):
            super()._move_page(direction)
