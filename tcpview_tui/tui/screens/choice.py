"""A dialog to choose one of a list."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.text import Text
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

T = TypeVar("T", bound=Hashable)


class ChoiceScreen(ModalScreen[tuple[T]], Generic[T]):
    """Lists choices, each a value and its words. The result is a tuple of the value, or `None` after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Back")]

    def __init__(self, title: str, choices: Sequence[tuple[T, str]], current: T) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._current = current

    def compose(self) -> ComposeResult:
        """Lay out the title and the list."""
        with Vertical(classes="dialog narrow"):
            yield Static(Text(self._title), classes="title")
            yield OptionList(*(Text(words) for _, words in self._choices), markup=False, compact=True)

    def on_mount(self) -> None:
        """Start at the current choice."""
        values = [value for value, _ in self._choices]
        self.query_one(OptionList).highlighted = values.index(self._current) if self._current in values else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return what was chosen."""
        self.dismiss((self._choices[event.option_index][0],))
