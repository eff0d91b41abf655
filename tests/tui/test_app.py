"""The whole program: what comes and goes in its table, and what it does of its own."""

from __future__ import annotations

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import Difference
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection
from tests.tui.connections import ALL, CLIENT, LOCAL
from tests.tui.harness import live


async def test_a_row_opens_changes_and_closes() -> None:
    async with live(CLIENT) as program:
        await program.look(CLIENT, connection(8, State.SYN_SENT, remote=("198.51.100.1", 22)))
        assert program.line_with("198.51.100.1").startswith("+ ")
        await program.look(CLIENT, connection(8, State.ESTABLISHED, remote=("198.51.100.1", 22)))
        assert program.line_with("198.51.100.1").startswith("~ ")
        await program.look(CLIENT)
        assert program.line_with("198.51.100.1").startswith("x ")
        await program.advance(3)
        assert "198.51.100.1" not in program.text


async def test_a_click_puts_the_cursor_on_a_row() -> None:
    async with live(*ALL) as program:
        await program.pilot.click(program.main.table, offset=(10, 2))
        await program.settled()
        assert program.lines[3][1] == "›"


async def test_a_key_meant_for_a_row_that_has_just_gone_does_nothing() -> None:
    async with live(CLIENT, LOCAL) as program:
        await program.look(LOCAL)
        await program.advance(3)
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert "Another row has just come" in program.text
        await program.press("k")
        assert isinstance(program.app.screen, EndScreen)


async def test_names_are_wanted_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(CLIENT, names=True) as program:
        wanted: list[set[str]] = []
        names = program.app.session.lookups.names
        monkeypatch.setattr(names, "want", lambda addresses=(): wanted.append(set(addresses)))
        await program.sample()
        program.clock.advance(60)
        await program.sample()
        await program.sample()
        assert wanted == [set(), {"93.184.216.34"}, set()]


async def test_nothing_is_raised_into_a_thread_after_leaving() -> None:
    async with live(CLIENT) as program:
        app = program.app
    app._named({})
    app._deliver(Snapshot(9, 0.0, {}), Difference((), (), ()), 0.0)


async def test_q_quits() -> None:
    async with live(CLIENT) as program:
        await program.press("q")
        assert program.app.return_value == 0


async def test_a_view_that_nobody_touches_stays_at_the_top() -> None:
    busy = [connection(n, remote=("203.0.113.1", n)) for n in range(60)]
    async with live(*busy, size=(80, 20)) as program:
        await program.look(
            *(connection(n, State.TIME_WAIT, remote=("203.0.113.1", n), owners=()) for n in range(1)), *busy[1:]
        )
        await program.advance(3)
        assert program.main.table.top == 0
        first = connection(99, remote=("192.0.2.1", 1))
        await program.look(*(connection(n, remote=("192.0.2.9", n)) for n in range(200, 240)), first, *busy[1:])
        assert program.main.table.top == 0
        assert program.lines[1][1] == "›"


async def test_home_stays_at_the_top_and_a_chosen_row_is_followed() -> None:
    rows = [connection(n, remote=("203.0.113.1", n)) for n in range(60)]
    async with live(*rows, size=(80, 20)) as program:
        await program.press("down")
        await program.advance(2)
        await program.look(connection(99, remote=("192.0.2.1", 1)), *rows)
        assert program.app.session.view.cursor == 1
        await program.press("home")
        await program.look(connection(99, remote=("192.0.2.1", 1)), connection(98, remote=("192.0.2.0", 1)), *rows)
        assert program.main.table.top == 0


async def test_an_empty_result_says_so() -> None:
    async with live(CLIENT, filter="nothing-has-this") as program:
        assert "Nothing matches." in program.text
    async with live() as program:
        assert "No connections." in program.text
