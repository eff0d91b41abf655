"""Every size of the terminal and every theme works."""

from __future__ import annotations

import pytest

from tcpview_tui.tui.theme import THEME_NAMES
from tests.fakes import connection
from tests.tui.connections import ALL, CLIENT
from tests.tui.harness import live


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5), (10, 3), (1, 1), (200, 60)])
async def test_every_size_works(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.press("down")
        for key in ("slash", "question_mark", *"skdwcSfiaVo"):
            await program.press(key)
            await program.press("escape")
        await program.pilot.resize_terminal(80, 24)
        await program.pilot.resize_terminal(*size)
        await program.settled()
        assert len(program.lines) == size[1]


async def test_80x24_shows_the_main_columns() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        assert program.lines[0].split() == [
            "Process",
            "PID",
            "State",
            "Local",
            "address",
            "LPort",
            "Remote",
            "address",
            "RPort›",
        ]
        assert program.line_with("93.184.216.34").split() == [
            "›curl", "4242", "ESTABLISHED", "10.0.0.5", "50000", "93.184.216.34", "443",
        ]  # fmt: skip
        for hint in ("/ Filter", "Space Freeze", "w Whois", "k End process", "? Help", "q Quit"):
            assert hint in program.lines[-1]


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("theme", THEME_NAMES)
async def test_every_theme_draws_every_screen(theme: str, no_color: bool) -> None:
    async with live(*ALL, theme=theme, no_color=no_color) as program:
        await program.look(*ALL[1:], connection(9))
        for key in ("k", "w", "s", "question_mark", "slash", "ctrl+p"):
            await program.press(key)
            await program.press("escape")
        assert {line[0] for line in program.lines} >= {"+", "x"}


async def test_a_narrow_screen_still_names_the_way_out_and_the_help() -> None:
    async with live(CLIENT, size=(40, 12)) as program:
        assert "? Help" in program.lines[-1]
        assert "q Quit" in program.lines[-1]
        assert "/ Filter" in program.lines[-1]
