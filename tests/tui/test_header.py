from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.order import Order
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.tui.glyphs import ASCII, UNICODE
from tcpview_tui.tui.header import Header
from tcpview_tui.tui.layout import DEFAULT, layout
from tcpview_tui.tui.painter import Painter
from tcpview_tui.tui.screens.states import StatesScreen
from tcpview_tui.tui.theme import PALETTES
from tests.fakes import connection
from tests.model.screen import Screen
from tests.tui.harness import live
from tests.tui.steady import Steady

WIDTH = 120
NO_NAMES = frozenset({"host", "closed", "finding"}).union(PLACES)


class Titles(App[None]):
    """A header that arranges itself, and remembers what it was told."""

    CSS = "Header { height: 1; width: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.arrangement = Arrangement()
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield Header(Screen().view, self.painter)
        yield Static("below")

    def painter(self, width: int) -> Painter:
        return Painter(PALETTES["dark"], UNICODE, width, NO_NAMES, self.arrangement)

    def on_header_chosen(self, message: Header.Chosen) -> None:
        self.said.append(message.column)

    def on_header_resized(self, message: Header.Resized) -> None:
        self.said.append(f"{message.column} {message.width}")
        self.arrangement = self.arrangement.widened(message.column, message.width)
        self.query_one(Header).refresh()


@dataclass
class Mouse:
    """A mouse whose reports come in as from a terminal (xterm control sequences, SGR mouse mode)."""

    app: App[Any]
    pilot: Pilot[Any]

    async def report(self, code: int, x: int, y: int, final: str = "M") -> None:
        for event in XTermParser().feed(f"\x1b[<{code};{x + 1};{y + 1}{final}"):
            self.app.post_message(event)
        await self.pilot.pause()

    async def down(self, x: int, y: int = 0, button: int = 0) -> None:
        await self.report(button, x, y)

    async def move(self, x: int, y: int = 0, button: int = 0) -> None:
        await self.report(32 + button, x, y)

    async def up(self, x: int, y: int = 0) -> None:
        await self.report(0, x, y, "m")


NO_BUTTON, RIGHT = 3, 2


@asynccontextmanager
async def titles() -> AsyncIterator[tuple[Titles, Mouse]]:
    app = Titles()
    async with app.run_test(size=(WIDTH, 5)):
        yield app, Mouse(app, Steady(app))


def end(name: str, arrangement: Arrangement = DEFAULT) -> int:
    """The cell after a column."""
    return next(s.x + s.width for s in layout(WIDTH, arrangement, NO_NAMES) if s.column.id == name)


@pytest.mark.parametrize("grip", [-1, 0])
async def test_dragging_the_edge_of_a_title_resizes_its_column_and_does_not_sort(grip: int) -> None:
    async with titles() as (app, mouse):
        width = layout(WIDTH, DEFAULT, NO_NAMES)[0].width
        start = end("process") + grip
        await mouse.down(start)
        await mouse.move(start + 1)
        await mouse.move(start + 5)
        await mouse.up(start + 5)
        assert app.said == [f"process {width + 1}", f"process {width + 5}"]
        assert end("process", app.arrangement) == end("process") + 5
        assert app.mouse_captured is None
        await mouse.move(start + 9)
        assert len(app.said) == 2


async def test_a_drag_back_to_where_it_began_does_not_sort_either() -> None:
    async with titles() as (app, mouse):
        start = end("process")
        width = layout(WIDTH, DEFAULT, NO_NAMES)[0].width
        await mouse.down(start)
        await mouse.move(start + 3)
        await mouse.move(start + 3, 1)
        await mouse.move(start)
        await mouse.up(start)
        assert app.said == [f"process {width + 3}", f"process {width}"]


async def test_a_click_sorts_also_on_an_edge() -> None:
    async with titles() as (app, mouse):
        for x in (4, end("state") - 1, end("pid")):
            await mouse.down(x)
            await mouse.up(x)
        assert app.said == ["process", "state", "pid"]


async def test_the_mouse_may_leave_the_line_while_it_drags() -> None:
    async with titles() as (app, mouse):
        start = end("process")
        await mouse.down(start)
        await mouse.move(start - 2, 3)
        await mouse.up(start - 2, 3)
        assert app.said == [f"process {layout(WIDTH, DEFAULT, NO_NAMES)[0].width - 2}"]
        assert app.mouse_captured is None
        await mouse.down(4)
        await mouse.up(4)
        assert app.said[-1] == "process"


async def test_a_button_let_go_out_of_sight_ends_the_drag() -> None:
    async with titles() as (app, mouse):
        await mouse.down(end("process"))
        await mouse.move(end("process") + 2, button=NO_BUTTON)
        assert app.said == []
        assert app.mouse_captured is None


async def test_a_column_is_never_dragged_to_nothing_or_off_the_screen() -> None:
    async with titles() as (app, mouse):
        start = end("state")
        slot = next(s for s in layout(WIDTH, DEFAULT, NO_NAMES) if s.column.id == "state")
        await mouse.down(start)
        await mouse.move(0)
        await mouse.move(WIDTH - 1)
        await mouse.up(WIDTH - 1)
        assert app.said == ["state 1", f"state {min(slot.width + WIDTH - 1 - start, WIDTH - 1 - slot.x)}"]
        assert "state" in {s.column.id for s in app.painter(WIDTH).slots}


async def test_the_other_buttons_do_not_drag() -> None:
    async with titles() as (app, mouse):
        await mouse.down(end("process"), button=RIGHT)
        await mouse.move(end("process") + 2, button=RIGHT)
        assert app.said == []


async def test_a_dialog_that_comes_up_takes_the_mouse() -> None:
    async with live(connection(1)) as program:
        header = program.main.header
        await Mouse(program.app, program.pilot).down(end("process"), header.region.y)
        assert program.app.mouse_captured is header
        await program.app.push_screen(StatesScreen(dict, frozenset(), lambda _: None))
        await program.settled()
        assert program.app.mouse_captured is None
        assert header._grip is None


def painter(width: int, page: int) -> Painter:
    return Painter(PALETTES["dark"], UNICODE, width, NO_NAMES, DEFAULT, page)


def test_the_titles_say_that_there_are_more_pages() -> None:
    texts = [painter(160, page).header(Order()).text for page in (0, 1, 2)]
    assert texts[0].endswith(" 1/2 ›")
    assert texts[0].startswith(" ")
    assert texts[1].startswith("‹")
    assert texts[1].rstrip().endswith(" 2/2")
    assert texts[2] == texts[1]


def test_titles_do_not_move_for_the_sake_of_the_page_number() -> None:
    text = painter(80, 0).header(Order()).text
    assert text.endswith("RPort›")
    assert len(text) == 80
    for slot in painter(80, 0).slots:
        assert text[slot.x : slot.x + slot.width].strip() in {slot.column.title, slot.column.short}


def test_one_page_has_no_sign_of_others() -> None:
    assert " 1/" not in painter(300, 0).header(Order()).text
    assert "›" not in painter(300, 0).header(Order()).text


def test_the_signs_are_ascii_where_the_rest_is() -> None:
    text = Painter(PALETTES["dark"], ASCII, 80, NO_NAMES, DEFAULT, 1).header(Order()).text
    assert text.isascii()
    assert text.startswith("<")
    assert text.endswith(">")
