"""Looking: freeze, filter, sort, switch kinds of rows, change the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.config import bounds
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.order import Order
from tcpview_tui.model.toggles import TOGGLE_BY_ID
from tcpview_tui.tui.screens.choice import ChoiceScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.live import LiveScreen
    from tcpview_tui.tui.screens.main import MainScreen

INTERVALS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds that `+` and `-` step through; TCPView offers 1, 2 and 5."""


def freeze(main: LiveScreen) -> None:
    """Freeze the view, or thaw it."""
    session = main.session
    main.step_at = None
    if session.view.frozen:
        session.thaw()
    else:
        session.freeze()
    main.draw()


def sample_now(main: LiveScreen) -> None:
    """Look at once; a frozen view steps to the new state."""
    number = main.feed.sample_now()
    main.step_at = number if main.session.view.frozen else None


def change_interval(main: LiveScreen, step: int) -> None:
    """Take the next longer (1) or shorter (-1) interval."""
    session = main.session
    others = [seconds for seconds in INTERVALS if (seconds - session.interval) * step > 0]
    if not others:
        least, most = bounds("interval")
        main.say(f"The interval is between {least:g} and {most:g} seconds; this is its end.", "warning")
        return
    session.interval = min(others) if step > 0 else max(others)
    main.feed.set_interval(session.interval)
    session.taping.pace(session.interval)
    main.draw()


def open_filter(main: MainScreen) -> None:
    """Let the person type a filter."""
    main.filter_bar.open(main.session.sieve.query)


def back(main: MainScreen) -> None:
    """Take back one thing: the selection, or else the details, or else all that narrows the view."""
    session = main.session
    if session.view.selection:
        session.view.selection.clear()
    elif session.details:
        main.show_details(False)
    else:
        session.show_all()
    main.draw()


def toggle(main: MainScreen, kind: str) -> None:
    """Hide a kind of row, or show it again."""
    shown = main.session.toggle(kind)
    title = TOGGLE_BY_ID[kind].title
    title = title[0].upper() + title[1:]
    main.draw()
    main.say(f"{title}: shown again." if shown else f"{title}: hidden. The same key shows them again.")


def toggle_traffic(main: MainScreen) -> None:
    """Mark rows that carry traffic, or do not."""
    session = main.session
    marked = session.toggle_traffic()
    main.draw()
    if not session.sampler.source.has_counters:
        main.say("There is nothing to mark: this source does not tell what connections carry.", "warning")
    elif marked:
        main.say(f"Rows that carried traffic in the last look are marked {session.glyphs.busy} from now on.")
    else:
        main.say("Rows that carry traffic are not marked any longer.")


def sort_by(main: MainScreen, column: str | None) -> None:
    """Sort by a column, or, without one, by relevance."""
    view = main.session.view
    view.sort(Order() if column is None else view.order.then(column))
    main.header.refresh()
    main.draw()


def choose_order(main: MainScreen) -> None:
    """Let the person choose what to sort by."""
    glyphs, order = main.session.glyphs, main.session.view.order
    signs = {by.column: glyphs.down if by.reverse else glyphs.up for by in order.by}
    choices: list[tuple[str | None, str]] = [(None, f"{' ' if order.by else glyphs.cursor} Relevance")]
    choices += [(column.id, f"{signs.get(column.id, ' ')} {column.title}") for column in COLUMNS]

    def chosen(choice: tuple[str | None] | None) -> None:
        if choice:
            sort_by(main, choice[0])

    title = "Sort by (chosen again: reversed; the one before breaks ties)"
    main.app.push_screen(ChoiceScreen(title, choices, order.by[0].column if order.by else None), chosen)
