"""The details pane in the whole program: where it stands, what it follows, and how little it draws."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Rule, Severity
from tcpview_tui.model.connection import State, Unowned
from tcpview_tui.model.inspection import Inspection
from tcpview_tui.tui.details import DetailsPane
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.fakes import CURL, connection, listener
from tests.tui.gestures import CTRL_DOWN, CTRL_UP, DOWN_ARROW, END, HOME, click, row, under_cursor, wheel
from tests.tui.harness import Live, live

if TYPE_CHECKING:
    from textual.geometry import Region

ONE, TWO, THREE = (connection(n, remote=(f"203.0.113.{n}", 443)) for n in (1, 2, 3))
WEB = listener(10, 80)
ALL = (ONE, TWO, THREE, WEB)


SIZES: tuple[tuple[int, int], ...] = (
    *((200, 60), (40, 12), (10, 4), (1, 1)),
    *((10, 4), (40, 12), (200, 60), (80, 24)),
)


def pane(program: Live) -> list[str]:
    """The lines of the details pane; none when it is closed."""
    region = program.main.details.region if program.main.details.display else None
    return [line[region.x : region.right] for line in program.lines[region.y : region.bottom]] if region else []


@pytest.mark.parametrize(("size", "is_beside"), [((160, 40), True), ((159, 40), False), ((80, 24), False)], ids=str)
async def test_it_stands_beside_the_table_where_there_is_room_and_below_it_elsewhere(
    size: tuple[int, int], is_beside: bool
) -> None:
    async with live(*ALL, size=size) as program:
        assert pane(program) == []
        await program.press("enter")
        table, details = program.main.table.region, program.main.details.region
        assert (details.x >= table.right, details.y >= table.bottom) == (is_beside, not is_beside)
        assert "curl (4242)" in pane(program)[0]
        assert "203.0.11" in pane(program)[0]  # cut where the heading also says how far one has scrolled
        assert "203.0.113.1" in under_cursor(program)


async def test_it_follows_the_keys_the_mouse_and_the_wheel() -> None:
    async with live(*ALL) as program:
        await program.burst(f"\r{DOWN_ARROW}")
        assert "203.0.113.2" in pane(program)[0]
        await program.burst(END)
        assert "nginx (812)" in pane(program)[0]
        await program.burst(HOME)
        assert "203.0.113.1" in pane(program)[0]
        await program.burst(click(5, row(program, "203.0.113.3")))
        assert "203.0.113.3" in pane(program)[0]
        await program.burst(wheel(5, 5))
        assert "nginx (812)" in pane(program)[0]


async def test_it_tells_what_changes_and_that_the_connection_has_closed() -> None:
    async with live(*ALL, size=(170, 50)) as program:
        await program.burst(f"\r{DOWN_ARROW}")
        await program.look(ONE, connection(2, State.CLOSE_WAIT, remote=("203.0.113.2", 443)), THREE)
        assert "CLOSE_WAIT" in "".join(pane(program))
        await program.advance(2)
        await program.look(ONE, THREE)
        assert "losed" in "".join(pane(program))
        await program.advance(60)
        assert "203.0.113.2" in pane(program)[0]
        await program.burst(DOWN_ARROW)
        await program.advance(2)
        assert "203.0.113.3" in pane(program)[0]


async def test_a_frozen_pane_shows_the_row_that_was_frozen() -> None:
    async with live(*ALL, size=(170, 50)) as program:
        await program.burst(f"\r{DOWN_ARROW} ")
        before = [line for line in pane(program) if "State" in line]
        await program.look(ONE)
        await program.advance(30)
        assert [line for line in pane(program) if "State" in line] == before
        await program.burst(DOWN_ARROW)
        assert "203.0.113.3" in pane(program)[0]


async def test_the_process_is_read_again_with_each_look_but_not_while_frozen() -> None:
    async with live(*ALL, size=(200, 60)) as program:
        answers = program.source.inspections
        answers[CURL.identity] = Inspection(CURL.identity, "/first", "sleeping", 1, 2, 3, 4.0)
        await program.burst("\r")
        await program.until(lambda: "/first" in program.text)
        answers[CURL.identity] = replace(answers[CURL.identity], directory="/second")
        await program.sample()
        await program.until(lambda: "/second" in program.text)
        await program.burst(" ")
        answers[CURL.identity] = replace(answers[CURL.identity], directory="/third")
        inspected = program.source.inspected
        for _ in range(3):
            await program.sample()
        assert program.source.inspected == inspected
        assert "/second" in program.text
        program.clock.advance(5)
        await program.burst(".")
        await program.until(lambda: "/third" in program.text)
        answers[CURL.identity] = replace(answers[CURL.identity], directory="/fourth")
        await program.burst(" ")
        await program.sample()
        await program.until(lambda: "/fourth" in program.text)


async def test_esc_closes_it_before_it_takes_the_filter_off_and_after_the_selection() -> None:
    async with live(*ALL) as program:
        await program.burst("/curl\r\rv")
        assert program.app.session.view.selection
        await program.press("escape")
        assert not program.app.session.view.selection
        assert pane(program)
        await program.press("escape")
        assert not pane(program)
        assert "Filter  curl" in program.lines[-4]
        await program.press("escape")
        assert "Filter " not in program.lines[-4]


async def test_enter_again_shows_the_same_on_the_whole_screen() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.burst("\r\r")
        assert isinstance(program.app.screen, ReadingScreen)
        assert "203.0.113.1" in program.text
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)
        assert pane(program)


async def test_it_scrolls_with_ctrl_and_the_arrows_and_starts_anew_on_another_row() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.burst(f"\r{CTRL_DOWN * 3}")
        assert "4-" in pane(program)[0]
        await program.burst(CTRL_UP)
        assert "3-" in pane(program)[0]
        await program.burst(CTRL_DOWN * 60 + CTRL_UP * 60)
        assert " 1-" in pane(program)[0]
        await program.burst(CTRL_DOWN + DOWN_ARROW)
        assert " 1-" in pane(program)[0]


async def test_on_a_heading_it_says_how_to_open_the_group_and_on_nothing_it_stays_calm() -> None:
    async with live(*ALL) as program:
        await program.burst(f"\rg{DOWN_ARROW}\r")
        assert "a group is opened with" in pane(program)[0]
        await program.burst(f"\r{DOWN_ARROW}")
        assert "203.0.113.1" in pane(program)[0]
        await program.burst("/no-such\r")
        assert "203.0.113" not in "".join(pane(program))
        assert "There is no row" in pane(program)[0]
        await program.burst("\r")
        assert isinstance(program.app.screen, MainScreen)


async def test_nothing_is_drawn_when_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(*ALL, size=(170, 50)) as program:
        await program.burst(f"\r{DOWN_ARROW}")
        await program.advance(5)
        await program.sample()
        asked: list[tuple[Region, ...]] = []
        refresh = DetailsPane.refresh

        def noted(self: DetailsPane, *regions: Region, **options: bool) -> DetailsPane:
            asked.append(regions)
            return refresh(self, *regions, **options)

        monkeypatch.setattr(DetailsPane, "refresh", noted)
        for _ in range(3):
            await program.sample()
        assert asked == []
        await program.look(ONE, connection(2, State.CLOSE_WAIT, remote=("203.0.113.2", 443)), THREE)
        assert asked
        assert all(regions for regions in asked)


async def test_it_survives_every_size_while_it_is_open() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.burst(f"\r{DOWN_ARROW}")
        before = program.lines
        for size in SIZES:
            await program.pilot.resize_terminal(*size)
            await program.burst(f"{DOWN_ARROW}{CTRL_DOWN}\x1b[A")
            assert [len(line) for line in program.lines] == [size[0]] * size[1]
            if size[1] >= 12:
                assert "203.0.113.2" in under_cursor(program) or size[0] == 40
                assert pane(program)[0].strip().startswith("curl (4242)")
        assert pane(program)[0].split("  ")[0] == before[program.main.details.region.y].split("  ")[0]


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_the_cursor_is_seen_when_the_pane_takes_its_room(size: tuple[int, int]) -> None:
    many = [connection(n, remote=("203.0.113.1", n)) for n in range(60)]
    async with live(*many, size=size) as program:
        bottom = program.main.table.size.height - 1
        await program.burst(DOWN_ARROW * bottom)
        key = program.app.session.view.cursor
        await program.burst("\r")
        assert program.app.session.view.cursor == key
        assert under_cursor(program)
        await program.press("escape")
        assert program.app.session.view.cursor == key
        assert under_cursor(program)


async def test_a_burst_through_the_rows_ends_on_the_right_one() -> None:
    many = [connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 60)]
    async with live(*many) as program:
        await program.burst("\r" + DOWN_ARROW * 30)
        assert "203.0.113.31" in pane(program)[0]
        assert "203.0.113.31" in under_cursor(program)


async def test_the_pane_leaves_the_row_under_the_cursor_in_sight() -> None:
    async with live(*ALL, size=(40, 8)) as program:
        await program.burst("/curl\r\r")
        assert "curl" in under_cursor(program)
        assert pane(program)


async def test_the_lowest_screen_has_no_scrollbar() -> None:
    async with live(*ALL, size=(10, 4)) as program:
        await program.burst("/curl\r\r")
        assert not program.main.show_vertical_scrollbar


def judged(severity: Severity) -> Rule[object]:
    return Rule(severity.label, 1, f"Of {severity.label}", "process", "", severity, "T1014", "", lambda _: None)


def told(text: str) -> str:
    """The words of a text that may be broken into lines, beside a label, in a frame, with a scrollbar, or not."""
    return "".join(text.encode("ascii", "ignore").decode().replace("Evidence", "").split())


async def test_the_gravest_finding_is_read_in_the_small_pane_and_all_of_them_whole_in_the_dialog() -> None:
    found = f"started from /dev/shm/{'x' * 30}, deleted since 14:02:11; connected to 203.0.113.7:4444 9 s after start"
    against = "An installer does so. " * 9
    async with live(ONE, size=(80, 24)) as program:
        answers = [(judged(Severity.LOW), Hit("little")), (judged(Severity.HIGH), Hit(found, against))]
        program.app.session.bench.register.put("process", About(CURL.identity, "curl"), answers, 0.0)
        program.main.post_message(FindingsArrived())
        await program.press("enter")
        lines = pane(program)
        assert [line.split() for line in lines[1:3]] == [["Findings", "(2)"], ["high", "Of", "high"]]
        assert told(found) == told("".join(lines[3:]).partition("Against")[0])
        await program.press("enter")
        assert told(found) in told(program.text)
        assert told(against) in told(program.text)
        await program.press("pagedown")
        assert told("low Of low little") in told(program.text)


async def test_of_a_process_that_may_not_be_seen_it_is_told_that_nothing_was_checked() -> None:
    hidden = replace(connection(1, owners=()), unowned=Unowned.OTHER_USER)
    async with live(hidden, size=(100, 70)) as program:
        await program.press("enter")
        await program.press("enter")
        assert told(f"could not be checked: the process is unknown: {Unowned.OTHER_USER}") in told(program.text)
