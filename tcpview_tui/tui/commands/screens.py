"""Texts to read: help, what is not visible, the action log; and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.model.snapshot import Problem
from tcpview_tui.text import utc_time
from tcpview_tui.tui.screens.palette import PaletteScreen
from tcpview_tui.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen


ALWAYS = (
    Problem(
        "namespace",
        "Always: other network namespaces",
        "Connections inside containers that have a network of their own are not shown.",
    ),
    Problem(
        "sharing",
        "Always: processes that share a socket",
        "On Linux psutil names one owner of each socket, and sockets without owner that are alike in every detail "
        "are one row.",
    ),
    Problem(
        "rootkit",
        "Always: what the kernel hides",
        "A rootkit in the kernel can hide sockets from every program on this machine, this one too.",
    ),
)
"""What this version never sees, however it is run."""


def leave(main: MainScreen) -> None:
    """End the program."""
    main.app.exit(0)


def open_palette(main: MainScreen) -> None:
    """Open the command palette."""
    from tcpview_tui.tui.actions import offered

    def chosen(name: str | None) -> None:
        if name:
            main.action_do(name)

    main.app.push_screen(PaletteScreen(offered(main.session.settings.read_only)), chosen)


def show_help(main: MainScreen) -> None:
    """Show keys, columns and the filter language."""
    from tcpview_tui.tui.help import help_text

    main.app.push_screen(ReadingScreen("Help", help_text(main.session.settings.read_only)))


def show_limits(main: MainScreen) -> None:
    """Say what cannot be seen here, why, and what to do about it."""
    text, plain = Text(), main.session.glyphs.plain
    for problem in [*main.session.problems(), *ALWAYS]:
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
