"""A dialog to read a text in: help, limits, the action log."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType


class ReadingScreen(ModalScreen[None]):
    """Shows a text that has passed `text.safe`; it scrolls with the arrow and page keys."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,enter,question_mark,i,a", "dismiss", "Back")]

    def __init__(self, title: str, text: RenderableType) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """Lay out the title, the text and how to leave."""
        with Vertical(classes="dialog wide"):
            yield Static(Text(self._title), classes="title")
            with VerticalScroll():
                yield Static(self._text, classes="text")
            yield Static(Text("Up Down PageUp PageDown scroll, Esc goes back"), classes="foot")
