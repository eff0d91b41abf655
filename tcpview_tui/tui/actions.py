"""The actions, each declared once: bindings, hints, command palette, help and README are made from this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.tui.commands import lookups, respond, screens, viewing

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen

KEY_NAMES = {
    "space": "Space",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "escape": "Esc",
    "up": "Up",
    "down": "Down",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "home": "Home",
    "end": "End",
    "ctrl+p": "Ctrl+P",
    "ctrl+c": "Ctrl+C",
    "f1": "F1",
    "ctrl+q": "Ctrl+Q",
}
"""How people write the keys that Textual names otherwise."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `hint`: when the line of keys names it; `changes_system`: not with --read-only."""

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: str
    run: Callable[[MainScreen], None]
    hint: Literal["", "room", "always"] = ""
    changes_system: bool = False

    @property
    def key_names(self) -> tuple[str, ...]:
        """The keys as people write them."""
        return tuple(KEY_NAMES.get(key, key) for key in self.keys)


ACTIONS: tuple[Action, ...] = (
    Action(
        "filter", ("slash",), "Filter", "Show only what matches; Enter keeps the filter, Esc takes it back.",
        "Look", viewing.open_filter, hint="room",
    ),
    Action(
        "freeze", ("space",), "Freeze", "Freeze or thaw the view. Collection goes on; thawing marks what happened.",
        "Look", viewing.freeze, hint="room",
    ),
    Action(
        "sort", ("s",), "Sort", "Choose the column to sort by; the one before breaks ties.",
        "Look", viewing.choose_order, hint="room",
    ),
    Action("whois", ("w",), "Whois", "Ask who owns the remote address.", "Judge", lookups.whois, hint="room"),
    Action(
        "end", ("k",), "End process", "End the process of the row, after a dialog.",
        "Contain", respond.end_process, hint="room", changes_system=True,
    ),
    Action(
        "help", ("question_mark", "f1"), "Help", "Show all keys, columns and filter fields.",
        "Program", screens.show_help, hint="always",
    ),
    Action("palette", ("ctrl+p",), "Palette", "Search all actions by name.", "Program", screens.open_palette),
    Action("quit", ("q", "ctrl+q"), "Quit", "Leave.", "Program", screens.leave, hint="always"),
    Action(
        "names", ("n",), "Names", "Look up names of remote addresses (reverse DNS), or stop.",
        "Judge", lookups.toggle_names, hint="room",
    ),
    Action(
        "sample", ("full_stop",), "Look now", "Look at once. Frozen, the view steps to now and stays frozen.",
        "Look", viewing.sample_now,
    ),
    Action(
        "slower", ("plus",), "Longer interval", "Look less often.",
        "Look", partial(viewing.change_interval, step=1),
    ),
    Action(
        "faster", ("minus",), "Shorter interval", "Look more often.",
        "Look", partial(viewing.change_interval, step=-1),
    ),
    *(
        Action(
            f"toggle_{toggle.id}", (toggle.key,), f"Hide {toggle.title}", "The same key shows them again.",
            "Look", partial(viewing.toggle, kind=toggle.id),
        )
        for toggle in TOGGLES
    ),
    Action("clear", ("escape",), "Show all", "Take off filter and switches.", "Look", viewing.clear),
    Action(
        "limits", ("i",), "Not visible", "Say what this program cannot see here, and why.",
        "Judge", screens.show_limits,
    ),
    Action("log", ("a",), "Action log", "List everything that was done from here.", "Contain", screens.show_log),
    Action("up", ("up",), "Up", "Move the cursor up.", "Move", lambda main: main.table.move(-1)),
    Action("down", ("down",), "Down", "Move the cursor down.", "Move", lambda main: main.table.move(1)),
    Action(
        "page_up", ("pageup",), "Page up", "Move up a screen.",
        "Move", lambda main: main.table.move(-main.table.page),
    ),
    Action(
        "page_down", ("pagedown",), "Page down", "Move down a screen.",
        "Move", lambda main: main.table.move(main.table.page),
    ),
    Action("first", ("home",), "First", "Go to the top and stay there.", "Move", lambda main: main.table.go_home()),
    Action(
        "last", ("end",), "Last", "Go to the last row.",
        "Move", lambda main: main.table.go(len(main.session.view) - 1),
    ),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}


def offered(read_only: bool) -> list[Action]:
    """Return the actions there are; with `read_only`, none that changes the system."""
    return [action for action in ACTIONS if not (read_only and action.changes_system)]
