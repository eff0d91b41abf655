"""Moving through time: what the keys of a replay do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.record.reader import ReadingError
from tcpview_tui.text import utc_time
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.replay.finder import Finder
from tcpview_tui.tui.replay.jumping import JumpError, target
from tcpview_tui.tui.screens.prompt import PromptScreen
from tcpview_tui.tui.screens.reading import ReadingScreen

if TYPE_CHECKING:
    from tcpview_tui.record.history import History
    from tcpview_tui.tui.replay.screen import ReplayScreen


def toggle(main: ReplayScreen) -> None:
    """Let time go on, or stand still."""
    main.player.toggle()


def step(main: ReplayScreen, way: int) -> None:
    """Go to the next event (1), or back before the last one (-1)."""
    main.player.step(way)


def pace(main: ReplayScreen, way: int) -> None:
    """Take the next higher (1) or lower (-1) speed."""
    main.player.pace(way)


def ask_time(main: ReplayScreen) -> None:
    """Let the person say where to go."""

    def go(text: str | None) -> None:
        if text and text.strip():
            try:
                main.player.jump(target(text))
            except JumpError as error:
                main.say(str(error), "error")

    main.app.push_screen(PromptScreen("Jump to: 14:02:11, 2026-01-31T14:02, +5m, -1h5m, 50%, start or end"), go)


def find(main: ReplayScreen, way: int) -> None:
    """Go to the next event, or the last one before, of a row that the filter lets through."""
    main.player.find(way, Finder(main.player.history, main.session.view.narrowing, main.session.sampler.service_name))


def show_log(main: ReplayScreen) -> None:
    """List what had been done to the machine by the time that is shown, the last one first."""
    scene, plain = main.session.scene, main.session.glyphs.plain

    def read(history: History) -> Text:
        try:
            done = history.acted(scene.place.event if scene else 0)
        except ReadingError as error:
            return Text(f"It cannot be read: {error}.")
        lines = [f"{utc_time(each.at.wall)}  {plain(each.sentence)}" for each in reversed(done)]
        return Text("\n".join(lines) or "By the time that is shown, nothing had been done.")

    def show(text: Text) -> None:
        main.app.push_screen(ReadingScreen("What was done to the machine (UTC)", text))

    main.player.ask(read, lambda text: main.call_later(show, text))


def show_summary(main: ReplayScreen) -> None:
    """Say what the recording comes to."""

    def show(text: Text) -> None:
        main.app.push_screen(ReadingScreen("What this recording comes to", text))

    main.say("Adding up the recording.")
    run_in_background(main, main.summary, show)
