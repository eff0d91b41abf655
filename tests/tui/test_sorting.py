"""The table is sorted by a key or by a click, and kinds of rows are switched off and on."""

from __future__ import annotations

import pytest

from tcpview_tui.tui.screens.choice import ChoiceScreen
from tests.tui.connections import ALL, CLIENT
from tests.tui.harness import Live, live


def keys(program: Live) -> set[object]:
    return {row.key for row in program.app.session.view.rows()}


@pytest.mark.parametrize(
    ("key", "left"),
    [("t", {4}), ("u", {1, 2, 3}), ("4", {4}), ("6", {1, 2, 3}), ("l", {2, 3}), ("L", {1, 2, 4})],
)
async def test_kinds_of_rows_are_switched_off_and_on(key: str, left: set[int]) -> None:
    async with live(*ALL) as program:
        await program.press(key)
        assert keys(program) == left
        assert "Hidden" in program.lines[-4]
        await program.press(key)
        assert len(keys(program)) == 4
        assert "Hidden" not in program.text


async def test_esc_shows_everything_again() -> None:
    async with live(*ALL, filter="rport:443") as program:
        await program.press("L")
        assert keys(program) == {2}
        await program.press("escape")
        assert len(keys(program)) == 4


async def test_sorting_by_key() -> None:
    async with live(*ALL) as program:
        await program.press("s", *["down"] * 2, "enter")
        assert "▲    PID" in program.text
        await program.press("s", "enter")
        assert "▼    PID" in program.text
        await program.press("s", "home", "enter")
        assert "▼" not in program.text


async def test_sorting_by_a_click_on_the_header() -> None:
    async with live(*ALL) as program:
        header = program.lines[0]
        await program.pilot.click(program.main.header, offset=(header.index("State") + 2, 0))
        await program.settled()
        assert "▲State" in program.text
        await program.pilot.click(program.main.header, offset=(header.index("PID"), 0))
        await program.settled()
        assert "▲    PID" in program.text
        assert "△State" in program.text


async def test_the_sort_dialog_gives_back_nothing_on_esc() -> None:
    async with live(CLIENT) as program:
        await program.press("s")
        assert isinstance(program.app.screen, ChoiceScreen)
        await program.press("escape")
        assert program.app.session.view.order.by == ()
