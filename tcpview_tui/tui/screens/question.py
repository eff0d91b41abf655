"""A dialog that asks before something is done. The safe answer has the keys first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.containers import Horizontal
from textual.widgets import Button, Static

from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class QuestionScreen(Dialog[str]):
    """Shows a text and buttons. The result is the id of the button, or "" for the first one, which does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "dismiss('')", "Back"),
        ("left", "app.focus_previous", "Left"),
        ("right", "app.focus_next", "Right"),
    ]

    def __init__(self, title: str, text: Text, buttons: list[tuple[str, str]]) -> None:
        """`buttons` are pairs of id and label; the one that does nothing is added before them."""
        super().__init__(title, text)
        self._buttons = buttons

    def compose_foot(self) -> ComposeResult:
        """Lay out the buttons."""
        with Horizontal(classes="buttons"):
            yield Button(Text("Cancel"), id="cancel", compact=True)
            for name, label in self._buttons:
                yield Button(Text(label), id=name, compact=True)
        yield Static(Text("Enter cancels; Tab or the arrows choose."), classes="foot")

    def on_mount(self) -> None:
        """Start on the answer that does nothing."""
        self.set_focus(self.query_one("#cancel"))

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        self.dismiss("" if event.button.id == "cancel" else event.button.id)
