"""A frozen table keeps what it shows, counts what happens, and shows that when it is thawed."""

from __future__ import annotations

from tcpview_tui.model.connection import State
from tests.fakes import connection
from tests.tui.connections import CLIENT, LOCAL
from tests.tui.harness import live


async def test_freeze_counts_and_thaw_shows() -> None:
    async with live(CLIENT, LOCAL) as program:
        await program.press("space")
        assert "FROZEN" in program.text
        await program.look(connection(2, State.CLOSE_WAIT), connection(9, remote=("198.51.100.7", 80)))
        await program.advance(60)
        assert "+1 ~1 x1" in program.line_with("FROZEN")
        assert "198.51.100.7" not in program.text
        assert "CLOSE_WAIT" not in "".join(program.lines[1:30])
        await program.press("space")
        assert program.line_with("198.51.100.7").startswith("+ ")
        assert program.line_with("CLOSE_WAIT ").startswith("~")
        assert "LIVE" in program.text


async def test_a_look_while_frozen_steps_and_stays_frozen() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        program.source.connections = [CLIENT, connection(9, remote=("198.51.100.7", 80))]
        await program.press("full_stop")
        await program.until(lambda: "198.51.100.7" in program.text)
        assert program.line_with("198.51.100.7").startswith("+ ")
        assert "FROZEN" in program.text


async def test_space_after_a_look_while_frozen_thaws_for_good() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        await program.burst(". ")
        await program.sample()
        await program.sample()
        assert not program.app.session.view.frozen


async def test_a_frozen_view_does_not_age() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        before = program.lines[1:30]
        program.clock.advance(3600)
        await program.sample()
        assert program.lines[1:30] == before
