from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region, Size

from tcpview_tui.model.columns import Context
from tcpview_tui.model.details import details, heading
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.text import safe
from tcpview_tui.tui.details import DetailsPane, DetailsText
from tcpview_tui.tui.facts import LABEL_WIDTH, lay_out, whole
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.inspector import PATIENCE as STUCK
from tcpview_tui.tui.inspector import READINGS, Inspector
from tcpview_tui.tui.screens.reading import ReadingScreen
from tcpview_tui.tui.theme import PALETTES
from tests.fakes import CURL, NGINX, FakeClock
from tests.model.rows import make_process, make_row, rows
from tests.sources.net import PATIENCE
from tests.tui.paper import Paper, looks
from tests.tui.steady import Steady

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tcpview_tui.tui.facts import Pieces

DARK = PALETTES["dark"]
SEEN = Inspection(CURL.identity, "/home/alice", "sleeping", 3, 12, 5 << 20, 0.25)
LONG = tuple(Fact(f"fact {n}", str(n)) for n in range(40))


class PaneApp(App[None]):
    """A screen with the pane on it and nothing else."""

    CSS = "DetailsPane { width: 100%; height: 100%; }"

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.pane = DetailsPane(lambda: DARK, glyphs)
        self.refreshed: list[Region] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    def describe(self, row: Row, *among: Row, inspection: Inspection | None = None) -> None:
        self.pane.show(row.key, heading(row), details(row, among, inspection, Context(1090.0), ()))


@asynccontextmanager
async def pane(
    size: tuple[int, int] = (56, 40), glyphs: Glyphs = UNICODE
) -> AsyncIterator[tuple[PaneApp, Pilot[None]]]:
    app = PaneApp(glyphs)
    async with app.run_test(size=size):
        yield app, Steady(app)


