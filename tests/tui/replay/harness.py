"""Real recordings, a deck without a thread, and the whole program with a recording on a screen in memory."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from rich.text import Text

from tcpview_tui.config import build
from tcpview_tui.model.diff import diff
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.record.history import History
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.playback import Playback, RecordedClock
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.recorded import Recorded
from tcpview_tui.tui.replay.app import ReplayApp
from tcpview_tui.tui.replay.deck import Deck
from tests.fakes import FakeClock, FakeSource, connection, listener
from tests.tui.harness import Live
from tests.tui.steady import Steady

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.record.event import Event
    from tcpview_tui.tui.replay.player import Player
    from tcpview_tui.tui.replay.scene import Scene
    from tcpview_tui.tui.replay.screen import ReplayScreen
    from tcpview_tui.tui.replay.session import ReplaySession

LINGER = 3.0


class Camera:
    """Writes a recording look by look, as the recorder does. Its clock begins at 1000 s and at `EPOCH`."""

    def __init__(self, path: Path, **more: str) -> None:
        """`more` are further facts."""
        facts = (("host", "box"), ("source", "sockdiag"), *more.items())
        self.path = path
        self.clock = FakeClock()
        self.recording = Recording(path, facts, self.clock)
        self._journal = Journal(1.0)
        self._before: dict[Key, Connection] = {}
        self._looks = 0

    def look(self, *connections: Connection, after: float = 1.0, **more: Any) -> list[Event]:
        """Record what a look sees, so many seconds after the one before."""
        self.clock.advance(after if self._looks else 0.0)
        self._looks += 1
        now = {each.key: each for each in connections}
        snapshot = Snapshot(self._looks, self.clock.wall(), now, **more)
        events = self._journal.take(snapshot, diff(self._before, now), self.clock.monotonic())
        self._before = now
        self.write(*events)
        return events

    def write(self, *events: Event) -> None:
        self.recording.write(events)

    def close(self) -> None:
        self.recording.close()


def call(key: int, **more: Any) -> Connection:
    """Return a connection with a remote port of its own, 40000 and `key`."""
    return connection(key, remote=("198.51.100.7", 40000 + key), **more)


def film(path: Path, looks: int = 60) -> Path:
    """Record a minute or so: a listener, a call that opens in each look, lives 3 s, and closes."""
    camera = Camera(path)
    for number in range(looks):
        camera.look(listener(1000, 22), *(call(key) for key in range(max(number - 2, 0), number + 1)))
    camera.close()
    return path


class Stage:
    """A deck whose scenes are taken in at once by a table of their own."""

    def __init__(self, reader: Reader, is_written: bool = False) -> None:
        self.time, self.clock = RecordedClock(), FakeClock()
        self.table = LiveTable(self.time, LINGER)
        self.playback = Playback(self.time, self.table)
        self.scenes: list[Scene] = []
        self.is_written, self.is_wanted = is_written, False
        self.history = History(reader, lambda: self.is_written)
        self.deck = Deck(self.history, self._take, self.table.memory, self.clock, lambda: self.is_wanted)
        self.deck.do(self.deck.begin)

    @property
    def scene(self) -> Scene:
        return self.scenes[-1]

    @property
    def played(self) -> list[Event]:
        """Every event since the last leap, in the order in which it was handed over."""
        since = max(number for number, scene in enumerate(self.scenes) if scene.whole)
        return [event for scene in self.scenes[since:] for events in scene.moments for event in events]

    @property
    def rows(self) -> dict[Key, Any]:
        return dict(self.table.rows)

    def beat(self, seconds: float = 0.1) -> Scene:
        self.clock.advance(seconds)
        self.deck.do(self.deck.beat)
        return self.scene

    def do(self, order: Any, *arguments: Any) -> Scene:
        self.deck.do(lambda: order(*arguments))
        return self.scene

    def _take(self, scene: Scene) -> None:
        self.scenes.append(scene)
        if scene.whole is not None:
            self.playback.leap(scene.whole)
        for events in scene.moments:
            self.playback.take(events)
        self.playback.put(scene.place)


@contextmanager
def stage(path: Path, is_written: bool = False) -> Iterator[Stage]:
    with closing(Reader(path)) as reader:
        yield Stage(reader, is_written)


class Orders(SimpleQueue[Any]):
    """The orders of a player, of which it is known whether all have been carried out."""

    given = taken = done = 0

    def put(self, order: Any, block: bool = True, timeout: float | None = None) -> None:
        self.given += 1
        super().put(order)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        self.done = self.taken  # who asks for the next one has dealt with the last
        order = super().get(block, timeout)
        self.taken += 1
        return order


class Attentive(Steady[int]):
    """Waits for the player too, unless it searches: that takes as long as it takes."""

    def _is_still(self) -> bool:
        player = cast("Player", cast("ReplayApp", self.app).engine)
        orders = cast("Orders", player._orders)
        return (orders.done == orders.given or player._deck.is_searching) and super()._is_still()


@dataclass
class Replay(Live):
    """A running replay."""

    @property
    def screen(self) -> ReplayScreen:
        return cast("ReplayScreen", self.main)

    @property
    def session(self) -> ReplaySession:
        return cast("ReplaySession", self.app.session)

    @property
    def scene(self) -> Scene:
        scene = self.session.scene
        assert scene is not None
        return scene

    async def go(self, *keys: str) -> None:
        """Press keys that move through time, and wait until the replay is there and stands still."""
        for key in keys:
            before = self.session.scene
            await self.press(key)
            await self.until(lambda before=before: self.session.scene is not before)

    async def jump(self, text: str) -> None:
        before = self.session.scene
        await self.press("j")
        await self.burst(text + "\r")
        await self.until(lambda: self.session.scene is not before or self.app.screen is self.main)
        await self.pilot.pause()

    def ports(self) -> set[int]:
        """The remote ports of the rows there are."""
        remotes = (row.connection.remote for row in self.session.live.rows.values())
        return {remote.port - 40000 for remote in remotes if remote}


@asynccontextmanager
async def replay(
    path: Path,
    size: tuple[int, int] = (120, 40),
    no_color: bool = False,
    is_written: bool = False,
    **settings: Any,
) -> AsyncIterator[Replay]:
    clock = FakeClock()
    orders = patch("tcpview_tui.tui.replay.player.SimpleQueue", Orders)
    with closing(Reader(path)) as reader, tempfile.TemporaryDirectory() as cache, orders:
        app = ReplayApp(
            History(reader, lambda: is_written), lambda: Text("Talkers: nobody"),
            Sampler(Recorded(reader.facts), clock), clock, build({"theme": "dark"} | settings), Path(cache), no_color,
        )  # fmt: skip
        async with app.run_test(size=size):
            program = Replay(app, Attentive(app), FakeSource(), clock)
            await program.until(lambda: program.session.scene is not None)
            yield program
    if app.failure is not None:
        raise app.failure
