from __future__ import annotations

import pytest

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.tui.layout import DEFAULT, layout
from tcpview_tui.tui.screens.columns import ColumnsScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection
from tests.tui.harness import Live, live

IDS = tuple(column.id for column in COLUMNS)
NO_NAMES = frozenset({"host", "finding"})
STATE_FIRST = Arrangement.of(("state", *IDS), ("pid",), {"cmd": 70})


async def opened(program: Live, arrangement: Arrangement = DEFAULT) -> list[Arrangement]:
    """Open the dialog; return what it tells while it is open."""
    told: list[Arrangement] = []
    room = program.app.size.width
    await program.app.push_screen(ColumnsScreen(arrangement, told.append, lambda: room, NO_NAMES))
    await program.settled()
    return told


async def test_every_column_is_listed_in_order_with_its_width() -> None:
    async with live(connection(1)) as program:
        await opened(program, STATE_FIRST)
        lines = [line.replace("│", " ").strip() for line in program.lines if "width" in line and "[" in line]
        assert len(lines) == len(COLUMNS)
        assert lines[0].split() == ["[x]", "State", "width", "auto"]
        assert "[ ] PID" in program.text
        assert "width 70" in program.line_with("[x] Command")


async def test_space_shows_and_hides_and_the_last_column_stays() -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        await program.press("down", "space")
        assert told[-1].off == {"pid"}
        for _ in IDS[2:]:
            await program.press("down", "space")
        assert told[-1].off == set(IDS[1:])
        await program.press("home", "space")
        assert told[-1].off == set(IDS[1:])
        assert "[x] Process" in program.text
        await program.press("enter")
        assert isinstance(program.app.screen, MainScreen)


async def test_the_width_starts_from_what_is_on_the_screen() -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        shown = layout(120, DEFAULT, NO_NAMES)[0].width
        await program.press("plus", "right", "minus", "minus", "left")
        assert [told[n].width("process") for n in range(5)] == [shown + n for n in (1, 2, 1, 0, -1)]
        assert f"width {shown - 1}" in program.line_with("[x] Process")
        await program.press("0")
        assert "width auto" in program.line_with("[x] Process")
        await program.press("escape")
        assert told[-1] == DEFAULT


@pytest.mark.parametrize(("down", "up"), [("J", "K"), ("shift+down", "shift+up")])
async def test_a_column_moves_and_the_keys_follow_it(down: str, up: str) -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        await program.press(up, down, down)
        assert told[0].order == IDS
        assert told[-1].order[:3] == ("pid", "user", "process")
        await program.press(up, "space")
        assert told[-1].order[:3] == ("pid", "process", "user")
        assert told[-1].off == {"process"}


async def test_r_resets_all() -> None:
    async with live(connection(1)) as program:
        told = await opened(program, STATE_FIRST)
        await program.press("r", "enter")
        assert told == [DEFAULT]
        assert isinstance(program.app.screen, MainScreen)


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 8)])
async def test_all_of_it_is_within_reach_on_a_small_screen(size: tuple[int, int]) -> None:
    async with live(connection(1), size=size) as program:
        told = await opened(program)
        await program.press("end", "space")
        assert told[-1].off == {IDS[-1]}
        assert "[ ] Command" in program.text
        if size[1] > 8:
            assert "Enter closes" in " ".join(program.text.replace("│", " ").split())


async def test_a_click_switches() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        told = await opened(program)
        line = next(y for y, text in enumerate(program.lines) if "[x] State" in text)
        await program.pilot.click(offset=(program.lines[line].index("State"), line))
        await program.settled()
        assert [each.off for each in told] == [{"state"}]


async def test_keys_in_a_burst_hit_the_column_they_were_meant_for() -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        await program.burst("JJ \x1b[A \r")
        assert told[-1] == Arrangement.of(("pid", "user", *IDS), ("process", "user"))
        assert isinstance(program.app.screen, MainScreen)


async def test_everything_is_ascii_where_the_screen_is() -> None:
    async with live(connection(1), ascii=True) as program:
        await opened(program)
        assert program.text.isascii()


async def test_beside_the_details_the_width_starts_from_that_of_the_table() -> None:
    async with live(connection(1), size=(170, 40)) as program:
        await program.press("enter")
        table = program.main.table.size.width
        assert table < 120
        slots = layout(table, DEFAULT, program.app.session.without)
        place, slot = next((IDS.index(slot.column.id), slot) for slot in slots if slot.column.id == "remote")
        await program.press("c", *["down"] * place, "plus")
        assert program.app.session.arrangement.width("remote") == slot.width + 1


async def test_a_column_that_is_left_out_says_when_it_is_shown() -> None:
    async with live(connection(1)) as program:
        await program.press("c")
        assert "once names are asked for" in program.line_with("[x] Remote name")
        assert "while closed rows are kept" in program.line_with("[x] Closed")
        assert "once something is found" in program.line_with("[x] Finding")
        await program.press("escape", "x", "c")
        assert "once names are asked for" in program.text
        assert "while closed rows are kept" not in program.text


async def test_columns_that_the_source_cannot_fill_say_so() -> None:
    async with live(connection(1)) as program:
        program.source.has_counters = False
        await program.press("c")
        assert "where the source counts" in program.line_with("[x] Recv/s")
