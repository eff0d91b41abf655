"""A dialog to read a text in: help, limits, the action log."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widgets import Static

from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class ReadingScreen(Dialog[None]):
    """Shows a text, and in its last line how to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [("q,enter,question_mark,i,a", "dismiss", "Back")]

    def compose_foot(self) -> ComposeResult:
        """Lay out the line of keys."""
        yield Static(Text("Up Down PageUp PageDown scroll, Esc goes back"), classes="foot")
