"""The pane of details: what it shows and draws, and how it is scrolled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.geometry import Size

from tcpview_tui.model.columns import Context
from tcpview_tui.model.details import details, heading
from tcpview_tui.model.facts import Fact, Section
from tcpview_tui.model.inspection import Absence
from tcpview_tui.model.row import Row
from tcpview_tui.text import safe
from tcpview_tui.tui.details import DetailsPane, DetailsText
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.fakes import CURL, NGINX
from tests.model.rows import make_process, make_row, rows
from tests.tui.pane import DARK, SEEN, pane, watch
from tests.tui.paper import Paper, looks

if TYPE_CHECKING:
    pass

LONG = tuple(Fact(f"fact {n}", str(n)) for n in range(40))


async def test_the_pane_names_the_row_and_tells_its_facts() -> None:
    async with pane() as (app, pilot):
        row = make_row("10.0.0.5:50000", "192.0.2.7:47123", CURL)
        app.describe(row, inspection=SEEN)
        await pilot.pause()
        assert app.lines[0].startswith(" curl (4242)  TCP 10.0.0.5:50000 - 192.0.2.")  # and how far it is scrolled
        shown = [line.rstrip() for line in app.lines]
        for line in (" Remote       192.0.2.7:47123, documentation", " Threads      3", " Directory    /home/alice"):
            assert line in shown
        assert shown[1] == " Process"


@settings(max_examples=25, deadline=None)
@given(rows(), st.lists(rows(), max_size=3), st.integers(1, 120), st.integers(1, 40), st.sampled_from([UNICODE, ASCII]))
async def test_every_line_is_exactly_as_wide_as_the_pane(
    row: Row, among: list[Row], width: int, height: int, glyphs: Glyphs
) -> None:
    async with pane((width, height), glyphs) as (app, pilot):
        app.describe(row, *among)
        await pilot.pause()
        strips = [app.pane.render_line(y) for y in range(height)]
        assert all(strip.cell_length == cell_len(strip.text) == width for strip in strips)
        assert glyphs is UNICODE or all(strip.text.isascii() for strip in strips)


class PaperPane(Paper, DetailsPane):
    """The pane without an app."""


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(rows(), st.integers(-9, 9), st.sampled_from([Size(50, 14), Size(38, 9)])), min_size=1, max_size=6
    )
)
def test_the_pane_is_what_a_full_redraw_would_show(steps: list[tuple[Row, int, Size]]) -> None:
    drawn = PaperPane(lambda: DARK, UNICODE)
    for row, scroll, size in steps:
        if size != drawn.area:
            drawn.resize(size)
        sections = details(row, [other for other, _, _ in steps], None, Context(1090.0), ())
        drawn.show(row.key, heading(row), sections)
        drawn.scroll_by(scroll)
        drawn.flush()
        fresh = PaperPane(lambda: DARK, UNICODE)
        fresh.resize(size)
        fresh.show(row.key, heading(row), sections)
        fresh.scroll_by(drawn.top)
        assert looks(drawn.shown) == looks([fresh.render_line(y) for y in range(size.height)])


async def test_nothing_is_drawn_when_nothing_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pane() as (app, _):
        row = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL)
        app.describe(row, inspection=SEEN)
        asked = watch(app, monkeypatch)
        app.describe(replace(row), inspection=replace(SEEN))
        app.pane.scroll_by(-5)
        assert asked == []


async def test_of_a_fact_that_changes_only_the_cells_that_differ_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pane() as (app, pilot):
        row = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL)
        app.describe(row, inspection=SEEN)
        await pilot.pause()
        before = app.lines
        asked = watch(app, monkeypatch)
        app.describe(row, inspection=replace(SEEN, threads=4, files=Absence.GONE))
        await pilot.pause()
        rows_changed = [y for y, (old, new) in enumerate(zip(before, app.lines, strict=True)) if old != new]
        ((threads,), (files,)) = asked
        assert [threads.y, files.y] == rows_changed
        assert (threads.width, threads.height) == (1, 1)
        assert files.width == len("ended")


async def test_the_place_is_kept_for_the_same_row_and_another_begins_at_the_top() -> None:
    async with pane((56, 12)) as (app, pilot):
        row, other = make_row("10.0.0.5:1", None, CURL), make_row("10.0.0.5:2", None, NGINX)
        app.describe(row)
        assert app.pane.heading == heading(row)
        assert app.pane.sections[0].title == "Process"
        app.pane.scroll_by(5)
        app.describe(replace(row, closed_at=1050.0))
        assert app.pane.top == 5
        app.describe(other)
        await pilot.pause()
        assert app.pane.top == 0
        assert app.lines[1].strip() == "Process"


async def test_scrolling_ends_at_both_ends_and_says_where_it_is() -> None:
    async with pane((40, 11)) as (app, pilot):
        app.pane.show(1, "all", (Section("Facts", LONG),))
        await pilot.pause()
        assert app.lines[0].endswith(" 1-10 of 41 ")
        app.pane.scroll_by(1000)
        await pilot.pause()
        assert app.pane.top == 31
        assert app.lines[0].endswith(" 32-41 of 41 ")
        assert app.lines[-1].split() == ["fact", "39", "39"]
        app.pane.scroll_by(-1)
        assert app.pane.top == 30
        app.pane.scroll_by(-1000)
        assert app.pane.top == 0
        app.pane.show(1, "few", (Section("Facts", LONG[:3]),))
        await pilot.pause()
        assert app.lines[0].strip() == "few"


async def test_the_wheel_scrolls() -> None:
    async with pane((40, 11)) as (app, pilot):
        app.pane.show(1, "all", (Section("Facts", LONG),))
        app.pane.post_message(_wheel(events.MouseScrollDown, app.pane))
        await pilot.pause()
        assert app.pane.top == 3
        app.pane.post_message(_wheel(events.MouseScrollUp, app.pane))
        await pilot.pause()
        assert app.pane.top == 0


def _wheel(kind: type[events.MouseEvent], widget: DetailsPane) -> events.MouseEvent:
    return kind(widget, 1, 1, 0, 0, 0, False, False, False)


HOSTILE = ["\x1b]52;c;QQ==\x07", "[/x]", "[red]x[/red]", "\u202egnp.exe", "a\nb", "日本語" * 40, "e\u0301" * 90]


@pytest.mark.parametrize("foreign", HOSTILE)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_hostile_text_stays_visible_and_moves_nothing(foreign: str, glyphs: Glyphs) -> None:
    text = safe(foreign)
    owner = make_process(text, user=text, executable=text, command_line=text * 3, service=text)
    async with pane((56, 34), glyphs) as (app, pilot):
        app.describe(make_row("10.0.0.5:1", None, owner))
        await pilot.pause()
        lines = app.lines
    assert all(line.isprintable() and cell_len(line) == 56 for line in lines)
    assert next(line for line in lines if line.startswith(" PID")).split() == ["PID", "100"]
    if cell_len(text) < 40:
        assert glyphs.plain(text) in next(line for line in lines if line.startswith(" User"))


async def test_the_whole_text_can_be_read_in_a_dialog() -> None:
    row = make_row("10.0.0.5:1", None, make_process(command_line="first " + "x" * 500 + " last"))
    sections = details(row, [row], SEEN, Context(), ())
    async with pane((80, 60)) as (app, pilot):
        await app.push_screen(ReadingScreen(heading(row), DetailsText(sections, DARK, UNICODE)))
        await pilot.pause()
        shown = "\n".join(app.lines)
        assert "first" in shown
        assert "last" in shown
        await pilot.press("escape")
        assert isinstance(app.screen.query_one(DetailsPane), DetailsPane)
