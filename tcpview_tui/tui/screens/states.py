"""The dialog of all states: how many connections are in each, and which of them are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tcpview_tui.model.connection import State
from tcpview_tui.tui.screens.checklist import ChecklistScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.binding import BindingType

STATES = (*(state for state in State if state is not State.NONE), State.NONE)
"""All states in the order of the dialog."""


class StatesScreen(ChecklistScreen):
    """Switches states off and on, as the dialog of TCPView does."""

    BINDINGS: ClassVar[list[BindingType]] = [("a", "all", "All"), ("n", "none", "None")]

    def __init__(
        self,
        counts: Callable[[], Mapping[State, int]],
        off: frozenset[State],
        changed: Callable[[frozenset[State]], None],
    ) -> None:
        """`counts` tells how many there are now, and `changed` is told at once what is off after each switch."""
        super().__init__("States", "Space shows or hides   a all   n none   Enter closes")
        self._counts = counts
        self._off = off
        self._changed = changed

    def lines(self) -> list[tuple[bool, str]]:
        """Return the states with their counts."""
        counts = self._counts()
        return [(state not in self._off, f"{counts.get(state, 0):>6}  {state.label}") for state in STATES]

    def refresh_counts(self) -> None:
        """Show the counts as they are now; call it after each look."""
        self.update(self.place)

    def toggle(self, place: int) -> None:
        """Show or hide a state."""
        self._set(self._off ^ {STATES[place]}, place)

    def action_all(self) -> None:
        """Show all states."""
        self._set(frozenset(), self.place)

    def action_none(self) -> None:
        """Hide all states, to show a few of them again."""
        self._set(frozenset(STATES), self.place)

    def _set(self, off: frozenset[State], place: int) -> None:
        self._off = off
        self.update(place)
        self._changed(off)
