"""What all dialogs are: a frame with a title, a part that scrolls, and a foot that is always seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.text import Text
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tcpview_tui.tui.screens.once import OnceScreen

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

T = TypeVar("T")

_FRAME = 2
"""Lines of the frame, above and below."""


class Dialog(OnceScreen[T], Generic[T]):
    """Shows a text that has passed `text.safe`; it scrolls with the arrow and page keys, Esc goes back."""

    HORIZONTAL_BREAKPOINTS = [(0, "-scant"), (6, "-ample")]  # noqa: RUF012 - Textual wants no ClassVar
    """With fewer columns a scrollbar would leave none to the text, and Textual lays out for ever, with and without."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Back"),
        ("up", "scroll(-1)", "Up"),
        ("down", "scroll(1)", "Down"),
        ("pageup", "scroll(-10)", "Page up"),
        ("pagedown", "scroll(10)", "Page down"),
        ("home", "scroll(-100000)", "Start"),
        ("end", "scroll(100000)", "End"),
    ]

    def __init__(self, title: str, text: RenderableType = "") -> None:
        super().__init__()
        self._title = title
        self.body = Static(text, classes="text", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out title, text and foot."""
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="title")
            yield from self.compose_head()
            yield self.compose_body()
            yield from self.compose_foot()

    def compose_head(self) -> ComposeResult:
        """Lay out what stands between title and text."""
        yield from ()

    def compose_body(self) -> Widget:
        """Return the part that gives way when the screen is small."""
        return VerticalScroll(self.body, can_focus=False, classes="flexible")

    def compose_foot(self) -> ComposeResult:
        """Lay out what stands below the text."""
        yield from ()

    def on_resize(self) -> None:
        """Fit the dialog to the screen."""
        self.fit()

    def fit(self) -> None:
        """Give the part that scrolls what title and foot leave; call it when one of them has grown."""
        self.call_after_refresh(self._fit)

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one(".flexible").scroll_relative(y=lines, animate=False)

    def _fit(self) -> None:
        flexible = self.query_one(".flexible")
        others = [widget for widget in self.query_one(".dialog").children if widget is not flexible]
        taken = sum(widget.outer_size.height + widget.styles.margin.height for widget in others)
        flexible.styles.max_height = max(self.size.height - _FRAME - taken, 1)
