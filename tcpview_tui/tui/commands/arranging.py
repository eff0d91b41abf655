"""Arranging: groups, pins, columns, pages of columns, the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.grouping import GROUPING_BY_ID, GROUPINGS
from tcpview_tui.text import count
from tcpview_tui.tui.layout import pages
from tcpview_tui.tui.screens.choice import ChoiceScreen
from tcpview_tui.tui.screens.columns import ColumnsScreen
from tcpview_tui.tui.theme import THEME_NAMES

if TYPE_CHECKING:
    from tcpview_tui.model.arrangement import Arrangement
    from tcpview_tui.tui.screens.main import MainScreen


def choose_grouping(main: MainScreen) -> None:
    """Let the person choose what to group by."""
    view = main.session.view
    current = view.grouping.id if view.grouping else None
    choices: list[tuple[str | None, str]] = [(None, "No groups")]
    choices += [(grouping.id, grouping.title) for grouping in GROUPINGS]

    def chosen(choice: tuple[str | None] | None) -> None:
        if choice:
            view.group(GROUPING_BY_ID.get(choice[0] or ""))
            main.draw()
            if view.grouping:
                by, opens, closes = view.grouping.title.lower(), main.key("right"), main.key("left")
                main.say(f"Grouped by {by}. {opens} opens a group, {closes} closes it.")

    main.app.push_screen(ChoiceScreen("Group by", choices, current), chosen)


def right(main: MainScreen) -> None:
    """Open the group under the cursor; elsewhere, turn to the columns that did not fit."""
    view = main.session.view
    if view.current is None and view.unfold(is_open=True):
        main.draw()
    else:
        turn(main, 1)


def left(main: MainScreen) -> None:
    """Turn back to the columns before; on the first page, close the group of the cursor."""
    view = main.session.view
    if main.session.page == 0 and view.unfold(is_open=False):
        main.draw()
    else:
        turn(main, -1)


def turn(main: MainScreen, step: int) -> None:
    """Turn to the next page of columns, or back."""
    session = main.session
    last = pages(main.table.size.width, session.arrangement, session.without) - 1
    page = max(0, min(min(session.page, last) + step, last))
    if page == session.page:
        main.say("All columns are on the screen." if last == 0 else "There are no further columns on this side.")
        return
    session.page = page
    main.restyle()


def pin(main: MainScreen) -> None:
    """Pin the rows to the top, or unpin them."""
    rows = main.targets()
    if not rows:
        return
    pinned = main.session.view.pin(row.key for row in rows)
    main.draw()
    what = count(len(rows), "row")
    main.say(f"{what} pinned: at the top, also when closed or filtered out." if pinned else f"{what} unpinned.")


def unpin_all(main: MainScreen) -> None:
    """Unpin every row."""
    number = len(main.session.view.pins)
    main.session.view.pin(main.session.view.pins)
    main.draw()
    main.say(f"{count(number, 'row')} unpinned." if number else "No row is pinned.")


def choose_columns(main: MainScreen) -> None:
    """Let the person choose which columns are shown, in which order, how wide."""
    session = main.session

    def changed(new: Arrangement) -> None:
        arrange(main, new)

    main.app.push_screen(ColumnsScreen(session.arrangement, changed, lambda: main.table.size.width, session.without))


def arrange(main: MainScreen, arrangement: Arrangement) -> None:
    """Show the columns in another arrangement."""
    main.session.arrangement = arrangement
    main.header.refresh()
    main.draw()


def choose_theme(main: MainScreen) -> None:
    """Let the person choose the colours."""

    def chosen(choice: tuple[str] | None) -> None:
        if choice:
            main.tcpview.change_theme(choice[0])

    choices = [(name, name) for name in THEME_NAMES]
    main.app.push_screen(ChoiceScreen("Theme", choices, main.session.theme), chosen)
