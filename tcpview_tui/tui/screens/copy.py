"""The text that was copied, to select with the mouse where the terminal did not take it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import chop_cells
from rich.text import Text
from textual.widgets import Static

from tcpview_tui.tui.clipboard import advice
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

_TAB = 8


class CopyScreen(Dialog[None]):
    """Shows plain text over the whole width. While it is open the mouse belongs to the terminal, which selects."""

    BINDINGS: ClassVar[list[BindingType]] = [("q,enter", "dismiss", "Back")]

    def __init__(self, title: str, text: str, plain: Callable[[str], str] = str) -> None:
        """`text` is lines that have passed `text.safe`, with tabs; `plain` spells them for this terminal."""
        super().__init__(title)
        self._lines = [plain(line).expandtabs(_TAB) for line in text.split("\n")]

    def compose_foot(self) -> ComposeResult:
        """Lay out how to select, and how to leave."""
        lines = [advice(os.environ), "The mouse selects. Up Down PageUp PageDown scroll, Esc goes back"]
        yield Static(Text("\n".join(filter(None, lines))), classes="foot")

    def on_mount(self) -> None:
        """Take off what would be selected with the text, and leave the mouse to the terminal."""
        styles = self.query_one(".dialog").styles
        styles.border_left = styles.border_right = ("none", "transparent")
        styles.padding = 0
        styles.max_width = "100%"
        self.query_one(".flexible").styles.scrollbar_size_vertical = 0
        self._take_mouse("_disable_mouse_support")

    def on_resize(self) -> None:
        """Break the lines where the screen ends, and nowhere else."""
        width = max(self.size.width, 2)
        pieces = (piece for line in self._lines for piece in chop_cells(line, width) or [""])
        self.body.update(Text("\n".join(pieces)))
        super().on_resize()

    def dismiss(self, result: None = None) -> Any:
        """Take the mouse back and leave. Not on unmount: at the program's end the terminal must keep the mouse."""
        self._take_mouse("_enable_mouse_support")
        return super().dismiss(result)

    def _take_mouse(self, method: str) -> None:
        """Call a method of the driver that switches reports of the mouse; a driver without a mouse has none."""
        getattr(self.app._driver, method, lambda: None)()
