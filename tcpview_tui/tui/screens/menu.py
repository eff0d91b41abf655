"""The menu of a row: what can be done with it, in a small list beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.containers import Vertical
from textual.geometry import Offset, Size

from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.once import OnceScreen

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widgets import OptionList

    from tcpview_tui.tui.action import Action

_FRAME = Size(4, 2)
"""Cells of the frame: left and right with its padding, above and below."""

_GAP = 3
"""Cells between the longest title and its key."""

_LIST_KEYS = frozenset({"up", "down", "pageup", "pagedown", "home", "end", "enter", "escape"})
"""Keys that are the menu's own, also when an action has one of them."""


class MenuScreen(OnceScreen[str]):
    """Lists actions with their keys. The result is the id of one, or `None` after Esc or a click beside the menu.

    Arrows and Enter choose, or a click, or the action's own key. The menu stands below `at`, a cell of the screen
    (the mouse, the start of the row), or above it where there is no room; without `at` in the middle.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Back")]

    def __init__(self, actions: Sequence[Action], at: Offset | None = None) -> None:
        super().__init__()
        self._actions = actions
        self._at = at
        self._by_key = {key: action.id for action in actions for key in action.keys if key not in _LIST_KEYS}
        self._list = Options(markup=False, compact=True, classes="flexible")
        self._frame = Vertical(self._list, classes="dialog")

    def compose(self) -> ComposeResult:
        """Lay out the frame around the list."""
        yield self._frame

    def on_mount(self) -> None:
        """Give the keys to the list."""
        self.set_focus(self._list)

    def on_resize(self) -> None:
        """Fit the menu to the screen."""
        room = self.size - _FRAME
        height = max(min(len(self._actions), room.height), 1)
        scrollbar = int(height < len(self._actions))
        lines = _lines(self._actions, max(room.width - scrollbar, 1))
        place = self._list.highlighted or 0
        self._list.set_options(Text(line) for line in lines)
        self._list.highlighted = place if lines else None
        self._place(Size(max(map(cell_len, lines), default=1) + scrollbar, height) + _FRAME)

    def on_key(self, event: events.Key) -> None:
        """Take the key of an action for its line."""
        if event.key in self._by_key:
            event.stop()
            self.dismiss(self._by_key[event.key])

    def on_click(self, event: events.Click) -> None:
        """Close on a click beside the menu, with any button."""
        if not self._frame.region.contains(event.screen_x, event.screen_y):
            self.dismiss()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return what was chosen."""
        self.dismiss(self._actions[event.option_index].id)

    def _place(self, size: Size) -> None:
        self._frame.styles.width, self._frame.styles.height = size
        if self._at is None:
            return
        below, above = self._at.y + 1, self._at.y - size.height
        y = below if below + size.height <= self.size.height else above
        last = self.size - size
        self.styles.align = ("left", "top")
        self._frame.styles.offset = (min(self._at.x, last.width), max(min(y, last.height), 0))


def _lines(actions: Sequence[Action], room: int) -> list[str]:
    """Return title and first key of each action, all of one width, which is `room` at most."""
    keys = [next(iter(action.key_names), "") for action in actions]
    key = max(map(cell_len, keys), default=0)
    title = max((cell_len(action.title) for action in actions), default=0)
    titles = [fit(action.title, max(min(title + _GAP, room - key), 0), ellipsis="") for action in actions]
    return [
        title + fit(name, min(key, room), right=True, ellipsis="") for title, name in zip(titles, keys, strict=True)
    ]
