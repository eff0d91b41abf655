from __future__ import annotations

import pytest

from tests.fakes import NGINX, connection, listener
from tests.tui.harness import Live, live

ROWS = (connection(1), connection(2, remote=("198.51.100.4", 22), owners=(NGINX,)), listener(3, 80))


def keys(program: Live) -> set[object]:
    return {row.key for row in program.app.session.view.rows()}


async def test_rows_are_filtered_while_one_types() -> None:
    async with live(*ROWS) as program:
        await program.burst("/cur")
        assert keys(program) == {1}
        await program.press("backspace", "backspace", "backspace")
        assert keys(program) == {1, 2, 3}


async def test_the_active_filter_stays_visible_as_a_chip() -> None:
    async with live(*ROWS) as program:
        await program.burst("/process:nginx\r")
        assert "process:nginx" in program.lines[-4]
        assert "2 of 3 rows" in program.lines[-4]
        await program.press("escape")
        assert "process:nginx" not in program.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("process:curl port:", "expected"),
        ("process:curl (", "expected"),
        ("process:curl porf:80", "port"),
        ("process:curl port:99999", "65535"),
    ],
)
async def test_while_the_text_is_unfinished_the_last_valid_filter_stays(text: str, says: str) -> None:
    async with live(*ROWS) as program:
        await program.burst("/" + text)
        assert keys(program) <= {1}
        assert says in program.lines[-4]
        assert "^" in program.lines[-4]
        await program.press("enter")
        assert program.main.filter_bar.display


async def test_the_pointer_stands_under_the_place_of_the_error() -> None:
    async with live(*ROWS) as program:
        await program.burst("/curl port:x")
        assert program.lines[-4].index("^") == program.lines[-5].index("x", program.lines[-5].index("port:"))


async def test_esc_brings_the_filter_back_that_was_there() -> None:
    async with live(*ROWS, filter="nginx") as program:
        await program.burst("/curl")
        assert keys(program) == {1}
        await program.press("escape")
        assert keys(program) == {2, 3}
        assert "nginx" in program.lines[-4]


async def test_opening_again_selects_the_text_so_that_typing_replaces_it() -> None:
    async with live(*ROWS, filter="nginx") as program:
        await program.burst("/c")
        assert program.main.filter_bar._input.value == "c"


async def test_tab_completes_names_and_values() -> None:
    async with live(*ROWS) as program:
        await program.burst("/proc\t")
        assert program.main.filter_bar._input.value == "process:"
        await program.press("ctrl+u")
        await program.burst("is:lis\t")
        assert program.main.filter_bar._input.value.startswith("is:listening")
        await program.press("ctrl+u")
        await program.burst("p\t")
        for name in ("process", "pid", "proto", "port", "path"):
            assert name in program.lines[-4]


async def test_down_keeps_the_filter_and_goes_to_the_table() -> None:
    async with live(*ROWS) as program:
        await program.burst("/nginx")
        await program.press("down")
        assert not program.main.filter_bar.display
        assert keys(program) == {2, 3}


async def test_an_error_far_to_the_right_is_told_before_its_place() -> None:
    async with live(*ROWS, size=(80, 24)) as program:
        await program.burst("/" + "a " * 30 + "port:x")
        assert "is no value for port" in program.lines[-4]
        assert program.lines[-4].index("^") == program.lines[-5].rindex("x")


async def test_a_long_filter_does_not_hide_its_error() -> None:
    async with live(*ROWS, size=(80, 24)) as program:
        await program.burst("/" + "abc " * 60 + "port:x")
        assert "is no value for port" in program.lines[-4]
        assert "^" in program.lines[-4]


async def test_the_bar_closes_when_a_row_is_clicked() -> None:
    async with live(*ROWS) as program:
        await program.burst("/nginx")
        await program.pilot.click(program.main.table, offset=(5, 1))
        await program.settled()
        assert not program.main.filter_bar.display
        assert keys(program) == {2, 3}
