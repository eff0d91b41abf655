"""Texts to read: help, what is not visible, the action log; and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.text import utc_time
from tcpview_tui.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen


def leave(main: MainScreen) -> None:
    """End the program."""
    main.app.exit(0)


def open_palette(main: MainScreen) -> None:
    """Open the command palette."""
    main.app.action_command_palette()


def show_help(main: MainScreen) -> None:
    """Show keys, columns and the filter language."""
    from tcpview_tui.tui.help import help_text

    main.app.push_screen(ReadingScreen("Help", help_text(main.session.settings.read_only)))


def show_limits(main: MainScreen) -> None:
    """Say what cannot be seen here, why, and what to do about it."""
    text = Text()
    for problem in main.session.problems():
        text.append(problem.summary[:1].upper() + problem.summary[1:] + "\n", "bold")
        text.append(f"{problem.detail}\n\n")
    text.append("Always\n", "bold")
    text.append(
        "Only this network namespace is read: connections inside containers that have a network of their own are "
        "not shown. A rootkit in the kernel can hide sockets from every program on this machine, this one too."
    )
    main.app.push_screen(ReadingScreen("What is not visible, and why", text))


def show_log(main: MainScreen) -> None:
    """List the actions taken, the last one first."""
    text = Text()
    for entry in reversed(list(main.session.log)):
        text.append(f"{utc_time(entry.at)}  {entry.action}  {entry.target}\n", "bold")
        text.append(f"    {entry.outcome.kind}: {entry.outcome.sentence}\n")
    main.app.push_screen(ReadingScreen("Action log (UTC)", text if text.plain else Text("Nothing was done yet.")))
