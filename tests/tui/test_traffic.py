"""What connections carry: on the rows, in the status bar, in the order and in the filter."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.traffic import Counters
from tcpview_tui.text import size
from tcpview_tui.tui.glyphs import ASCII, UNICODE
from tcpview_tui.tui.status import sparkline
from tests.fakes import connection
from tests.tui.harness import Live, live

ONE, OTHER = connection(1, remote=("192.0.2.1", 443)), connection(2, remote=("192.0.2.2", 443))


class Told(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters


async def carry(program: Live, **received: int) -> None:
    """Let a second pass, in which the connections have received so much altogether since they opened."""
    program.source.measures = {int(name[1:]): Told(Counters(number, 0)) for name, number in received.items()}
    program.clock.advance(1.0)
    await program.sample()


async def test_a_row_is_marked_for_as_long_as_it_carries_traffic() -> None:
    async with live(ONE, OTHER) as program:
        await carry(program, _1=0, _2=0)
        await program.advance(4)
        await carry(program, _1=50_000)
        assert program.line_with("192.0.2.1").startswith(UNICODE.busy)
        assert program.line_with("192.0.2.2").startswith(" ")
        await carry(program)
        assert program.line_with("192.0.2.1").startswith(" ")


async def test_the_mark_can_be_off_and_is_switched_by_a_key() -> None:
    async with live(ONE, traffic=False, ascii=True) as program:
        await carry(program, _1=0)
        await carry(program, _1=1000)
        assert program.line_with("192.0.2.1").startswith(" ")
        await program.press("B")
        assert program.line_with("192.0.2.1").startswith(ASCII.busy)


async def test_rates_stand_on_the_next_page_and_rows_sorted_by_them_change_places() -> None:
    async with live(ONE, OTHER, size=(120, 20)) as program:
        await carry(program, _1=0, _2=0)
        await program.press("right")
        assert "Recv/s" in program.text
        view = program.app.session.view
        for _ in range(2):
            view.sort(view.order.then("rate_in"))
        await carry(program, _1=50_000, _2=1000)
        assert [row.key for row in view.rows()] == [1, 2]
        await carry(program, _2=9_000_000)
        assert [row.key for row in view.rows()] == [2, 1]
        assert "M" in program.line_with(program.lines[1].strip()[:4])


async def test_a_filter_follows_the_traffic() -> None:
    async with live(ONE, OTHER, filter="is:busy") as program:
        view = program.app.session.view
        await carry(program, _1=0, _2=0)
        assert len(view) == 0
        await carry(program, _2=10)
        assert [row.key for row in view.rows()] == [2]
        await carry(program)
        assert len(view) == 0


async def test_the_status_bar_tells_what_flows_where_there_is_room() -> None:
    async with live(ONE, OTHER, size=(160, 20)) as program:
        await carry(program, _1=0, _2=0)
        before = program.line_with(f"{UNICODE.incoming}     0/s")
        await program.sample()
        assert program.line_with(f"{UNICODE.incoming}     0/s") == before
        await carry(program, _1=1_258_291, _2=0)
        assert f"{UNICODE.incoming}  1.2M/s {UNICODE.outgoing}     0/s" in program.text
        assert "▁█ " in program.text
        await program.pilot.resize_terminal(60, 20)
        await program.settled()
        assert UNICODE.incoming not in program.text


async def test_nothing_is_drawn_when_nothing_moves() -> None:
    async with live(ONE, OTHER, size=(160, 20)) as program:
        await carry(program, _1=5000, _2=0)
        await program.advance(4)
        await carry(program)
        before = program.lines
        await carry(program)
        assert program.lines == before


async def test_a_frozen_view_keeps_its_numbers_and_a_closed_row_its_last() -> None:
    async with live(ONE, OTHER) as program:
        session = program.app.session
        await carry(program, _1=100, _2=0)
        await program.press("space")
        await carry(program, _1=700)
        assert session.view.context.gauges[1].counters.received == 100
        await program.press("space")
        assert session.view.context.gauges[1].counters.received == 700
        program.source.measures = {}
        await program.look(OTHER)
        assert session.view.context.gauges[1].counters.received == 700
        await program.advance(4)
        assert 1 not in session.traffic.gauges


async def test_a_source_without_counters_has_no_columns_for_them_and_no_flow() -> None:
    async with live(ONE, size=(200, 20)) as program:
        assert UNICODE.incoming in program.text
        program.source.has_counters = False
        program.main.restyle()
        await program.settled()
        assert UNICODE.incoming not in program.text
        assert {"recv", "rate_in", "sendq"} < program.app.session.without


async def test_details_tell_what_the_connection_and_its_process_carried() -> None:
    async with live(ONE, OTHER, size=(200, 60)) as program:
        await carry(program, _1=2048, _2=1024)
        await program.press("enter")
        assert "2.0k (2,048 bytes)" in program.text or "1.0k (1,024 bytes)" in program.text
        assert "3.0k received, 0 sent" in program.text
        assert "by 2 connections" in program.text


def test_a_sparkline_has_its_lowest_bar_for_nothing_alone() -> None:
    assert sparkline([0, 1, 500, 1000], UNICODE.bars) == "▁▂▅█"
    assert sparkline([0, 1, 500, 1000], ASCII.bars) == " .=#"
    assert sparkline([0, 0], UNICODE.bars) == "▁▁"


async def test_a_group_tells_what_its_rows_carry_together_and_nothing_when_they_carry_nothing() -> None:
    async with live(ONE, OTHER) as program:
        await carry(program, _1=0, _2=0)
        await program.advance(4)
        program.app.session.view.group(GROUPING_BY_ID["process"])
        program.main.draw()
        await program.settled()
        assert "/s" not in program.line_with(UNICODE.folded)
        await carry(program, _1=2048, _2=1024)
        gauges = program.app.session.traffic.gauges
        rate = sum(gauges[key].receiving for key in (1, 2))
        assert program.line_with(UNICODE.folded).split()[-4:] == ["↓", f"{size(rate)}/s", "↑", "0/s"]


@pytest.mark.parametrize(("width", "bars"), [(80, False), (120, True), (160, True)])
async def test_what_flows_is_told_at_every_width_before_counts_are_spelled_out(width: int, bars: bool) -> None:
    async with live(ONE, size=(width, 20)) as program:
        bar = program.line_with("LIVE")
        assert UNICODE.incoming in bar
        assert (UNICODE.bars[0] * 3 in bar) == bars
        assert ("Established:" in bar) == (width == 160)
