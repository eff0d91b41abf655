"""A dialog that asks before something is done. The safe answer has the keys first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.widgets import Button

from tcpview_tui.tui.screens.answers import HOW, AnswerScreen

if TYPE_CHECKING:
    from rich.text import Text
    from textual.binding import BindingType


class QuestionScreen(AnswerScreen[str]):
    """Shows a text and buttons. The result is the id of the button, or "" for the first one, which does nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss('')", "Back")]

    def __init__(self, title: str, text: Text, buttons: Sequence[tuple[str, str]]) -> None:
        """`buttons` are pairs of id and label; the one that does nothing is added before them."""
        super().__init__(title, text, HOW)
        self._answers = buttons

    async def on_mount(self) -> None:
        """Offer the answers."""
        await self.offer(self._answers)

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        self.dismiss("" if event.button.id == "cancel" else event.button.id)
