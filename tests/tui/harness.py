"""The whole program on a screen in memory, with a fake machine and a clock that the test moves."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser

from tcpview_tui.config import build
from tcpview_tui.sources.base import Sampler
from tcpview_tui.tui.app import TcpviewApp
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import FakeClock, FakeSource
from tests.tui.steady import PATIENCE, Steady

if TYPE_CHECKING:
    from tcpview_tui.judging.bench import Bench
    from tcpview_tui.model.connection import Connection


@dataclass
class Live:
    """A running program."""

    app: TcpviewApp
    pilot: Steady[int]
    source: FakeSource
    clock: FakeClock

    @property
    def main(self) -> MainScreen:
        main = self.app.main
        assert isinstance(main, MainScreen)
        return main

    async def look(self, *connections: Connection) -> None:
        """Let the program look at a machine that has these connections, and draw."""
        self.source.connections = list(connections)
        await self.sample()

    async def sample(self) -> None:
        number = self.app.feed.sample_now()
        await self.until(lambda: (now := self.app.session.snapshot) is not None and now.sequence >= number)

    async def advance(self, seconds: float) -> None:
        """Move the clock, and let what waited for it happen."""
        self.clock.advance(seconds)
        self.main._tick()
        await self.pilot.pause()

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await self.pilot.pause()
        await self.pilot.pause()

    async def burst(self, text: str) -> None:
        """Type keys faster than the program can deal with the first of them, as one write to a pty does."""
        parser = XTermParser()
        for event in [*parser.feed(text), *parser.feed("")]:
            self.app.post_message(event)
        await self.settled()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def settled(self) -> None:
        await self.pilot.pause()
        task = self.app._keys._task
        if task is not None:
            async with asyncio.timeout(PATIENCE):
                await asyncio.shield(task)
        await self.pilot.pause()

    @property
    def lines(self) -> list[str]:
        """The characters on the screen."""
        return ["".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line_with(self, text: str) -> str:
        return next(line for line in self.lines if text in line)


@asynccontextmanager
async def live(
    *connections: Connection,
    size: tuple[int, int] = (120, 40),
    no_color: bool = False,
    bench: Callable[[FakeClock], Bench] | None = None,
    **settings: Any,
) -> AsyncIterator[Live]:
    """Run the program; `bench` makes what judges, by the clock of the test. Without it nothing is judged."""
    clock, source = FakeClock(), FakeSource(*connections)
    with tempfile.TemporaryDirectory() as cache:
        options, judges = build({"theme": "dark"} | settings), bench and bench(clock)
        app = TcpviewApp(Sampler(source, clock), clock, options, Path(cache), no_color, bench=judges)
        async with app.run_test(size=size):
            program = Live(app, Steady(app), source, clock)
            await program.until(lambda: app.session.snapshot is not None)
            yield program
    if app.failure is not None:
        raise app.failure
