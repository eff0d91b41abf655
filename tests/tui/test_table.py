from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.text import safe
from tcpview_tui.tui.difference import difference
from tcpview_tui.tui.glyphs import ASCII, UNICODE
from tcpview_tui.tui.painter import PLAIN, Look, Painter
from tcpview_tui.tui.table import ConnectionTable
from tcpview_tui.tui.theme import PALETTES, paints
from tests.fakes import CURL, connection, listener
from tests.model.findings import found, make_finding
from tests.model.rows import make_row, rows
from tests.model.screen import Screen
from tests.tui.gestures import drag, edge
from tests.tui.harness import live

if TYPE_CHECKING:
    from textual.geometry import Region

NO_NAMES = frozenset({"host", "closed", "finding"}).union(PLACES)


class Idle(NamedTuple):
    """A measure that was decoded already, of nothing."""

    counters: Counters = Counters()


def painter(width: int = 80) -> Painter:
    return Painter(PALETTES["dark"], UNICODE, width, NO_NAMES)


def test_a_row_says_what_it_is() -> None:
    screen = Screen()
    screen.look(connection(1))
    text = painter(120).row(screen.row(0), Context(), Look(is_cursor=True)).text
    cells = "›curl 4242 alice session-3.s… TCP ESTABLISHED out 10.0.0.5 50000 93.184.216.34 443 >0m"
    assert text.split() == cells.split()


def test_marks_stand_in_the_gutter_beside_the_colour() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.look(connection(2, State.CLOSE_WAIT), connection(3))
    shown = {row.mark: painter().row(row, Context()) for row in screen.view.rows()}
    assert {mark: strip.text[0] for mark, strip in shown.items()} == {
        Mark.NEW: "+",
        Mark.CHANGED: "~",
        Mark.CLOSED: "x",
    }
    assert len({strip._segments[0].style for strip in shown.values()}) == 3


def _drawn(row: Row, context: Context, look: Look = PLAIN) -> tuple[str, Style | None]:
    strip = painter().row(row, context, look)
    return strip.text[0], strip._segments[0].style


def _paint(name: str) -> Style:
    return Style.parse(paints(PALETTES["dark"])[name])


@pytest.mark.parametrize("severity", [Severity.MEDIUM, Severity.HIGH])
def test_a_row_with_a_finding_has_a_sign_and_the_colour_of_what_is_suspicious(severity: Severity) -> None:
    row = make_row()
    assert _drawn(row, found(row, make_finding(severity))) == ("!", _paint("suspicious"))


def test_a_low_finding_marks_no_row() -> None:
    row = make_row()
    low = make_finding(Severity.LOW)
    assert _drawn(row, found(row, low)) == _drawn(row, Context()) == (" ", _paint("row"))
    assert painter(120).text(row, found(row, low)) == painter(120).text(row, Context())  # `without` leaves it out


@pytest.mark.parametrize(("mark", "paint"), [(Mark.NEW, "new"), (Mark.CHANGED, "changed"), (Mark.CLOSED, "closed")])
def test_what_has_just_happened_comes_before_what_is_suspicious(mark: Mark, paint: str) -> None:
    row = make_row(mark=mark)
    assert _drawn(row, found(row, make_finding())) == (mark.value, _paint(paint))


def test_a_suspicious_row_that_was_closed_long_ago_keeps_its_sign_of_closed() -> None:
    row = make_row(closed_at=2000.0)
    assert _drawn(row, found(row, make_finding())) == ("x", _paint("suspicious"))


def test_what_is_suspicious_comes_before_what_carries_traffic() -> None:
    row = make_row()
    busy = found(row, make_finding(), gauges={row.key: Gauge(Idle(), is_busy=True)}, marks_traffic=True)
    assert _drawn(row, busy) == ("!", _paint("suspicious"))
    assert _drawn(row, replace(busy, findings=lambda _: ()))[0] == UNICODE.busy


def test_the_cursor_and_what_is_older_than_the_mark_keep_their_colour_and_the_sign_stays() -> None:
    row = make_row()
    for look, since, paint in ((Look(is_selected=True), None, "selected"), (PLAIN, row.touched, "dim")):
        sign, style = _drawn(row, found(row, make_finding(), since=since), look)
        assert (sign, style) == ("!", _paint(paint))
    assert _drawn(row, found(row, make_finding()), Look(is_cursor=True))[0] == "!"


def test_unknown_nobody_and_past_are_told_apart() -> None:
    screen = Screen()
    screen.look(connection(1, owners=()), connection(2, State.TIME_WAIT, owners=()), connection(3))
    screen.look(
        connection(1, owners=()), connection(2, State.TIME_WAIT, owners=()), connection(3, State.TIME_WAIT, owners=())
    )
    shown = {row.key: painter().text(row, Context())[2:22].split() for row in screen.view.rows()}
    assert shown == {1: ["?", "?"], 2: ["-", "-"], 3: ["(curl)", "4242"]}