def watch(app: PaneApp, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """What the pane asks to have drawn from now on."""
    asked: list[tuple[Region, ...]] = []
    refresh = DetailsPane.refresh

    def noted(self: DetailsPane, *regions: Region, **options: bool) -> DetailsPane:
        asked.append(regions)
        return refresh(self, *regions, **options)

    monkeypatch.setattr(DetailsPane, "refresh", noted)
    return asked


def text_of(sections: Sequence[Section], width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    return ["".join(text for text, _ in line) for line in lay_out(sections, width, DARK, glyphs)]


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


FIXED_LINES = 1 + 10 + 1 + 1 + 14 + 2
"""Two titles, the facts of both sections with two of two lines, and the line between them."""


@given(rows(), st.integers(1, 200), st.booleans())
def test_labels_stand_on_the_same_lines_whatever_is_missing(row: Row, width: int, seen: bool) -> None:
    usual = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL)
    inspection = Inspection.without(row.owner.identity, Absence.REFUSED) if seen and row.owner else None
    drawn = text_of(details(row, [row], inspection, Context(2e9), ()), width)
    expected = text_of(details(usual, [usual], SEEN, Context(1090.0), ()), width)
    column = slice(0, LABEL_WIDTH + 2)
    assert [line[column] for line in drawn[:FIXED_LINES]] == [line[column] for line in expected[:FIXED_LINES]]


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


def test_a_command_line_has_two_lines_and_the_rest_is_cut() -> None:
    for words, first, second in (
        ("short", "short", ""),
        ("x" * 20 + "y" * 5, "x" * 20, "y" * 5),
        ("x" * 20 + "y" * 50, "x" * 20, "y" * 19 + "…"),
        ("日" * 15, "日" * 10, "日" * 5),
    ):
        section = Section("Process", (Fact("Command", words, lines=2), Fact("PID", "7")))
        drawn = text_of((section,), 20 + LABEL_WIDTH + 3)[1:]
        assert [line[LABEL_WIDTH + 2 :].strip() for line in drawn] == [first, second, "7"]


def test_why_something_is_unknown_breaks_at_its_spaces() -> None:
    owner = fact("Owner", None, "unknown: told to its user and to root only", 2)
    section = Section("Process", (owner, fact("Pid", "7")))
    drawn = text_of((section,), 28 + LABEL_WIDTH + 3)[1:]
    told = ["unknown: told to its user", "and to root only", "7"]
    assert [line[LABEL_WIDTH + 2 :].strip() for line in drawn] == told


def test_the_whole_text_leaves_nothing_out() -> None:
    owner = make_process(command_line="x " * 2000, executable="[red]/usr/bin/é[/]")
    row = make_row("10.0.0.5:1", None, owner)
    sections = details(row, [row], None, Context(), ())
    for width in (20, 41, 96):
        lines = ["".join(text for text, _ in line) for line in whole(sections, width, DARK, UNICODE)]
        assert all(cell_len(line) <= width for line in lines)
        told = "".join("".join(lines).split())
        for each in (each for section in sections for each in section.facts):
            assert "".join(f"{each.label}{each.value}".split()) in told
    assert all(text.isascii() for line in whole(sections, 41, DARK, ASCII) for text, _ in line)


GRAVE = Fact("high", "Executable deleted", head="grave")
FOUND = Section(
    "Findings", (GRAVE, Fact("Evidence", "x"), Fact("low", "Unpacked", head="light"), Fact("Evidence", "y"))
)


def test_what_begins_a_finding_stands_out_by_its_word_and_by_its_paint() -> None:
    head, _, light, _ = lay_out((FOUND,), 80, DARK, UNICODE)[1:]
    assert [text for text, _ in head] == [" high ", " " * (LABEL_WIDTH - 4), "Executable deleted"]
    assert [paint for _, paint in head] == [DARK.suspicious, DARK.row, f"bold {DARK.row}"]
    assert (light[0], light[2]) == ((" low ", DARK.quiet), ("Unpacked", f"bold {DARK.row}"))


def test_a_pane_has_no_line_to_spare_between_findings_and_a_dialog_has() -> None:
    assert [line[0][0].strip() for line in lay_out((FOUND,), 80, DARK, UNICODE)][3:] == ["low", "Evidence"]
    assert [line[0][0].strip() for line in whole((FOUND,), 80, DARK, UNICODE)][3:] == ["", "low", "Evidence"]


@pytest.mark.parametrize("width", range(1, 60, 7))
@pytest.mark.parametrize("lay", [lay_out, whole])
def test_titles_of_findings_begin_below_each_other_at_any_width(lay: Callable[..., list[Pieces]], width: int) -> None:
    (head,) = (line for line in lay((FOUND,), width, DARK, ASCII) if line[0][0] == " high ")
    assert cell_len(head[0][0] + head[1][0]) == LABEL_WIDTH + 2


async def test_of_a_finding_that_becomes_another_only_its_words_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pane() as (app, pilot):
        app.pane.show(1, "row", (FOUND,))
        await pilot.pause()
        asked = watch(app, monkeypatch)
        app.pane.show(1, "row", (replace(FOUND, facts=(replace(GRAVE, label="low", head="light"), *FOUND.facts[1:])),))
        ((word,),) = asked
        assert (word.x, word.width, word.height) == (0, len(" high "), 1)


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


class Slow:
    """An inspection that takes as long as the test wants."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.running = self.most = 0
        self.gate = threading.Semaphore(0)

    def __call__(self, process: Process) -> Inspection:
        self.asked.append(process.pid)
        self.running += 1
        self.most = max(self.most, self.running)
        assert self.gate.acquire(timeout=PATIENCE)
        self.running -= 1
        return self.answer(process)

    @staticmethod
    def answer(process: Process) -> Inspection:
        return Inspection.without(process.identity, Absence.UNTOLD)


class InspectingApp(PaneApp):
    """The pane with an inspector, as the screen joins them."""

    ROW: ClassVar[Row] = make_row("10.0.0.5:1", None, CURL)

    def __init__(self, slow: Slow) -> None:
        super().__init__()
        self.arrived: list[Inspection | None] = []
        self.clock = FakeClock()
        self.inspector = Inspector(self, slow, self.clock.monotonic, self.take)

    def take(self) -> None:
        self.arrived.append(self.inspector.inspection)
        self.describe(self.ROW, inspection=self.inspector.inspection)


@asynccontextmanager
async def inspecting() -> AsyncIterator[tuple[InspectingApp, Pilot[None], Slow]]:
    slow = Slow()
    app = InspectingApp(slow)
    async with app.run_test(size=(56, 40)):
        yield app, Steady(app), slow
        slow.gate.release(100)


async def until(condition: object, pilot: Pilot[None]) -> None:
    assert callable(condition)
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.005)


async def test_the_screen_lives_while_a_process_is_read() -> None:
    async with inspecting() as (app, pilot, slow):
        app.inspector.ask(CURL)
        app.describe(app.ROW, inspection=app.inspector.inspection)
        await pilot.pause()
        assert any(line.split() == ["Threads", "reading"] for line in app.lines)
        slow.gate.release()
        await until(lambda: app.arrived, pilot)
        await pilot.pause()
        assert any(line.startswith(" Threads      not told") for line in app.lines)


async def test_one_process_is_read_at_a_time_and_each_asked_for_again_when_it_is_free() -> None:
    async with inspecting() as (app, pilot, slow):
        for _ in range(3):
            app.inspector.ask(CURL)
        slow.gate.release()
        await until(lambda: app.arrived, pilot)
        assert slow.asked == [CURL.pid]
        app.inspector.ask(CURL)
        slow.gate.release()
        await until(lambda: len(app.arrived) == 2, pilot)
        assert (slow.asked, slow.most) == ([CURL.pid] * 2, 1)


async def test_an_answer_that_comes_too_late_is_dropped() -> None:
    async with inspecting() as (app, pilot, slow):
        app.inspector.ask(CURL)
        for process in (make_process("x", 7), NGINX):
            app.inspector.ask(process)
        slow.gate.release()
        await until(lambda: len(slow.asked) == 2, pilot)
        assert (app.arrived, app.inspector.inspection) == ([], None)
        slow.gate.release()
        await until(lambda: app.arrived, pilot)
        assert (slow.asked, slow.most) == ([CURL.pid, NGINX.pid], 1)
        assert [seen and seen.identity for seen in app.arrived] == [NGINX.identity]


async def test_nobody_asked_for_nobody_told() -> None:
    async with inspecting() as (app, pilot, slow):
        app.inspector.ask(CURL)
        app.inspector.ask(None)
        slow.gate.release()
        await until(lambda: not app.inspector._begun, pilot)
        assert (app.arrived, app.inspector.inspection) == ([], None)
        app.inspector.ask(None)
        assert slow.asked == [CURL.pid]


async def test_what_is_known_is_kept_while_it_is_read_again() -> None:
    async with inspecting() as (app, pilot, slow):
        app.inspector.ask(CURL)
        slow.gate.release()
        await until(lambda: app.arrived, pilot)
        app.inspector.ask(CURL)
        assert app.inspector.inspection is not None
        app.inspector.ask(replace(CURL, started=1.0))
        assert app.inspector.inspection is None


async def test_a_reading_that_is_stuck_keeps_no_other_process_waiting() -> None:
    async with inspecting() as (app, pilot, slow):
        app.inspector.ask(CURL)
        await until(lambda: slow.asked, pilot)
        app.clock.advance(STUCK - 0.1)
        app.inspector.ask(NGINX)
        assert (slow.asked, app.inspector.inspection) == ([CURL.pid], None)
        app.clock.advance(0.1)
        app.inspector.ask(NGINX)
        await until(lambda: slow.asked == [CURL.pid, NGINX.pid], pilot)
        app.inspector.ask(CURL)
        assert app.inspector.inspection == Inspection.without(CURL.identity, Absence.SILENT)
        slow.gate.release(2)
        await until(lambda: app.arrived, pilot)
        assert (slow.asked, app.inspector.inspection) == ([CURL.pid, NGINX.pid], slow.answer(CURL))


async def test_only_so_many_readings_are_stuck_at_once_and_that_is_said() -> None:
    async with inspecting() as (app, pilot, slow):
        for pid in range(READINGS + 3):
            app.inspector.ask(make_process("x", pid))
            app.clock.advance(STUCK)
        last = make_process("x", READINGS + 2)
        assert app.inspector.inspection == Inspection.without(last.identity, Absence.SILENT)
        await until(lambda: len(slow.asked) == READINGS, pilot)
        assert sorted(slow.asked) == list(range(READINGS))
        slow.gate.release(READINGS + 1)
        await until(lambda: app.arrived, pilot)
        assert app.inspector.inspection == slow.answer(last)
