"""Closed rows that are kept, and marks in time, by the keys that a person presses."""

from __future__ import annotations

from tcpview_tui.model.connection import State
from tcpview_tui.tui.screens.choice import ChoiceScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection, listener
from tests.tui.gestures import DOWN_ARROW, END, ESC, HOME, RIGHT_ARROW, keys, table_lines, under_cursor
from tests.tui.harness import live

ONE, TWO, THREE = (connection(n, remote=(f"203.0.113.{n}", 443)) for n in (1, 2, 3))
WEB = listener(10, 80)


async def test_closed_rows_are_kept_filtered_and_cleared() -> None:
    async with live(ONE, TWO, WEB) as program:
        await program.press("x")
        assert "Closed rows: kept from now on." in program.text
        await program.look(ONE)
        for _ in range(3):
            await program.advance(60)
        assert sorted(map(str, keys(program))) == ["1", "10", "2"]
        assert [line[0] for line in table_lines(program)].count("x") == 2
        assert "Closed kept  2" in program.lines[-4]
        await program.burst("/is:closed\r")
        assert keys(program) == [2, 10]
        await program.burst(f"{ESC}X")
        assert "2 closed rows cleared." in program.text
        assert keys(program) == [1]
        await program.burst("X")
        assert "There is no closed row." in program.text


async def test_kept_rows_go_when_they_are_kept_no_longer() -> None:
    async with live(ONE, TWO) as program:
        await program.press("x")
        await program.look(ONE)
        await program.advance(60)
        await program.look()
        await program.press("x")
        assert keys(program) == [1]
        assert "Closed kept" not in program.lines[-4]
        await program.advance(4)
        assert keys(program) == []


async def test_keep_and_clear_in_a_frozen_view_touch_nothing_that_is_seen() -> None:
    async with live(ONE, TWO, THREE) as program:
        await program.press("x")
        await program.look(ONE, TWO)
        await program.advance(4)
        await program.burst(" ")
        before = keys(program)
        await program.burst("X")
        assert "Thaw it first" in program.text
        await program.look(ONE)
        await program.burst("x")
        await program.advance(60)
        assert keys(program) == before
        await program.press("space")
        assert set(keys(program)) == {1, 2}
        await program.advance(4)
        assert keys(program) == [1]


async def test_a_closed_row_under_the_cursor_or_selected_is_not_pulled_away() -> None:
    async with live(ONE, TWO, THREE) as program:
        await program.burst(f"x{DOWN_ARROW}")
        await program.look(ONE)
        await program.advance(4)
        await program.burst("X")
        assert "1 closed row cleared. 1 stays: pinned, selected or under the cursor." in program.text
        assert "203.0.113.2" in under_cursor(program)
        assert keys(program) == [1, 2]
        await program.burst(HOME)
        await program.advance(2)
        assert keys(program) == [1]


async def test_a_mark_dims_what_was_there_before_it() -> None:
    async with live(ONE, TWO, WEB) as program:
        await program.press("m")
        assert "Marked " in program.text
        assert "Marked" in program.lines[-4]
        assert "older dimm" in program.lines[-4]
        await program.advance(60)
        await program.look(ONE, TWO, WEB, THREE)
        await program.advance(4)
        context = program.app.session.view.context
        bright = [row.key for row in program.app.session.view.rows() if row.touched > (context.since or 0)]
        assert bright == [3]


async def test_older_rows_are_hidden_by_choice_and_everything_comes_back_with_esc() -> None:
    async with live(ONE, TWO, WEB) as program:
        await program.burst(f"mM{DOWN_ARROW}\r")
        assert keys(program) == []
        assert "Nothing matches" in program.text
        await program.look(ONE, connection(2, State.CLOSE_WAIT, remote=("203.0.113.2", 443)), THREE, listener(11, 81))
        await program.advance(10)
        await program.look(*program.source.connections)
        assert keys(program) == [2, 3, 11]
        assert "older hidden" in program.lines[-4]
        await program.press("escape")
        assert {1, 2, 3, 11} <= set(keys(program))
        assert "Marked" not in program.lines[-4]
        await program.burst(f"M{END}\r")
        assert keys(program) == [2, 3, 11]
        await program.burst("m")
        assert "is hidden. M: marks." in program.text
        assert "Nothing matches" in program.text


async def test_several_marks_are_named_by_their_time_and_the_last_stands_first() -> None:
    async with live(ONE) as program:
        await program.press("M")
        assert "No mark has been set yet" in program.text
        await program.burst("m")
        program.clock.advance(61)
        await program.look(ONE, TWO)
        await program.burst("mM")
        assert isinstance(program.app.screen, ChoiceScreen)
        times = [line.split("since ")[1][:19] for line in program.lines if "since " in line]
        assert len(times) == 4
        assert times[0] == times[1] > times[2] == times[3]
        await program.burst(f"{END}\r")
        assert keys(program) == [2]


async def test_marks_set_twice_at_one_look_are_one() -> None:
    async with live(ONE) as program:
        await program.burst("mmm")
        assert len(program.app.session.sieve.moments.marked) == 1


async def test_a_mark_in_a_frozen_view_is_of_what_is_seen_there() -> None:
    async with live(ONE) as program:
        await program.press("space")
        await program.look(ONE, TWO)
        await program.burst(f"mM{DOWN_ARROW}\r")
        assert keys(program) == []
        await program.press("space")
        assert keys(program) == [2]


async def test_esc_leaves_the_dialog_of_marks_as_it_was() -> None:
    async with live(ONE, size=(40, 12)) as program:
        await program.burst(f"mM{DOWN_ARROW}{ESC}")
        assert isinstance(program.app.screen, MainScreen)
        assert keys(program) == [1]
        assert "older dimm" in program.lines[-4]


async def test_kept_rows_stand_in_their_groups() -> None:
    async with live(ONE, TWO) as program:
        await program.burst(f"xg{DOWN_ARROW}\r")
        await program.look(ONE)
        await program.advance(4)
        assert under_cursor(program).split()[3:] == ["2", "1", "ESTABLISHED", "1", "closed"]
        await program.burst(f"{RIGHT_ARROW}X")
        assert under_cursor(program).split()[3:] == ["1", "1", "ESTABLISHED"]
        await program.look()
        await program.advance(4)
        assert "1 closed" in under_cursor(program)
        await program.burst("X")
        assert "No connections." in program.text
