"""Filters with names and the dialog of states, from the keys to the table."""

from __future__ import annotations

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.tui.screens.filters import FiltersScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.prompt import PromptScreen
from tests.fakes import connection, listener
from tests.tui.gestures import DOWN_ARROW, ESC, click, keys, row
from tests.tui.harness import live

ONE, TWO = (connection(n, remote=(f"203.0.113.{n}", 443)) for n in (1, 2))
WEB = listener(10, 80)
WAITING = connection(11, State.TIME_WAIT, owners=())
ALL = (ONE, TWO, WEB, WAITING)
SMALL = pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)


@SMALL
async def test_a_filter_is_named_switched_and_forgotten_in_bursts(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.burst("/is:listening\rFnweb servers\r")
        assert isinstance(program.app.screen, FiltersScreen)
        assert "[x] web servers  is:listening" in program.text
        await program.burst("\r")
        assert "Saved  web" in program.lines[-4]
        assert "Filter " not in program.lines[-4]
        assert keys(program) == [10]
        await program.burst("F ")
        assert "[ ] web servers  is:listening" in program.text
        await program.burst(ESC)
        assert keys(program) == [1, 2, 10, 11]
        await program.burst("F \r")
        assert keys(program) == [10]
        await program.burst(f"{ESC}F")
        assert "[ ] web servers" in program.text
        await program.burst("d")
        assert "web servers" not in program.text
        assert "There is none yet" in program.text
        await program.burst(f"dn {ESC}")
        assert isinstance(program.app.screen, MainScreen)


async def test_the_foot_says_what_can_be_done_now() -> None:
    async with live(*ALL) as program:
        await program.burst("F")
        assert "There is none yet" in program.text
        assert "Space" not in program.line_with("Enter closes")
        await program.press("escape")
        await program.burst("/203\rF")
        assert "n names the present one: 203" in program.text
        await program.burst("nof mine\r")
        assert "n names" not in program.text
        assert "There is none yet" not in program.text
        assert "d forgets one" in program.text


async def test_naming_is_taken_back_with_esc_and_an_empty_name_is_none() -> None:
    async with live(*ALL) as program:
        await program.burst("/is:listening\rFn")
        assert isinstance(program.app.screen, PromptScreen)
        await program.burst(f"mine{ESC}")
        assert isinstance(program.app.screen, FiltersScreen)
        await program.burst(f"n  \r{ESC}")
        assert isinstance(program.app.screen, MainScreen)
        assert program.app.session.sieve.named == ()
        assert "Filter  is:listening" in program.lines[-4]


async def test_letters_of_a_name_are_no_keys_of_the_dialog_below() -> None:
    async with live(*ALL) as program:
        await program.burst("/is:listening\rFndad and n q F\r")
        assert [each.name for each in program.app.session.sieve.named] == ["dad and n q F"]


async def test_filters_with_names_come_together_with_the_one_that_is_typed() -> None:
    async with live(*ALL) as program:
        await program.burst("/curl\rFncurl\r\r/203.0.113.2\r")
        assert keys(program) == [2]
        await program.burst(f"Fntwo\r{DOWN_ARROW}")
        assert [(each.name, each.on) for each in program.app.session.sieve.named] == [("curl", True), ("two", True)]
        await program.burst(f" \x1b[A {ESC}")
        assert keys(program) == [1, 2, 10, 11]


async def test_a_name_that_is_taken_gets_the_new_filter() -> None:
    async with live(*ALL) as program:
        await program.burst("/curl\rFnmine\r\r/is:listening\rFnmine\r\r")
        assert [each.query.text for each in program.app.session.sieve.named] == ["is:listening"]
        assert keys(program) == [10]


async def test_what_is_strange_in_a_name_is_made_harmless() -> None:
    async with live(*ALL) as program:
        await program.burst("/curl\rFn\x1b[200~[red]x\u202ey[/red]\x1b[201~\r")
        name = program.app.session.sieve.named[0].name
        assert name.startswith("[red]x")
        assert "\u202e" not in name
        assert "[red]x" in program.text


async def test_forgetting_leaves_the_cursor_on_the_one_before() -> None:
    async with live(*ALL) as program:
        await program.burst("/a\rFnone\r\r/b\rFntwo\r\r/c\rFnthree\r")
        await program.burst("\x1b[Add")
        assert [each.name for each in program.app.session.sieve.named] == ["three"]
        await program.burst(" ")
        assert not program.app.session.sieve.named[0].on


async def test_a_click_switches_a_filter() -> None:
    async with live(*ALL) as program:
        await program.burst("/is:listening\rFnmine\r")
        line = row(program, "[x] mine")
        await program.burst(click(program.lines[line].index("mine"), line))
        assert "[ ] mine" in program.text
        assert keys(program) == [1, 2, 10, 11]


@SMALL
async def test_states_are_hidden_and_shown_while_the_dialog_is_open(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.burst("S ")
        assert keys(program) == [10, 11]
        await program.burst("n")
        assert keys(program) == []
        await program.burst(" \r")
        assert keys(program) == [1, 2]
        assert "Hidden" in program.lines[-4]
        await program.burst("Sa\r")
        assert keys(program) == [1, 2, 10, 11]
        assert "Hidden" not in program.lines[-4]


@pytest.mark.parametrize("frozen", [False, True])
async def test_states_and_saved_filters_work_on_what_is_seen(frozen: bool) -> None:
    async with live(*ALL) as program:
        await program.burst(f"{' ' if frozen else ''}/curl\rFncurl\r\rS ")
        assert keys(program) == []
        await program.look(ONE, WEB, connection(3, State.CLOSE_WAIT))
        await program.burst(ESC)
        assert keys(program) == ([] if frozen else [3])
        if frozen:
            await program.press("space")
            assert keys(program) == [3]


async def test_the_only_state_there_is_can_be_hidden_under_the_cursor() -> None:
    async with live(ONE) as program:
        await program.burst(f"{DOWN_ARROW}S \r")
        assert "Nothing matches" in program.text
        await program.burst("pk")
        assert isinstance(program.app.screen, MainScreen)
        await program.burst(ESC)
        assert keys(program) == [1]
