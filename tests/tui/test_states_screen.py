from __future__ import annotations

from collections import Counter

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.states import STATES, StatesScreen
from tests.fakes import connection, listener
from tests.tui.harness import Live, live

COUNTS = Counter({State.ESTABLISHED: 12, State.NONE: 3, State.LISTEN: 40_000})
Off = frozenset[State]


async def opened(program: Live, off: Off = frozenset()) -> list[Off]:
    """Open the dialog; return what it tells while it is open."""
    told: list[Off] = []
    await program.app.push_screen(StatesScreen(lambda: COUNTS, off, told.append))
    await program.settled()
    return told


async def test_every_state_is_listed_with_its_count() -> None:
    async with live(connection(1)) as program:
        await opened(program, frozenset({State.LISTEN}))
        for state in set(State) - {State.NONE}:
            assert state.value in program.text
        for line in (
            "[x]     12  ESTABLISHED",
            "[ ]  40000  LISTEN",
            "[x]      0  CLOSING",
            "[x]      3  no state",
        ):
            assert line in program.text


async def test_space_switches_and_is_told_at_once() -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        await program.press("down", "space")
        assert told == [{STATES[1]}]
        assert f"[ ]      0  {STATES[1].value}" in program.text
        await program.press("space", "up", "space")
        assert told[1:] == [set(), {STATES[0]}]
        await program.press("enter")
        assert isinstance(program.app.screen, MainScreen)


async def test_all_and_none() -> None:
    async with live(connection(1)) as program:
        told = await opened(program, frozenset({State.LISTEN}))
        await program.press("n")
        assert "[x]" not in program.text
        await program.press("a")
        assert "[ ]" not in program.text
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)
        assert told == [set(State), set()]


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 8)])
async def test_all_of_it_is_within_reach_on_a_small_screen(size: tuple[int, int]) -> None:
    async with live(connection(1), size=size) as program:
        told = await opened(program)
        await program.press("end", "space")
        assert "[ ]      3  no" in program.text
        if size[1] > 8:
            assert "Enter closes" in " ".join(program.text.replace("│", " ").split())
        await program.press("enter")
        assert told == [{State.NONE}]


async def test_a_click_switches() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        told = await opened(program)
        line = next(y for y, text in enumerate(program.lines) if "LAST_ACK" in text)
        await program.pilot.click(offset=(program.lines[line].index("LAST_ACK"), line))
        await program.settled()
        assert told == [{State.LAST_ACK}]
        await program.press("space")
        assert told[-1] == set()


async def test_keys_in_a_burst_hit_the_lines_they_were_meant_for() -> None:
    async with live(connection(1)) as program:
        told = await opened(program)
        await program.burst("n \x1b[B \x1b[B \r")
        assert told[-1] == set(State) - set(STATES[:3])
        assert isinstance(program.app.screen, MainScreen)


def refresh(program: Live) -> None:
    """Do as the main screen does after each look."""
    assert isinstance(program.app.screen, StatesScreen)
    program.app.screen.refresh_counts()


async def test_the_counts_follow_what_is_seen_and_the_keys_stay_on_their_line() -> None:
    async with live(connection(1), listener(2, 80)) as program:
        await program.press("S", "down")
        assert "[x]      1  ESTABLISHED" in program.text
        await program.look(connection(1), connection(3), listener(2, 80))
        refresh(program)
        await program.settled()
        assert "[x]      2  ESTABLISHED" in program.text
        assert program.app.screen.query_one(Options).highlighted == 1


async def test_counts_that_stay_are_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        await program.press("S")
        drawn: list[object] = []
        monkeypatch.setattr(Options, "refresh", lambda *_, **__: drawn.append(1))
        refresh(program)
        await program.settled()
        assert drawn == []


async def test_while_frozen_the_counts_are_those_of_the_rows_that_are_seen() -> None:
    async with live(connection(1), connection(2), listener(3, 80)) as program:
        await program.look(connection(1), listener(3, 80))
        await program.press("space")
        await program.look(connection(1, State.CLOSE_WAIT))
        await program.press("S")
        for line in ("1  ESTABLISHED", "1  LISTEN", "0  CLOSE_WAIT"):
            assert f"[x]      {line}" in program.text
        await program.press("escape", "space", "S")
        for line in ("0  ESTABLISHED", "0  LISTEN", "1  CLOSE_WAIT"):
            assert f"[x]      {line}" in program.text
