"""The mouse on the table and its header: reports as a terminal sends them."""

from __future__ import annotations

import pytest

from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.menu import MenuScreen
from tests.fakes import connection, listener
from tests.tui.gestures import (
    CTRL,
    CTRL_P,
    DOWN_ARROW,
    ESC,
    LEFT,
    MOVING,
    NO_BUTTON,
    RIGHT,
    SHIFT,
    SHIFT_F10,
    chosen,
    click,
    cursor,
    drag,
    edge,
    keys,
    order,
    report,
    row,
    table_lines,
    under_cursor,
    wheel,
)
from tests.tui.harness import live

ROWS = tuple(connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 9))
MANY = tuple(connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 81))


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_a_right_click_opens_the_menu_for_that_very_row(size: tuple[int, int]) -> None:
    async with live(*ROWS, size=size) as program:
        await program.burst(click(12, 3, RIGHT))
        assert isinstance(program.app.screen, MenuScreen)
        assert cursor(program) == 3
        await program.burst("p")
        assert isinstance(program.app.screen, MainScreen)
        assert program.app.session.view.pins == {3}


async def test_the_menu_of_a_row_that_moves_away_acts_on_that_row() -> None:
    async with live(*ROWS) as program:
        await program.burst(click(12, 3, RIGHT))
        await program.look(connection(90, remote=("192.0.2.1", 443)), *ROWS[1:])
        await program.advance(4)
        await program.burst("p")
        assert program.app.session.view.pins == {3}


@pytest.mark.parametrize("frozen", [False, True])
async def test_the_menu_key_opens_it_for_the_row_under_the_cursor(frozen: bool) -> None:
    async with live(*ROWS) as program:
        await program.burst(f"{' ' if frozen else ''}{DOWN_ARROW * 2}{SHIFT_F10}")
        assert isinstance(program.app.screen, MenuScreen)
        await program.burst("p")
        assert program.app.session.view.pins == {3}
        await program.burst(f"{SHIFT_F10}{ESC}")
        assert isinstance(program.app.screen, MainScreen)


@pytest.mark.parametrize("keys", [(SHIFT_F10, "p"), (CTRL_P, "pin\r")], ids=["menu", "palette"])
async def test_what_was_chosen_for_a_row_that_has_gone_is_not_done_to_another(keys: tuple[str, str]) -> None:
    async with live(*ROWS) as program:
        await program.burst(keys[0])
        await program.look(*ROWS[1:])
        await program.advance(4)
        await program.advance(4)
        await program.burst(keys[1])
        assert isinstance(program.app.screen, MainScreen)
        assert not program.app.session.view.pins
        assert "have gone meanwhile" in program.text


async def test_there_is_no_menu_without_a_row() -> None:
    async with live() as program:
        await program.burst(SHIFT_F10)
        assert isinstance(program.app.screen, MainScreen)
        assert "There is no row." in program.text
        await program.burst(click(12, 3, RIGHT))
        assert isinstance(program.app.screen, MainScreen)
        assert "There is no row." in program.text


async def test_many_fast_clicks_in_a_dialog_are_one_choice() -> None:
    async with live(*ROWS) as program:
        await program.press("g")
        await program.burst(click(40, row(program, "Remote network")) * 8)
        await program.until(lambda: isinstance(program.app.screen, MainScreen))
        assert "Groups  remote network" in program.lines[-4]
        assert program.app.return_value is None


async def test_a_right_click_keeps_the_selection_it_hits_and_drops_another() -> None:
    async with live(*ROWS) as program:
        await program.burst(drag((5, 2), (5, 3), (5, 4)))
        assert chosen(program) == {2, 3, 4}
        await program.burst(click(12, row(program, "203.0.113.3 "), RIGHT))
        assert chosen(program) == {2, 3, 4}
        assert cursor(program) == 3
        await program.press("escape")
        await program.burst(click(12, row(program, "203.0.113.6 "), RIGHT))
        assert isinstance(program.app.screen, MenuScreen)
        assert not chosen(program)


async def test_a_drag_selects_and_a_click_drops_the_selection() -> None:
    async with live(*ROWS) as program:
        await program.burst(drag((5, 5), (5, 4), (9, 3)))
        assert chosen(program) == {3, 4, 5}
        assert cursor(program) == 3
        await program.burst(report(MOVING + NO_BUTTON, 5, 8))
        assert chosen(program) == {3, 4, 5}
        await program.burst(click(5, row(program, "203.0.113.7 ")))
        assert not chosen(program)
        assert cursor(program) == 7
        await program.burst(DOWN_ARROW)
        assert not chosen(program)


async def test_a_mouse_that_does_not_leave_its_line_selects_nothing_else() -> None:
    async with live(*ROWS) as program:
        await program.burst(report(LEFT, 5, 3) + report(MOVING + LEFT, 5, 4))
        assert chosen(program) == {3, 4}
        await program.burst(report(MOVING + LEFT, 6, 4))
        assert chosen(program) == {3, 4}


