"""A process is read beside the screen: one at a time, the last asked for, and none that is stuck for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.tui.inspector import PATIENCE as STUCK
from tcpview_tui.tui.inspector import READINGS, Inspector
from tests.fakes import CURL, NGINX, FakeClock
from tests.model.rows import make_process, make_row
from tests.sources.net import PATIENCE
from tests.tui.pane import PaneApp
from tests.tui.steady import Steady

if TYPE_CHECKING:
    from textual.pilot import Pilot


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
