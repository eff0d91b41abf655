"""Several rows at once, by keys; the mouse has a file of its own."""

from __future__ import annotations

import pytest

from tcpview_tui.model.process import Process
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.end_several import EndSeveralScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection, listener
from tests.tui.gestures import (
    CTRL_A,
    DOWN_ARROW,
    END,
    ESC,
    HOME,
    RIGHT_ARROW,
    SHIFT_DOWN,
    SHIFT_UP,
    chosen,
    keys,
    table_lines,
)
from tests.tui.harness import live

ROWS = tuple(connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 7))
WEB = listener(10, 80)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_v_and_shift_extend_and_esc_drops(size: tuple[int, int]) -> None:
    async with live(*ROWS, size=size) as program:
        await program.burst(f"{DOWN_ARROW}v{DOWN_ARROW * 2}")
        assert chosen(program) == {2, 3, 4}
        assert "Selected  3" in program.text
        assert [line[1] for line in table_lines(program)[:5]] == [" ", "*", "*", "›", " "]
        await program.burst(f"v{DOWN_ARROW * 2}")
        assert chosen(program) == {2, 3, 4}
        await program.burst(SHIFT_UP)
        assert chosen(program) == {2, 3, 4, 5, 6}
        await program.press("escape")
        assert not chosen(program)
        assert "Selected" not in program.text


async def test_shift_shrinks_what_it_extended() -> None:
    async with live(*ROWS) as program:
        await program.burst(DOWN_ARROW * 2 + SHIFT_DOWN * 3 + SHIFT_UP * 2)
        assert chosen(program) == {3, 4}
        await program.burst(SHIFT_UP * 2)
        assert chosen(program) == {2, 3}
        await program.burst(SHIFT_DOWN * 20)
        assert chosen(program) == {3, 4, 5, 6}


async def test_ctrl_a_selects_what_is_shown_and_a_filter_drops_what_it_hides() -> None:
    async with live(*ROWS, WEB) as program:
        await program.burst(CTRL_A)
        assert chosen(program) == {1, 2, 3, 4, 5, 6, 10}
        await program.burst("/listen\r")
        assert chosen(program) == {10}
        await program.burst(ESC * 2)
        assert chosen(program) == frozenset()
        assert len(keys(program)) == 7


@pytest.mark.parametrize("frozen", [False, True])
async def test_selected_rows_that_close_stay_in_their_places(frozen: bool) -> None:
    async with live(*ROWS) as program:
        await program.burst(f"{' ' if frozen else ''}v{SHIFT_DOWN}v{END}")
        await program.look(*ROWS[2:])
        for _ in range(3):
            await program.advance(2)
        assert chosen(program) == {1, 2}
        assert [line[:2] for line in table_lines(program)[:2]] == [" *" if frozen else "x*"] * 2
        if frozen:
            await program.press("space")
            assert [line[:2] for line in table_lines(program)[:2]] == ["x*"] * 2
        await program.burst(ESC)
        await program.advance(4)
        assert keys(program) == [3, 4, 5, 6]


async def test_actions_are_for_all_selected_rows() -> None:
    other = Process(pid=77, started=5.0, name="ssh", user="bob", executable="", command_line="", service="")
    async with live(*ROWS, connection(20, owners=(other,)), size=(100, 40)) as program:
        await program.burst(f"{CTRL_A}k")
        assert isinstance(program.app.screen, EndSeveralScreen)
        await program.until(lambda: "ssh" in program.text and "curl" in program.text)
        await program.burst(f"{ESC}p")
        assert "7 rows pinned" in program.text
        assert chosen(program) == {1, 2, 3, 4, 5, 6, 20}
        await program.burst("p")
        assert "7 rows unpinned" in program.text


async def test_select_then_end_in_a_burst_asks_for_the_rows_that_were_selected() -> None:
    async with live(*ROWS, WEB) as program:
        await program.burst(f"{SHIFT_DOWN * 2}k")
        assert isinstance(program.app.screen, EndScreen)
        await program.until(lambda: "would end (6)" in program.text)
        await program.burst(f"{ESC}{ESC}{END}k")
        assert isinstance(program.app.screen, EndScreen)
        assert "nginx" in program.text


async def test_headings_are_not_selected() -> None:
    async with live(*ROWS[:3], WEB) as program:
        await program.burst(f"g{DOWN_ARROW}\rv")
        assert "no row to select here" in program.text
        await program.burst(CTRL_A)
        assert not chosen(program)
        await program.burst(f"{RIGHT_ARROW}{DOWN_ARROW}v{END}")
        assert chosen(program) == {1, 2, 3}


async def test_a_group_that_closes_over_selected_rows_drops_them() -> None:
    async with live(*ROWS[:3], WEB) as program:
        await program.burst(f"g{DOWN_ARROW}\r{RIGHT_ARROW}{CTRL_A}")
        assert chosen(program) == {1, 2, 3}
        await program.press("left")
        assert not chosen(program)
        await program.press("k")
        assert isinstance(program.app.screen, EndScreen)


async def test_v_where_there_is_no_row_says_so() -> None:
    async with live() as program:
        await program.burst(f"v{SHIFT_DOWN}{CTRL_A}{SHIFT_UP}")
        assert isinstance(program.app.screen, MainScreen)
        assert not chosen(program)
        await program.press("v")
        assert "There is no row to select here" in program.text


async def test_end_extends_what_v_began() -> None:
    async with live(*ROWS) as program:
        await program.burst(f"{DOWN_ARROW * 2}v{END}")
        assert chosen(program) == {3, 4, 5, 6}


async def test_home_extends_what_v_began() -> None:
    async with live(*ROWS) as program:
        await program.burst(f"{DOWN_ARROW * 2}v{DOWN_ARROW}")
        await program.burst(HOME)
        assert chosen(program) == {1, 2, 3}
