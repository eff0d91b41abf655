"""A dialog that asks for one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.widgets import Input, Static

from tcpview_tui.tui.entry import Entry
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PromptScreen(Dialog[str]):
    """The result is the text, or `None` after Esc."""

    def __init__(self, title: str, text: str = "") -> None:
        super().__init__(title, Text(text))
        self._input = Entry(compact=True)

    def compose_foot(self) -> ComposeResult:
        """Lay out the line to type in."""
        yield self._input
        yield Static(Text("Enter takes it, Esc goes back"), classes="foot")

    def on_mount(self) -> None:
        """Give the keys to the line."""
        self.set_focus(self._input)

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
