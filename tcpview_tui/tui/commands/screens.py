"""What opens over or beside the table: palette, menu, help, details, limits, the action log; and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.model.grouping import Group
from tcpview_tui.model.limits import ALWAYS
from tcpview_tui.text import utc_time
from tcpview_tui.tui.details import DetailsText
from tcpview_tui.tui.screens.menu import MenuScreen
from tcpview_tui.tui.screens.palette import PaletteScreen
from tcpview_tui.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.geometry import Offset

    from tcpview_tui.model.connection import Key
    from tcpview_tui.tui.screens.main import MainScreen


_ALL = 1_000
"""Connections of a process that are listed on the whole screen."""


def leave(main: MainScreen) -> None:
    """End the program."""
    main.app.exit(0)


def open_palette(main: MainScreen) -> None:
    """Open the command palette."""
    main.app.push_screen(PaletteScreen(main.offered()), _runner(main))


def open_menu(main: MainScreen, at: Offset | None = None) -> None:
    """Offer what can be done with the row under the cursor, beside it or where the mouse is."""
    if not main.targets():
        return
    of_row = [action for action in main.offered() if action.of_row]
    main.app.push_screen(MenuScreen(of_row, main.table.cursor_offset if at is None else at), _runner(main))


def _runner(main: MainScreen) -> Callable[[str | None], None]:
    """Return what runs the action that is chosen, unless other rows would be meant than when the choice was offered."""
    meant = _meant(main)
    of_row = {action.id for action in main.offered() if action.of_row}

    def run(name: str | None) -> None:
        if name in of_row and _meant(main) != meant:
            main.say("The rows that were meant have gone meanwhile. Nothing was done.", "warning")
        elif name:
            main.action_do(name)

    return run


def _meant(main: MainScreen) -> tuple[frozenset[Key], Key | None]:
    """Return what an action on rows would be for: the selected ones, or else the row or the group of the cursor."""
    view = main.session.view
    return view.selection.keys, None if view.selection else view.cursor


def show_help(main: MainScreen) -> None:
    """Show keys, columns and the filter language."""
    from tcpview_tui.tui.help import help_text

    main.app.push_screen(ReadingScreen("Help", help_text(main.offered(), main.session.glyphs)))


def show_details(main: MainScreen) -> None:
    """Open the pane of details; when it is open, show the same on the whole screen. On a group, open or close that."""
    view = main.session.view
    line = view.current_line
    if isinstance(line, Group):
        view.unfold(is_open=not line.is_open)
        main.draw()
    elif main.session.details and line is None:
        main.say("There is no row.")
    elif main.session.details:
        text = DetailsText(main.follower.sections(listed=_ALL), main.palette, main.session.glyphs)
        main.app.push_screen(ReadingScreen(main.session.glyphs.plain(main.details.heading), text))
    else:
        main.show_details(True)
        main.draw()
        more, down, close = main.key("details"), main.key("details_down"), main.key("clear")
        main.say(f"Details follow the cursor. {close} closes, {more} shows all of them, {down} scrolls.")


def show_limits(main: MainScreen) -> None:
    """Say what cannot be seen here, why, and what to do about it."""
    text, plain = Text(), main.session.glyphs.plain
    for problem in [*main.session.problems(), *main.session.sampler.source.unseen, *ALWAYS]:
        text.append(plain(problem.summary[:1].upper() + problem.summary[1:] + "\n"), "bold")
        text.append(plain(f"{problem.detail}\n\n"))
    text.rstrip()
    main.app.push_screen(ReadingScreen("What is not visible, and why", text))


def show_log(main: MainScreen) -> None:
    """List the actions taken, the last one first."""
    text, plain = Text(), main.session.glyphs.plain
    for entry in reversed(list(main.session.log)):
        text.append(plain(f"{utc_time(entry.at)}  {entry.action}  {entry.target}\n"), "bold")
        text.append(plain(f"    {entry.outcome.kind}: {entry.outcome.sentence}\n"))
    if main.session.log.dropped:
        text.append(f"{main.session.log.dropped} older entries were given up.\n")
    main.app.push_screen(ReadingScreen("Action log (UTC)", text if text.plain else Text("Nothing was done yet.")))