def test_the_header_shows_what_sorts() -> None:
    header = painter(120).header(Order((By("process"), By("pid", reverse=True)))).text
    assert "▲Process" in header
    assert "▽    PID" in header
    assert Painter(PALETTES["dark"], ASCII, 120).header(Order((By("pid"),))).text.isascii()


@given(rows(), st.integers(1, 200), st.tuples(*[st.booleans()] * 3))
def test_every_line_is_exactly_as_wide_as_the_screen(row: Row, width: int, look: tuple[bool, bool, bool]) -> None:
    strip = Painter(PALETTES["dark"], UNICODE, width).row(row, Context(), Look(*look))
    assert strip.cell_length == Segment.get_line_length(list(strip)) == width


STYLES = st.sampled_from([Style.parse("red"), Style.parse("green on blue")])
LINES = st.tuples(st.text("ab é日", min_size=20, max_size=20).map(safe), STYLES)


def _strip(text: str, style: Style) -> Strip:
    return Strip([Segment(text, style)]).adjust_cell_length(20, style)


@given(LINES, LINES)
def test_the_cells_that_are_refreshed_cover_every_difference(one: tuple[str, Style], other: tuple[str, Style]) -> None:
    old, new = _strip(*one), _strip(*other)
    if old == new:
        return
    span = difference(old, new)
    if span is None:
        assert list(old.simplify()) == list(new.simplify())
        return
    start, end = span
    assert 0 <= start < end <= 20
    merged = Strip.join([old.crop(0, start), new.crop(start, end), old.crop(end, 20)])
    assert [(s.text, s.style) for s in merged.simplify()] == [(s.text, s.style) for s in new.simplify()]


async def test_nothing_is_refreshed_when_nothing_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed: list[object] = []
    refresh = ConnectionTable.refresh

    def counted(table: ConnectionTable, *regions: Region, **options: bool) -> ConnectionTable:
        refreshed.append(regions)
        return refresh(table, *regions, **options)

    async with live(connection(1), listener(2, 80)) as program:
        monkeypatch.setattr(ConnectionTable, "refresh", counted)
        await program.sample()
        program.clock.advance(30)
        await program.sample()
        assert refreshed == []
        await program.look(connection(1), listener(2, 80), connection(3))
        assert refreshed


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sets(st.integers(0, 30)), st.sampled_from(State)), min_size=1, max_size=4), st.data())
async def test_the_screen_is_what_a_full_redraw_would_show(
    looks: list[tuple[set[int], State]], data: st.DataObject
) -> None:
    async with live(size=(80, 16)) as program:
        for keys, state in looks:
            await program.look(*(connection(key, state, remote=("203.0.113.1", key), owners=(CURL,)) for key in keys))
            await program.press(
                *data.draw(st.lists(st.sampled_from(["down", "up", "pagedown", "end", "home"]), max_size=3))
            )
            await program.advance(data.draw(st.sampled_from([0.0, 1.0, 3.0])))
            shown = program.lines
            program.app.screen.refresh(layout=True)
            program.main.restyle()
            await program.pilot.pause()
            assert program.lines == shown


async def test_scrolling_keeps_the_cursor_in_sight_at_100_000_rows() -> None:
    async with live(
        *(connection(n, remote=("203.0.113.1", n % 60000)) for n in range(100_000)), size=(80, 24)
    ) as program:
        table: ConnectionTable = program.main.table
        for key in ("end", "pageup", "up", "home", "pagedown", "down"):
            await program.press(key)
            assert 0 <= program.main.session.view.cursor_line - table.top < table.size.height
            assert sum(line[1] == "›" for line in program.lines[1:21]) == 1


async def test_lines_drawn_for_another_size_are_drawn_anew() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        table = program.main.table
        table._drawn, table._drawn_for = [Strip.blank(1)] * table.size.height, Size(1, table.size.height)
        assert "curl" in table.render_line(0).text


async def test_a_column_that_is_dragged_wider_draws_the_cells_that_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed: list[tuple[Region, ...]] = []
    refresh = ConnectionTable.refresh

    def counted(table: ConnectionTable, *regions: Region, **options: bool) -> ConnectionTable:
        refreshed.append(regions)
        return refresh(table, *regions, **options)

    async with live(connection(1), listener(2, 80)) as program:
        at = edge(program, "rport")
        monkeypatch.setattr(ConnectionTable, "refresh", counted)
        await program.burst(drag((at, 0), (at - 2, 0)))
        assert {region.y for (region,) in refreshed} == {0, 1}
        assert all(region.x > 30 for (region,) in refreshed)
        shown = program.lines
        program.main.restyle()
        await program.pilot.pause()
        assert program.lines == shown
