"""The thread: orders are done in their turn, a scene waits until the one before was taken, and leaving is immediate."""

from __future__ import annotations

from contextlib import closing, contextmanager
from queue import SimpleQueue
from threading import current_thread
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.query import parse
from tcpview_tui.record.history import History
from tcpview_tui.record.reader import Reader
from tcpview_tui.tui.replay.finder import Finder
from tcpview_tui.tui.replay.jumping import target
from tcpview_tui.tui.replay.player import Player
from tests.fakes import FakeClock
from tests.tui.replay.harness import film

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tcpview_tui.tui.replay.scene import Scene

PATIENCE = 20.0


class Booth:
    """A player whose scenes are taken in one by one."""

    def __init__(self, reader: Reader) -> None:
        self.clock = FakeClock()
        self.scenes: SimpleQueue[Scene] = SimpleQueue()
        self.player = Player(History(reader), self.scenes.put, 6.0, self.clock)

    def next(self) -> Scene:
        """Take in one scene."""
        scene = self.scenes.get(timeout=PATIENCE)
        self.player.taken()
        return scene


@contextmanager
def booth(path: Path) -> Iterator[Booth]:
    with closing(Reader(path)) as reader:
        there = Booth(reader)
        there.player.start()
        try:
            yield there
        finally:
            there.player.stop()
            there.player._thread.join(PATIENCE)
            assert not there.player._thread.is_alive()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "a.tcpview")


def test_orders_are_done_in_their_turn(recording: Path) -> None:
    with booth(recording) as there:
        there.player.step(1)
        there.player.jump(target("+10s"))
        there.player.step(-1)
        assert [there.next().place.event for _ in range(4)] == [2, 3, 22, 21]


def test_a_scene_waits_for_the_one_before(recording: Path) -> None:
    with booth(recording) as there:
        for _ in range(5):
            there.player.step(1)
        first = there.scenes.get(timeout=PATIENCE)
        assert first.whole is not None
        assert there.scenes.empty()
        there.player.taken()
        assert there.next().place.event == 3


def test_it_plays_to_the_end_by_itself(recording: Path) -> None:
    with booth(recording) as there:
        scene = there.next()
        for _ in range(9):
            there.player.pace(1)
            scene = there.next()
        there.player.toggle()
        scene = there.next()
        played: list[object] = []
        while scene.is_playing:
            there.clock.advance(0.01)
            scene = there.next()
            played += [event for events in scene.moments for event in events]
        with closing(Reader(recording)) as reader:
            assert played == list(reader.events(3))


def test_a_search_ends_at_another_order(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 10)
    with booth(recording) as there:
        there.next()
        there.player.find(1, Finder(there.player.history, Narrowing((parse("rport:1"),)), lambda *_: None))
        scene = there.scenes.get(timeout=PATIENCE)
        assert scene.told.startswith("Searching: ")
        there.player.step(1)
        there.player.taken()
        assert there.next().told.startswith("The search was ended")
        assert there.next().place.event == 3


def test_esc_ends_a_search_and_says_whether_there_was_one(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 10)
    with booth(recording) as there:
        there.next()
        assert not there.player.end_search()
        there.player.find(1, Finder(there.player.history, Narrowing((parse("rport:1"),)), lambda *_: None))
        there.scenes.get(timeout=PATIENCE)
        assert there.player.end_search()
        there.player.taken()
        assert there.next().told.startswith("The search was ended")


@pytest.mark.parametrize("when", ["before a scene is taken", "at rest", "while it plays"])
def test_it_ends_at_once(when: str, recording: Path) -> None:
    with booth(recording) as there:
        if when != "before a scene is taken":
            there.next()
        if when == "while it plays":
            there.player.toggle()
            there.next()


def test_what_is_asked_is_read_by_the_one_thread_that_has_the_file(recording: Path) -> None:
    answers: SimpleQueue[tuple[int, str]] = SimpleQueue()
    with booth(recording) as there:
        there.next()
        there.player.ask(lambda history: (history.end().event, current_thread().name), answers.put)
        assert answers.get(timeout=PATIENCE) == (118, "replay")
