"""What stays and what is new: closed rows that are kept, and marks in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.text import count, local_time
from tcpview_tui.tui.screens.choice import ChoiceScreen

if TYPE_CHECKING:
    from tcpview_tui.model.moment import Moment
    from tcpview_tui.tui.screens.main import MainScreen

_Choice = tuple["Moment | None", bool]
"""A mark, and whether older rows are hidden and not only dimmed."""


def toggle_kept(main: MainScreen) -> None:
    """Keep closed rows from now on, or let them go."""
    session = main.session
    session.keep_closed(not session.live.keeps_closed)
    main.restyle()
    main.draw()
    if session.live.keeps_closed:
        main.say("Closed rows: kept from now on. X clears them, is:closed filters for them.")
    else:
        main.say("Closed rows: they go again when their time is over.")


def clear_kept(main: MainScreen) -> None:
    """Let the closed rows go that are there now."""
    session = main.session
    if session.view.frozen:
        main.say("The view is frozen and keeps every row. Thaw it first (Space).", "warning")
        return
    view = session.view
    closed = [row.key for row in session.live.rows.values() if row.is_closed]
    held = view.pins | view.selection.keys | ({view.cursor} if view.is_chosen else set())
    stay = sum(key in held for key in closed)
    session.clear_closed()
    main.draw()
    told = f"{count(len(closed) - stay, 'closed row')} cleared." if closed else "There is no closed row to clear."
    main.say(f"{told} {stay} stay: pinned, selected or under the cursor." if stay else told)


def mark_now(main: MainScreen) -> None:
    """From here on, dim what is neither new nor different; hide it, if that was the choice for the last mark."""
    moment = main.session.mark()
    main.draw()
    how = "shown" if main.session.sieve.moments.only else "bright"
    main.say(f"Marked {local_time(moment.at)}. Only what is new or different since is {how}; M chooses marks.")


def choose_mark(main: MainScreen) -> None:
    """Let the person choose a mark, and whether older rows are dimmed or hidden."""
    moments = main.session.sieve.moments
    if not moments.marked:
        main.say("No mark has been set yet; m sets one.")
        return
    choices: list[tuple[_Choice, str]] = [((None, False), "Show everything alike")]
    for moment in reversed(moments.marked):
        time = local_time(moment.at)
        choices += [((moment, False), f"since {time}: dim the rest"), ((moment, True), f"since {time}: hide the rest")]

    def chosen(choice: tuple[_Choice] | None) -> None:
        if choice:
            moments.current, moments.only = choice[0]
            main.session.narrow()
            main.draw()

    title = "What is new or different (opened, changed or closed)"
    main.app.push_screen(ChoiceScreen(title, choices, (moments.current, moments.only)), chosen)
