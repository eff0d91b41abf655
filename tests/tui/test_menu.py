from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Offset

from tcpview_tui.tui.action import Action
from tcpview_tui.tui.actions import ACTIONS, BY_ID
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.menu import MenuScreen, _lines
from tests.fakes import connection
from tests.tui.harness import Live, live

PLACE = Offset(5, 2)
ROW = [BY_ID[name] for name in ("whois", "end", "filter", "sort")]
NOTHING = "nothing"


class Answer:
    """What came of the menu."""

    value: str | None = NOTHING

    def __call__(self, value: str | None) -> None:
        self.value = value


@asynccontextmanager
async def menu(
    actions: Sequence[Action] = ROW, at: Offset | None = PLACE, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Live, Answer]]:
    answer = Answer()
    async with live(connection(1), connection(2), size=size) as program:
        program.app.push_screen(MenuScreen(actions, at), answer)
        await program.settled()
        yield program, answer


def corners(program: Live) -> tuple[Offset, Offset]:
    """The first and the last cell of the frame."""
    lines = program.lines
    top = next(number for number, line in enumerate(lines) if "╭" in line)
    bottom = next(number for number, line in enumerate(lines) if "╯" in line)
    return Offset(lines[top].index("╭"), top), Offset(lines[bottom].index("╯"), bottom)


async def test_each_action_stands_there_with_its_key_just_below_the_place() -> None:
    async with menu() as (program, _):
        first, _ = corners(program)
        assert first == (5, 3)
        for action in ROW:
            assert program.line_with(action.title).split("│")[1].split() == [
                *action.title.split(), action.key_names[0]
            ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "result"),
    [
        (["enter"], "whois"),
        (["down", "down", "enter"], "filter"),
        (["end", "enter"], "sort"),
        (["up", "enter"], "sort"),
        (["k"], "end"),
        (["slash"], "filter"),
        (["down", "s"], "sort"),
        (["escape"], None),
        (["z"], NOTHING),
    ],
)
async def test_keys_choose(keys: list[str], result: str | None) -> None:
    async with menu() as (program, answer):
        await program.press(*keys)
        assert answer.value == result
        assert isinstance(program.app.screen, MainScreen) is (result != NOTHING)


async def test_keys_that_the_list_needs_stay_its_own() -> None:
    async with menu([BY_ID["down"], BY_ID["up"], BY_ID["clear"]]) as (program, answer):
        await program.press("down", "enter")
        assert answer.value == "up"


async def test_a_burst_chooses_in_the_order_typed() -> None:
    async with menu() as (program, answer):
        await program.burst("\x1b[B\r")
        assert answer.value == "end"


@pytest.mark.parametrize("button", [1, 3])
async def test_a_click_beside_the_menu_closes_it(button: int) -> None:
    async with menu() as (program, answer):
        await program.pilot.click(offset=(60, 20), button=button)
        await program.settled()
        assert answer.value is None
        assert isinstance(program.app.screen, MainScreen)


async def test_a_click_on_a_line_chooses_it() -> None:
    async with menu() as (program, answer):
        line = next(number for number, text in enumerate(program.lines) if "Filter    " in text)
        await program.pilot.click(offset=(8, line))
        await program.settled()
        assert answer.value == "filter"


async def test_many_fast_clicks_are_one_choice() -> None:
    async with menu() as (program, answer):
        line = next(number for number, text in enumerate(program.lines) if "Filter    " in text)
        await program.burst(f"\x1b[<0;9;{line + 1}M\x1b[<0;9;{line + 1}m" * 8)
        await program.until(lambda: isinstance(program.app.screen, MainScreen))
        assert answer.value == "filter"
        assert program.app.is_running


async def test_a_click_on_the_frame_does_nothing() -> None:
    async with menu() as (program, answer):
        first, _ = corners(program)
        await program.pilot.click(offset=first)
        await program.settled()
        assert answer.value == NOTHING


@pytest.mark.parametrize("number", [4, len(ACTIONS)])
@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 8)], ids=str)
@pytest.mark.parametrize("part", [(0, 0), (1, 0.5), (0.5, 1), (2, 2)], ids=str)
async def test_it_stays_inside_the_screen(number: int, size: tuple[int, int], part: tuple[float, float]) -> None:
    at = Offset(int((size[0] - 1) * part[0]), int((size[1] - 1) * part[1]))
    async with menu(ACTIONS[:number], at, size) as (program, answer):
        first, last = corners(program)
        assert (last.y - first.y + 1) == min(number + 2, size[1])
        for line in program.lines[first.y + 1 : last.y]:
            assert line[first.x] == line[last.x] == "│"
        await program.press("end")
        assert ACTIONS[number - 1].title[:3] in program.lines[last.y - 1]
        await program.press("enter")
        assert answer.value == ACTIONS[number - 1].id


async def test_the_row_stays_in_sight_where_there_is_room() -> None:
    async with menu(at=Offset(70, 20)) as (program, _):
        first, last = corners(program)
        assert last == (79, 19)
        assert first.y == 14


async def test_it_follows_the_size_of_the_screen() -> None:
    async with menu(ACTIONS, Offset(60, 20)) as (program, answer):
        await program.press("down", "down")
        await program.pilot.resize_terminal(40, 12)
        await program.settled()
        first, last = corners(program)
        assert (first.y, last.y) == (0, 11)
        await program.press("enter")
        assert answer.value == ACTIONS[2].id


async def test_without_a_place_it_stands_in_the_middle() -> None:
    async with menu(at=None) as (program, _):
        first, last = corners(program)
        assert abs(first.x - (79 - last.x)) <= 1
        assert abs(first.y - (23 - last.y)) <= 1


async def test_without_actions_it_only_closes() -> None:
    async with menu([]) as (program, answer):
        await program.press("down", "enter", "escape")
        assert answer.value is None


@given(st.integers(1, 60), st.integers(1, len(ACTIONS)))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_lines_are_of_one_width_and_fit(room: int, number: int) -> None:
    widths = {cell_len(line) for line in _lines(ACTIONS[:number], room)}
    assert len(widths) == 1
    assert widths.pop() <= room
