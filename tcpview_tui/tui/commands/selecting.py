"""Several rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen


def toggle_selecting(main: MainScreen) -> None:
    """Begin to select at the cursor; when that has begun already, go on without."""
    view = main.session.view
    if view.end_selection():
        main.draw()
        return
    if not view.begin_selection():
        main.say(f"There is no row to select here; groups are opened with {main.key('right')}.")
        return
    main.draw()
    end, drop = main.key("select"), main.key("clear")
    main.say(f"Selecting: move to extend, {end} ends it, {drop} drops it. Actions are for all selected rows.")


def extend(main: MainScreen, lines: int) -> None:
    """Select up to the line that is `lines` further down; up is negative."""
    main.table.extend(main.session.view.cursor_line + lines)


def select_all(main: MainScreen) -> None:
    """Select every row that is shown."""
    main.session.view.select_all()
    main.draw()
