"""Groups, pins, pages of columns and themes, by the keys that a person presses."""

from __future__ import annotations

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.tui.screens.choice import ChoiceScreen
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import NGINX, connection, listener
from tests.tui.gestures import (
    CTRL_A,
    DOWN_ARROW,
    ESC,
    HOME,
    LEFT_ARROW,
    RIGHT_ARROW,
    SHIFT_F10,
    click,
    keys,
    table_lines,
    under_cursor,
)
from tests.tui.harness import live

CURL_ROWS = tuple(connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 5))
WEB = listener(10, 80)
WAITING = connection(11, State.TIME_WAIT, owners=())
ALL = (*CURL_ROWS, WEB, WAITING)
BY_PROCESS = f"g{DOWN_ARROW}\r"
SMALL = pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)


@SMALL
async def test_groups_are_chosen_opened_and_closed_in_one_burst(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.burst(BY_PROCESS)
        assert "Groups  process" in program.lines[-4]
        assert len(table_lines(program)) == 3
        assert under_cursor(program).startswith(" ›▸ curl (4242)")
        await program.burst(RIGHT_ARROW)
        assert len(table_lines(program)) == 7
        assert under_cursor(program).startswith(" ›▾ curl (4242)")
        await program.burst(DOWN_ARROW * 2 + LEFT_ARROW)
        assert under_cursor(program).startswith(" ›▸ curl (4242)")
        assert keys(program) == [1, 2, 3, 4, 10, 11]
        await program.burst(f"g{HOME}\r")
        assert under_cursor(program).startswith(" ›curl ")
        assert len(table_lines(program)) == 6
        assert "Groups" not in program.text


async def test_a_closed_group_says_how_many_rows_are_in_which_state() -> None:
    async with live(*ALL, connection(5, State.CLOSE_WAIT)) as program:
        await program.burst(BY_PROCESS)
        assert under_cursor(program).split()[3:] == ["5", "4", "ESTABLISHED", "1", "CLOSE_WAIT"]
        await program.look(*ALL[1:], connection(6))
        assert under_cursor(program).split()[3:] == ["6", "4", "ESTABLISHED", "2", "closed", "+1", "x2"]


async def test_the_cursor_stays_on_its_row_into_a_group_and_out_of_it() -> None:
    async with live(*ALL) as program:
        await program.press("down", "down")
        await program.burst(BY_PROCESS)
        assert "curl (4242)" in under_cursor(program)
        await program.burst(RIGHT_ARROW + DOWN_ARROW * 2)
        await program.burst(f"g{DOWN_ARROW}\r")
        assert "203.0.113.2" in under_cursor(program)


async def test_enter_opens_and_closes_a_group_and_no_details() -> None:
    async with live(*ALL) as program:
        await program.burst(f"{BY_PROCESS}\r")
        assert len(table_lines(program)) == 7
        await program.burst("\r")
        assert len(table_lines(program)) == 3
        assert not program.app.session.details


async def test_grouping_a_frozen_view_shows_what_was_frozen() -> None:
    async with live(*ALL) as program:
        await program.burst(f" {BY_PROCESS}{RIGHT_ARROW}")
        before = table_lines(program)
        await program.look(*CURL_ROWS[:1])
        await program.advance(60)
        assert table_lines(program) == before
        await program.burst(LEFT_ARROW)
        assert under_cursor(program).split()[3:] == ["4", "4", "ESTABLISHED"]
        await program.press("space")
        assert under_cursor(program).split()[3:] == ["4", "1", "ESTABLISHED", "3", "closed", "x3"]


async def test_filter_and_sort_while_grouped() -> None:
    async with live(*ALL) as program:
        await program.burst(f"{BY_PROCESS}/listen\r")
        assert len(table_lines(program)) == 1
        assert "nginx (812)" in under_cursor(program)
        assert "1 of 6 rows" in program.lines[-4]
        await program.burst(f"{ESC}")
        assert len(table_lines(program)) == 3
        await program.press("home")
        await program.burst("s" + DOWN_ARROW * 2 + "\r")
        assert [line[4:9] for line in table_lines(program)] == ["nginx", "curl ", "- no "]
        await program.burst("s\r")
        assert [line[4:9] for line in table_lines(program)] == ["curl ", "nginx", "- no "]


async def test_a_filter_that_hides_the_group_under_the_cursor_leaves_a_cursor() -> None:
    async with live(*ALL) as program:
        await program.burst(f"{BY_PROCESS}{DOWN_ARROW}{RIGHT_ARROW}{DOWN_ARROW}/curl\r")
        assert "curl (4242)" in under_cursor(program)
        await program.burst("/nothing-has-this\r")
        assert "Nothing matches" in program.text
        await program.burst(f"{RIGHT_ARROW}{LEFT_ARROW}pkwyv{CTRL_A}{SHIFT_F10}")
        assert isinstance(program.app.screen, MainScreen)
        assert "Nothing matches" in program.text
        await program.press("escape")
        assert [line[2:4] for line in table_lines(program)] == ["▸ ", "▾ ", "ng", "▸ "]


async def test_a_heading_whose_group_vanishes_is_not_acted_on() -> None:
    async with live(*ALL) as program:
        await program.burst(f"{BY_PROCESS}{DOWN_ARROW}")
        assert "nginx (812)" in under_cursor(program)
        await program.look(*CURL_ROWS, WAITING)
        await program.advance(4)
        assert "nginx" not in "".join(table_lines(program))
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert "Another row has just come" in program.text


async def test_a_heading_stands_for_all_its_rows() -> None:
    async with live(*ALL) as program:
        await program.burst(BY_PROCESS)
        await program.press("k")
        assert isinstance(program.app.screen, EndScreen)
        await program.until(lambda: "would end (4)" in program.text)
        await program.press("escape", "down", "down", "k")
        assert isinstance(program.app.screen, MainScreen)
        assert "not known" in program.text
        await program.press("home", "w")
        assert isinstance(program.app.screen, MainScreen)
        await program.burst("p")
        assert "4 rows pinned" in program.text
        assert [line[1:6] for line in table_lines(program)[:4]] == ["›curl", *["•curl"] * 3]


async def test_a_pinned_row_stays_at_the_top_closed_and_filtered_out_until_it_is_unpinned() -> None:
    async with live(*ALL) as program:
        await program.burst(DOWN_ARROW * 2 + "p")
        assert "203.0.113.3" in table_lines(program)[0]
        assert "Pinned  1" in program.lines[-4]
        await program.burst(DOWN_ARROW)
        await program.look(*CURL_ROWS[:2], WEB)
        for _ in range(3):
            await program.advance(2)
        assert table_lines(program)[0].startswith("x•curl")
        assert [line for line in table_lines(program) if "203.0.113.4" in line] == []
        await program.burst("/listen\r")
        assert table_lines(program)[0].startswith("x")
        await program.burst(f"{HOME}p")
        await program.advance(2)
        await program.advance(2)
        assert "203.0.113.3" not in "".join(table_lines(program)[1:])
        assert "Pinned" not in program.lines[-4]


async def test_a_pinned_row_that_went_while_the_cursor_was_moving_is_still_shown_as_closed() -> None:
    async with live(*ALL) as program:
        await program.burst(f"p{DOWN_ARROW}")
        await program.look(*ALL[1:])
        for _ in range(5):
            program.clock.advance(0.9)
            await program.burst(DOWN_ARROW)
            await program.sample()
        await program.advance(0)
        await program.advance(2)
        assert table_lines(program)[0].startswith("x•curl")


async def test_a_row_that_was_unpinned_after_it_closed_goes_when_the_cursor_leaves_it() -> None:
    async with live(*ALL) as program:
        await program.burst("p")
        await program.look(*ALL[1:])
        await program.advance(4)
        await program.burst(f"p{DOWN_ARROW}")
        await program.advance(2)
        assert keys(program) == [2, 3, 4, 10, 11]


async def test_pins_are_made_and_taken_off_while_frozen() -> None:
    async with live(*ALL) as program:
        await program.burst(f" {DOWN_ARROW}pp{DOWN_ARROW}p")
        assert "203.0.113.3" in table_lines(program)[0]
        await program.look(WEB)
        await program.press("space")
        await program.advance(10)
        assert keys(program)[0] == 3
        assert keys(program)[1:] == [10]


async def test_sorting_leaves_pinned_rows_on_top() -> None:
    async with live(*ALL) as program:
        await program.burst(f"{DOWN_ARROW}ps{DOWN_ARROW * 2}\r")
        assert keys(program) == [2, 10, 1, 3, 4, 11]


@SMALL
async def test_pages_of_columns_turn_and_stop_at_their_ends(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        first = program.lines[0]
        await program.press("left")
        assert "no further columns" in program.text
        await program.press("right")
        assert program.lines[0].startswith("‹")
        assert program.lines[0] != first
        await program.burst(RIGHT_ARROW * 12)
        assert "no further columns" in program.text
        assert program.lines[0].startswith("‹ Process")
        await program.burst(LEFT_ARROW * 12)
        assert program.lines[0] == first


async def test_left_turns_back_before_it_closes_the_group() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.burst(f"{BY_PROCESS}{RIGHT_ARROW}{DOWN_ARROW}{RIGHT_ARROW}")
        assert program.lines[0].startswith("‹")
        await program.press("left")
        assert not program.lines[0].startswith("‹")
        assert len(table_lines(program)) == 7
        await program.press("left")
        assert len(table_lines(program)) == 3


async def test_a_wide_screen_has_one_page_and_says_so() -> None:
    async with live(*ALL, size=(320, 20)) as program:
        await program.press("right")
        assert "All columns are on the screen." in program.text


async def test_columns_are_hidden_from_their_dialog_and_the_table_follows_at_once() -> None:
    async with live(*ALL, size=(120, 40)) as program:
        assert "PID" in program.lines[0]
        await program.press("c")
        await program.burst(f"{DOWN_ARROW} ")
        assert "PID" not in program.lines[0]
        await program.burst("\r")
        assert isinstance(program.app.screen, MainScreen)
        assert "4242" not in under_cursor(program)


@SMALL
async def test_a_theme_is_worn_at_once(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.press("T")
        assert isinstance(program.app.screen, ChoiceScreen)
        await program.burst(f"{HOME}{DOWN_ARROW}{DOWN_ARROW}\r")
        assert program.app.theme_name != "dark"
        assert program.app.session.theme == program.app.theme_name
        await program.burst(f"T{DOWN_ARROW}{ESC}")
        assert isinstance(program.app.screen, MainScreen)


@pytest.mark.parametrize("frozen", [False, True])
async def test_everything_works_without_a_single_row(frozen: bool) -> None:
    async with live(size=(80, 24)) as program:
        await program.burst(
            f"{' ' if frozen else ''}{BY_PROCESS}{RIGHT_ARROW}{LEFT_ARROW}pXxmv{CTRL_A}ykw{SHIFT_F10}\r\r"
        )
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)
        assert "No connections." in program.text
        if frozen:
            await program.press("space")
        await program.look(listener(1, 22, (NGINX,)))
        assert "nginx" in program.text


async def test_pinned_rows_stay_at_the_top_of_the_screen_when_the_rest_scrolls() -> None:
    many = [connection(n, remote=("203.0.113.1", n)) for n in range(100, 160)]
    async with live(*many, size=(120, 24)) as program:
        await program.burst("v\x1b[B\x1b[Bvp\x1b")
        pinned = program.lines[1:4]
        await program.press("pagedown")
        assert program.lines[1:4] == [line.replace("›", "•") for line in pinned]
        await program.press("pagedown", "pagedown")
        assert program.lines[1:4] == [line.replace("›", "•") for line in pinned]
        seen = {line.split()[-2] for line in table_lines(program)}
        assert {"100", "101", "102"} < seen
        assert "103" not in seen
        await program.burst(click(20, 2))
        assert under_cursor(program).split()[-2] == "101"
