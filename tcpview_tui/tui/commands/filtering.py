"""Filters with names, and the dialog of the states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.tui.screens.filters import FiltersScreen
from tcpview_tui.tui.screens.states import StatesScreen

if TYPE_CHECKING:
    from tcpview_tui.model.connection import State
    from tcpview_tui.tui.screens.main import MainScreen


def choose_states(main: MainScreen) -> None:
    """Let the person choose which states are shown."""
    session = main.session

    def changed(off: frozenset[State]) -> None:
        session.sieve.states = off
        session.narrow()
        main.draw()

    main.app.push_screen(StatesScreen(session.live.states, session.sieve.states, changed))


def choose_filters(main: MainScreen) -> None:
    """List the filters that have a name; switch, add and forget them."""
    session = main.session

    def changed() -> None:
        session.narrow()
        main.draw()

    main.app.push_screen(FiltersScreen(session.sieve, changed, session.glyphs.plain))
