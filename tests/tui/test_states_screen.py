from __future__ import annotations

from collections import Counter

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.states import STATES, StatesScreen
from tests.fakes import connection
from tests.tui.harness import Live, live

COUNTS = Counter({State.ESTABLISHED: 12, State.NONE: 3, State.LISTEN: 40_000})
Off = frozenset[State]


async def opened(program: Live, off: Off = frozenset()) -> tuple[list[Off], list[Off | None]]:
    """Open the dialog; return what it tells while open and in the end."""
    told: list[Off] = []
    ended: list[Off | None] = []
    await program.app.push_screen(StatesScreen(COUNTS, off, told.append), ended.append)
    await program.settled()
    return told, ended


async def test_every_state_is_listed_with_its_count() -> None:
    async with live(connection(1)) as program:
        await opened(program, frozenset({State.LISTEN}))
        for state in set(State) - {State.NONE}:
            assert state.value in program.text
        for line in (
            "[x]     12  ESTABLISHED",
            "[ ]  40000  LISTEN",
            "[x]      0  CLOSING",
            "[x]      3  UDP and others",
        ):
            assert line in program.text


async def test_space_switches_and_is_told_at_once() -> None:
    async with live(connection(1)) as program:
        told, ended = await opened(program)
        await program.press("down", "space")
        assert told == [{STATES[1]}]
        assert f"[ ]      0  {STATES[1].value}" in program.text
        await program.press("space", "up", "space")
        assert told[1:] == [set(), {STATES[0]}]
        await program.press("enter")
        assert ended == [frozenset({STATES[0]})]
        assert isinstance(program.app.screen, MainScreen)


async def test_all_and_none() -> None:
    async with live(connection(1)) as program:
        told, ended = await opened(program, frozenset({State.LISTEN}))
        await program.press("n")
        assert "[x]" not in program.text
        await program.press("a")
        assert "[ ]" not in program.text
        await program.press("escape")
        assert told == [set(State), set()]
        assert ended == [frozenset()]


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 8)])
async def test_all_of_it_is_within_reach_on_a_small_screen(size: tuple[int, int]) -> None:
    async with live(connection(1), size=size) as program:
        _, ended = await opened(program)
        await program.press("end", "space")
        assert "[ ]      3  UDP" in program.text
        if size[1] > 8:
            assert "Enter closes" in " ".join(program.text.replace("│", " ").split())
        await program.press("enter")
        assert ended == [frozenset({State.NONE})]


async def test_a_click_switches() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        told, _ = await opened(program)
        line = next(y for y, text in enumerate(program.lines) if "LAST_ACK" in text)
        await program.pilot.click(offset=(program.lines[line].index("LAST_ACK"), line))
        await program.settled()
        assert told == [{State.LAST_ACK}]
        await program.press("space")
        assert told[-1] == set()


async def test_keys_in_a_burst_hit_the_lines_they_were_meant_for() -> None:
    async with live(connection(1)) as program:
        told, ended = await opened(program)
        await program.burst("n \x1b[B \x1b[B \r")
        assert told[-1] == set(State) - set(STATES[:3])
        assert ended == [told[-1]]
