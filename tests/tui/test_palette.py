"""Help and the command palette name every action, and run what they name."""

from __future__ import annotations

import pytest

from tcpview_tui.tui.actions import ACTIONS, offered
from tcpview_tui.tui.gestures import GESTURES
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.screens.palette import PaletteScreen
from tcpview_tui.tui.signs import SIGNS
from tests.tui.connections import CLIENT
from tests.tui.harness import live


async def test_help_names_every_action_column_and_field() -> None:
    async with live(CLIENT, size=(120, 300)) as program:
        await program.press("question_mark")
        for action in offered(ACTIONS, "live"):
            assert action.title in program.text
        for word in ("Remote name", "First seen", "process:", "is:", "port:1024-2048"):
            assert word in program.text


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_help_explains_every_sign_as_this_terminal_shows_it_and_the_mouse(glyphs: Glyphs) -> None:
    async with live(CLIENT, size=(200, 300), ascii=glyphs.ascii) as program:
        await program.press("question_mark")
        told = " ".join(word for line in program.lines for word in line.strip("│| ").split())
        for sign in SIGNS:
            assert f" {sign.text(glyphs)} {sign.meaning}" in told
        for gesture in GESTURES:
            assert f" {gesture.name} {gesture.meaning}" in told


async def test_every_action_is_in_the_command_palette() -> None:
    async with live(CLIENT, size=(120, 80)) as program:
        await program.press("ctrl+p")
        for action in offered(ACTIONS, "live"):
            assert action.title in program.text
        await program.burst("longer\r")
        assert program.app.feed.interval == 2.0


@pytest.mark.parametrize("keys", ["qz\r", "kq\r", "nothing like it\r"])
async def test_a_burst_in_the_palette_runs_nothing_that_its_text_does_not_name(keys: str) -> None:
    async with live(CLIENT) as program:
        await program.press("ctrl+p")
        await program.burst(keys)
        assert isinstance(program.app.screen, PaletteScreen)
        assert program.app.return_value is None


async def test_the_palette_is_moved_through_with_the_arrows() -> None:
    async with live(CLIENT) as program:
        await program.press("ctrl+p")
        await program.burst("interval")
        await program.press("down", "enter")
        assert program.app.feed.interval == 0.5


async def test_read_only_offers_nothing_that_changes_the_system() -> None:
    async with live(CLIENT, read_only=True, size=(120, 200)) as program:
        assert "End process" not in program.text
        await program.press("k")
        assert "--read-only" in program.text
        assert len(program.app.screen_stack) == 1
        await program.press("question_mark")
        assert "End the process" not in program.text


async def test_actions_have_keys_of_their_own() -> None:
    for table in ("live", "replay"):
        keys = [key for action in ACTIONS if action.is_in(table) for key in action.keys]
        assert len(set(keys)) == len(keys)
