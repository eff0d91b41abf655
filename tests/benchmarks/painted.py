"""An app that runs without a terminal, but makes every byte it would send, and says when it sent some."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.widgets import DataTable

from tcpview_tui.clock import SystemClock
from tcpview_tui.config import Settings
from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.live import LiveTable
from tcpview_tui.sources.base import Sampler
from tcpview_tui.tui.app import TcpviewApp
from tests.fakes import FakeSource

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.tui.screens.main import MainScreen

TEN = tuple(column for column in COLUMNS if column.id not in {"host", "seen", "age", "path", "cmd", "service"})

QUIET = 0.1
"""Seconds without a byte after which a refresh is complete: several frames. Waiting takes no processor time."""


class Line(HeadlessDriver):
    """A terminal line: it counts."""

    bytes = 0
    sent: asyncio.Event

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.bytes += len(data.encode())
        self.sent.set()


def _on_a_line(app: App[Any]) -> Line:
    driver = app._driver
    assert isinstance(driver, HeadlessDriver)
    driver.__class__ = Line
    assert isinstance(driver, Line)
    driver.sent = asyncio.Event()
    return driver


async def sent(line: Line) -> int:
    """Wait until nothing more is sent; return the bytes since the last time."""
    while True:
        line.sent.clear()
        try:
            async with asyncio.timeout(QUIET):
                await line.sent.wait()
        except TimeoutError:
            number, line.bytes = line.bytes, 0
            return number


@asynccontextmanager
async def started(sampler: Sampler, **settings: Any) -> AsyncIterator[tuple[MainScreen, Line]]:
    """The program after its first look; its sampling thread is stopped before it looks again."""
    with tempfile.TemporaryDirectory() as cache:
        made = Settings(interval=60.0, theme="dark", **settings)
        app = TcpviewApp(sampler, SystemClock(), made, Path(cache))
        async with app.run_test(size=(120, 40)) as pilot:
            while app.session.snapshot is None:
                await pilot.pause()
            app.feed.stop()
            yield app.main, _on_a_line(app)


@asynccontextmanager
async def ours(first: Snapshot, linger: float = 3600.0) -> AsyncIterator[tuple[MainScreen, Line]]:
    """The program, with `first` taken in."""
    clock = SystemClock()
    async with started(Sampler(FakeSource(), clock), linger=linger) as (main, line):
        main.session.live.__init__(clock, linger)  # type: ignore[misc]  # the next look is the first again
        main.session.take(first)
        main.draw()
        await sent(line)
        yield main, line


class TableApp(App[None]):
    """Textual's DataTable with the same rows."""

    def compose(self) -> ComposeResult:
        yield DataTable()


def cells(row: Row) -> list[str]:
    return [column.text(row, Context()) for column in TEN]


@asynccontextmanager
async def data_table(live: LiveTable) -> AsyncIterator[tuple[DataTable[str], Line]]:
    """A DataTable that shows the rows of `live`."""
    app = TableApp()
    async with app.run_test(size=(120, 40)) as pilot:
        table = app.query_one(DataTable)
        for column in TEN:
            table.add_column(column.title, key=column.id)
        fill(table, live)
        await pilot.pause()
        line = _on_a_line(app)
        table.refresh()
        await sent(line)
        yield table, line


def fill(table: DataTable[str], live: LiveTable) -> None:
    for key, row in live.rows.items():
        table.add_row(*cells(row), key=str(key))
