"""A dialog that is answered with a button. The one that does nothing has the keys first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.text import Text
from textual.containers import ItemGrid
from textual.message import Message
from textual.widgets import Button, Static

from tcpview_tui.tui.pointing import point
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.geometry import Region
    from textual.strip import Strip

T = TypeVar("T")

HOW = "Enter cancels; Tab or arrows choose."

_MOVES = ("tab", "shift+tab", "left", "right")

_AROUND = 4
"""Cells of a button beside its label: its padding, and the gap to the next one."""


class Answer(Button):
    """A button that can be followed by ear: the terminal's own cursor stands on it while it has the keys."""

    def __init__(self, name: str, label: str) -> None:
        """`name` is the id."""
        super().__init__(Text(label), id=name, compact=True)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw, and let the terminal's own cursor stand on the label."""
        point(self, self.content_region.offset)
        return super().render_lines(crop)


class AnswerScreen(Dialog[T]):
    """Shows a text, and buttons that may come later than the text; they wrap where the screen is narrow.

    A key typed before the buttons stood there moves to none of them: what arrives in one burst (a paste, a slow SSH
    line) presses Cancel at most, whatever has been found out meanwhile.
    """

    DEFAULT_CSS = "AnswerScreen Button { min-width: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("left", "app.focus_previous", "Left"),
        ("right", "app.focus_next", "Right"),
    ]

    def __init__(self, title: str, text: RenderableType, foot: str) -> None:
        """`foot` is a sentence for the time until there is something to choose."""
        super().__init__(title, text)
        self._buttons = ItemGrid(Answer("cancel", "Cancel"), classes="buttons")
        self._foot = Static(Text(foot), classes="foot")
        self._offered_at = 0.0

    def compose_foot(self) -> ComposeResult:
        """Lay out the one button that is known at once."""
        yield self._buttons
        yield self._foot

    async def on_mount(self) -> None:
        """Start on the answer that does nothing."""
        self.set_focus(self.query_one("#cancel"))

    async def offer(self, answers: Sequence[tuple[str, str]], foot: str = HOW) -> None:
        """Add a button for each pair of id and label, and say `foot` below them."""
        await self._buttons.mount(*(Answer(name, label) for name, label in answers))
        width = max(len(label) for label in ("Cancel", *(label for _, label in answers))) + _AROUND
        self._buttons.min_column_width = self._buttons.max_column_width = width
        self._foot.update(Text(foot))
        self._offered_at = Message().time
        self.fit()

    def on_key(self, event: events.Key) -> None:
        """Let keys that are older than the buttons not move between them."""
        if event.key in _MOVES and event.time < self._offered_at:
            event.stop()
