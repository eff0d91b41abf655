"""What an action is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tcpview_tui.tui.keymap import written

Table = Literal["live", "replay"]
"""Which table there is."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `run` is given the screen with the table.

    `hint`: when the line of keys names it; `changes_system`: not with --read-only; `of_row`: it is for the selected
    rows or the one under the cursor, and the menu offers it. `where` there is such a thing: in the live table, in a
    replay, or in both; `of_now`: a replay has the key, and says why it does nothing there.
    """

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    group: str
    run: Callable[[Any], None]
    hint: Literal["", "room", "always"] = ""
    changes_system: bool = False
    of_row: bool = False
    where: Literal[Table, "both"] = "both"
    of_now: bool = False

    @property
    def key_names(self) -> tuple[str, ...]:
        """The keys as people write them."""
        return tuple(map(written, self.keys))

    def is_in(self, table: Table) -> bool:
        """Return whether there is such a thing there."""
        return self.where in ("both", table)

    def meets(self, other: Action) -> bool:
        """Return whether there is any table that has both."""
        return "both" in (self.where, other.where) or self.where == other.where
