"""What the lines below the table say: numbers, how often is looked, and what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State
from tcpview_tui.model.snapshot import Code, Problem
from tests.fakes import FakeClock, FakeSource, connection
from tests.tui.connections import ALL, CLIENT
from tests.tui.harness import live

if TYPE_CHECKING:
    from tcpview_tui.sources.base import Reading


async def test_the_status_bar_counts_like_tcpview() -> None:
    more = connection(5, State.TIME_WAIT, owners=()), connection(6, State.CLOSE_WAIT)
    async with live(*ALL, *more, size=(160, 24)) as program:
        bar = program.line_with("Endpoints")
        for part in ("Endpoints: 6", "Established: 2", "Listening: 1", "Time Wait: 1", "Close Wait: 1", "LIVE"):
            assert part in bar
        assert "Last look: +0 ~0 x0  Interval: 1 s" in bar
        await program.look(*ALL[1:], connection(6, State.LAST_ACK), connection(7))
        assert "Last look: +1 ~1 x2" in program.text


async def test_the_interval_changes_within_its_bounds() -> None:
    async with live(CLIENT) as program:
        await program.press("plus", "plus")
        assert program.app.feed.interval == 5.0
        assert " 5 s " in program.line_with("Endpoints")
        assert "sampling every 5 s" in program.text
        await program.press(*["minus"] * 9)
        assert program.app.feed.interval == 0.5
        assert "between 0.5 and 60 seconds" in program.text


class SlowSource(FakeSource):
    """A source whose look takes 2.5 seconds."""

    clock: FakeClock

    def read(self) -> Reading:
        self.clock.advance(2.5)
        return super().read()


async def test_sampling_that_is_behind_is_said() -> None:
    async with live(CLIENT) as program:
        slow = SlowSource(CLIENT)
        slow.clock = program.clock
        program.app.feed._sampler.source = slow
        await program.sample()
        assert "sampling is behind: a look every 2.5 s, the interval is 1 s" in program.text


async def test_limits_are_one_line_and_one_key_tells_more() -> None:
    async with live(CLIENT) as program:
        program.source.problems = (Problem(Code.OWNERLESS, "412 sockets without owner: not root", "Use sudo."),)
        await program.sample()
        line = program.line_with("412 sockets")
        assert "sampling every 1 s: shorter connections can be missed" in line
        assert "i: more" in line
        await program.press("i")
        assert "Use sudo." in program.text
        await program.press("escape")
        assert "Use sudo." not in program.text


async def test_what_was_lost_is_said_before_what_is_never_seen() -> None:
    async with live(CLIENT) as program:
        standing = Problem(Code.NAMESPACES, "containers not visible: not root", "Use sudo.")
        lost = Problem(Code.FLOOD, "8,022 short connections dropped", "Too many.")
        program.source.problems = (standing, lost)
        await program.sample()
        line = program.line_with("8,022")
        places = [line.index(word) for word in ("8,022", "containers", "sampling every")]
        assert places == sorted(places)


async def test_where_ending_connections_are_heard_only_udp_is_said_to_be_missed() -> None:
    async with live(CLIENT) as program:
        program.source.problems = (Problem(Code.EVENTS, "short connections seen only as they close", "Use sudo."),)
        await program.sample()
        assert "shorter UDP sockets can be missed" in program.line_with("seen only as they close")
        await program.press("i")
        assert "opens and closes between two looks" not in program.text


async def test_a_screen_that_is_slow_is_said_too() -> None:
    async with live(CLIENT) as program:
        program.app.session.late = 3.8
        program.main.draw()
        assert "a look every 4.8 s, the interval is 1 s" in program.text
        assert "sampling every 4.8 s" in program.text


async def test_a_frozen_bar_at_80_columns_still_has_every_count_and_the_interval() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.press("space")
        bar = program.line_with("FROZEN")
        for part in ("4 ", "Est 2", "Listen 1", "TW 0", "CW 0", "1 s", "+0 ~0 x0"):
            assert part in bar
