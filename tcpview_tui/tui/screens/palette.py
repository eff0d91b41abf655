"""The command palette: all actions, found by any part of their name.

Not Textual's own: that one searches in the background, so that Enter in a burst of keys runs what an earlier letter
had found. Here the list is always that of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.widgets import Input, OptionList

from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.entry import Entry
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from tcpview_tui.tui.action import Action


_WIDTH, _BORDERS = 100, 6
"""Cells of a dialog at most, and what its frame, padding and scrollbar take of them."""


class PaletteScreen(Dialog[str]):
    """Lists the actions that hold every typed word. The result is the id of one, or `None` after Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("up", "cursor(-1)", "Up"),
        ("down", "cursor(1)", "Down"),
    ]

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__("Actions: type a part of the name, Enter runs")
        self._actions = actions
        self._input = Entry(compact=True)
        self._list = Options(markup=False, compact=True, classes="flexible")

    def compose_head(self) -> ComposeResult:
        """Lay out the prompt."""
        yield self._input

    def compose_body(self) -> Widget:
        """Return the list."""
        self._list.can_focus, self._list.is_followed = False, True
        return self._list

    def on_mount(self) -> None:
        """Start with all actions."""
        self.set_focus(self._input)
        self._fill()

    @on(Input.Changed)
    def _fill(self) -> None:
        found = self._found()
        self._list.clear_options()
        width = min(self.app.size.width, _WIDTH) - _BORDERS
        self._list.add_options(
            [Text(fit(f"{' '.join(a.key_names):<9} {a.title}. {a.help}", width, ellipsis="")) for a in found]
        )
        self._list.highlighted = 0 if found else None

    @on(Input.Submitted)
    def _run(self) -> None:
        found = self._found()
        place = self._list.highlighted
        if place is not None and place < len(found):
            self.dismiss(found[place].id)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found()[event.option_index].id)

    def action_cursor(self, lines: int) -> None:
        """Move in the list while the prompt has the keys."""
        if lines > 0:
            self._list.action_cursor_down()
        else:
            self._list.action_cursor_up()

    def _found(self) -> list[Action]:
        words = self._input.value.casefold().split()
        named = [(action, f"{action.title} {action.help}".casefold()) for action in self._actions]
        found = [action for action, text in named if all(word in text for word in words)]
        return sorted(
            found, key=lambda action: not action.title.casefold().startswith(tuple(words)) if words else False
        )