async def test_shift_click_selects_up_to_the_row_and_ctrl_click_one_more_or_less() -> None:
    async with live(*ROWS) as program:
        await program.burst(click(5, 2) + click(5, 4, LEFT + SHIFT))
        assert chosen(program) == {2, 3, 4}
        await program.burst(click(5, row(program, "203.0.113.7 "), LEFT + CTRL))
        assert chosen(program) == {2, 3, 4, 7}
        await program.burst(click(5, row(program, "203.0.113.3 "), LEFT + CTRL))
        assert chosen(program) == {2, 4, 7}
        await program.burst(ESC)
        assert not chosen(program)


async def test_a_drag_out_of_the_table_ends_at_its_edge() -> None:
    async with live(*MANY, size=(80, 24)) as program:
        await program.burst(drag((5, 3), (5, 1), (5, 0)))
        assert chosen(program) == {1, 2, 3}
        await program.burst(drag((5, 20), (5, 23)))
        assert {20, 21} <= chosen(program)
        assert program.app.mouse_captured is None


async def test_a_button_let_go_out_of_sight_ends_the_drag() -> None:
    async with live(*ROWS) as program:
        await program.burst(report(LEFT, 5, 2) + report(MOVING + LEFT, 5, 3) + report(MOVING + NO_BUTTON, 5, 6))
        assert chosen(program) == {2, 3}
        assert program.app.mouse_captured is None


async def test_a_dialog_that_opens_during_a_drag_ends_it() -> None:
    async with live(*ROWS) as program:
        await program.burst(report(LEFT, 5, 2) + report(MOVING + LEFT, 5, 3))
        await program.press("s")
        await program.burst(report(MOVING + LEFT, 5, 8) + report(LEFT, 5, 8, "m") + ESC)
        assert chosen(program) == {2, 3}
        assert program.app.mouse_captured is None


async def test_the_wheel_takes_the_cursor_along_and_stops_at_the_ends() -> None:
    async with live(*MANY, size=(80, 24)) as program:
        await program.burst(wheel(5, 5) * 2)
        assert cursor(program) == 7
        await program.burst(wheel(5, 5) * 60)
        assert cursor(program) == 80
        assert "203.0.113.80" in under_cursor(program)
        await program.burst(wheel(5, 5, down=False) * 60)
        assert cursor(program) == 1


async def test_a_click_below_the_last_row_does_nothing() -> None:
    async with live(*ROWS[:3]) as program:
        await program.burst(drag((5, 1), (5, 2)))
        for code in (LEFT, LEFT + SHIFT, LEFT + CTRL, RIGHT):
            await program.burst(click(5, 15, code))
            assert isinstance(program.app.screen, MainScreen)
            assert cursor(program) == 2
            assert chosen(program) == {1, 2}


async def test_a_drag_beyond_the_last_row_takes_that_one() -> None:
    async with live(*ROWS[:3]) as program:
        await program.burst(drag((5, 2), (5, 15)))
        assert chosen(program) == {2, 3}
        await program.burst(drag((5, 15), (5, 2)))
        assert chosen(program) == {2, 3}


async def test_a_mouse_on_an_empty_table_finds_nothing() -> None:
    async with live(*ROWS[:3]) as program:
        await program.burst("/no-such\r")
        await program.burst(click(5, 15) + wheel(5, 15) + drag((5, 15), (5, 17)) + click(5, 3, RIGHT))
        assert isinstance(program.app.screen, MainScreen)
        assert cursor(program) is None


async def test_a_click_on_a_heading_opens_nothing_but_puts_the_cursor_there() -> None:
    async with live(*ROWS, listener(20, 80)) as program:
        await program.burst(f"g{DOWN_ARROW}\r")
        await program.burst(click(5, row(program, "nginx")))
        assert "nginx" in under_cursor(program)
        await program.burst(click(5, row(program, "curl"), RIGHT))
        assert isinstance(program.app.screen, MenuScreen)
        await program.burst("p")
        assert program.app.session.view.pins == set(range(1, 9))


async def test_a_click_on_the_header_sorts_and_a_drag_resizes_without_sorting() -> None:
    async with live(*ROWS, listener(20, 80)) as program:
        at = edge(program, "process")
        await program.burst(drag((at, 0), (at + 2, 0), (at + 6, 0)))
        assert edge(program, "process") == at + 6
        assert order(program) == []
        assert dict(program.app.session.arrangement.widths).keys() == {"process"}
        await program.burst(click(program.lines[0].index("State"), 0))
        assert order(program) == ["state"]
        await program.burst(click(program.lines[0].index("State"), 0))
        assert order(program) == ["-state"]


async def test_sorting_by_the_header_while_grouped_and_frozen_keeps_the_row() -> None:
    async with live(*ROWS, listener(20, 80)) as program:
        await program.burst(f" g{DOWN_ARROW}\r\x1b[C{DOWN_ARROW * 3}")
        assert "203.0.113.3" in under_cursor(program)
        await program.burst(click(program.lines[0].index("PID"), 0))
        assert "203.0.113.3" in under_cursor(program)
        assert table_lines(program)[0].startswith("  ▸ nginx")


async def test_the_filter_bar_closes_when_the_table_is_clicked() -> None:
    async with live(*ROWS) as program:
        await program.burst("/203.0.113")
        assert program.main.filter_bar.display
        await program.burst(click(5, program.main.table.region.y + 2))
        assert not program.main.filter_bar.display
        assert program.app.focused is program.main.table
        assert len(keys(program)) == 8
