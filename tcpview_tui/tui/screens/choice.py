"""A dialog to choose one of a list."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.text import Text
from textual.widgets import OptionList

from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.widget import Widget

T = TypeVar("T", bound=Hashable)


class ChoiceScreen(Dialog[tuple[T]], Generic[T]):
    """Lists choices, each a value and its words. The result is a tuple of the value, or `None` after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "dismiss", "Back")]

    def __init__(self, title: str, choices: Sequence[tuple[T, str]], current: T) -> None:
        super().__init__(title)
        self._choices = choices
        self._current = current

    def compose_body(self) -> Widget:
        """Return the list."""
        words = (Text(words) for _, words in self._choices)
        return Options(*words, markup=False, compact=True, classes="flexible")

    def on_mount(self) -> None:
        """Start at the current choice."""
        values = [value for value, _ in self._choices]
        options = self.query_one(OptionList)
        options.highlighted = values.index(self._current) if self._current in values else 0
        self.set_focus(options)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return what was chosen."""
        self.dismiss((self._choices[event.option_index][0],))
