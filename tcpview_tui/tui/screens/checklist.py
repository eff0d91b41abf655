"""What dialogs with a list of things to switch on and off have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.widgets import OptionList, Static

from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget


class ChecklistScreen(Dialog[None]):
    """Lists things with a box each. Space or a click switches one, Enter and Esc close; what was switched stays so.

    The keys come before those of the list: its Enter would switch.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", "On or off", priority=True),
        Binding("enter,escape,q", "dismiss", "Close", priority=True),
    ]

    def __init__(self, title: str, keys: str) -> None:
        """`keys` says which keys do what; it stands in the foot."""
        super().__init__(title)
        self._keys = keys
        self._list = Options(markup=False, compact=True, classes="flexible")

    @abstractmethod
    def lines(self) -> list[tuple[bool, str]]:
        """Return every thing that is listed: whether it is on, and its words, which must be safe text."""

    @abstractmethod
    def toggle(self, place: int) -> None:
        """Switch the thing on that line."""

    def compose_body(self) -> Widget:
        """Return the list."""
        return self._list

    def compose_foot(self) -> ComposeResult:
        """Lay out the line of keys."""
        yield Static(Text(self._keys), classes="foot")

    def on_mount(self) -> None:
        """Start on the first line."""
        self.refill(0)
        self.set_focus(self._list)

    @property
    def place(self) -> int:
        """The line that the keys work on."""
        return self._list.highlighted or 0

    def refill(self, place: int) -> None:
        """List the things anew, as there are more of them or fewer, and work on the one at `place`."""
        self._list.set_options([_prompt(*line) for line in self.lines()])
        self._list.highlighted = place

    def update(self, place: int) -> None:
        """Show the lines as they are now, and work on the one at `place`."""
        for number, line in enumerate(self.lines()):
            prompt = _prompt(*line)
            if self._list.get_option_at_index(number).prompt != prompt:
                self._list.replace_option_prompt_at_index(number, prompt)
        self._list.highlighted = place

    def action_switch(self) -> None:
        """Switch the line that is marked."""
        self.toggle(self.place)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.toggle(event.option_index)


def _prompt(is_on: bool, words: str) -> Text:
    return Text(f"[{'x' if is_on else ' '}] {words}", no_wrap=True)
