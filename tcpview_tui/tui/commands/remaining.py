"""What stays and what is new: closed rows that are kept, and marks in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.text import count, local_time
from tcpview_tui.tui.screens.choice import ChoiceScreen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.moment import Moment
    from tcpview_tui.model.row import Row
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
        main.say(f"Closed rows: kept from now on. {main.key('clear_closed')} clears them, is:closed filters for them.")
    else:
        main.say("Closed rows: they go again when their time is over.")


def clear_kept(main: MainScreen) -> None:
    """Let the closed rows go that are there now."""
    session = main.session
    if session.view.frozen:
        main.say(f"The view is frozen and keeps every row. Thaw it first ({main.key('freeze')}).", "warning")
        return
    before, held = _closed(session.view.everything()), session.view.held
    session.clear_closed()
    main.draw()
    stay = sum(key in held for key in before)
    told = [f"{count(len(before) - stay, 'closed row')} cleared."] if len(before) > stay else []
    if stay:
        told.append(f"{count(stay, 'stays', 'stay')}: pinned, selected or under the cursor.")
    main.say(" ".join(told) or "There is no closed row.")


def _closed(rows: Iterable[Row]) -> list[Key]:
    return [row.key for row in rows if row.is_closed]


def mark_now(main: MainScreen) -> None:
    """From here on, dim what is neither new nor different; hide it, if that was the choice for the last mark."""
    moment = main.session.mark()
    main.draw()
    how = "hidden" if main.session.sieve.moments.only else "dimmed"
    told = f"Marked {local_time(moment.at)}: what is neither new nor different since is {how}"
    main.say(f"{told}. {main.key('marks')}: marks.")


def choose_mark(main: MainScreen) -> None:
    """Let the person choose a mark, and whether older rows are dimmed or hidden."""
    moments = main.session.sieve.moments
    if not moments.marked:
        main.say(f"No mark has been set yet; {main.key('mark')} sets one.")
        return
    choices: list[tuple[_Choice, str]] = [((None, False), "No mark: show everything")]
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
