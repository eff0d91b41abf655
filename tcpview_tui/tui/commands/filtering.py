"""Filters with names, and the dialog of the states."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tcpview_tui.tui.screens.filters import FiltersScreen
from tcpview_tui.tui.screens.states import StatesScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import State
    from tcpview_tui.tui.screens.main import MainScreen


def choose_states(main: MainScreen) -> None:
    """Let the person choose which states are shown."""
    session = main.session

    def changed(off: frozenset[State]) -> None:
        session.sieve.states = off
        session.narrow()
        main.draw()

    def counts() -> Mapping[State, int]:
        """Count the rows that there are; in a frozen view, those that it keeps."""
        if not session.view.frozen:
            return session.live.states
        return Counter(row.connection.state for row in session.view.everything() if not row.is_closed)

    main.app.push_screen(StatesScreen(counts, session.sieve.states, changed))


def choose_filters(main: MainScreen) -> None:
    """List the filters that have a name; switch, add and forget them."""
    session = main.session

    def changed() -> None:
        session.narrow()
        main.draw()

    main.app.push_screen(FiltersScreen(session.sieve, changed, session.glyphs.plain))
