from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.base import Reading, Sampler
from tcpview_tui.tui.feed import Feed
from tests.fakes import FakeClock, FakeSource, connection

if TYPE_CHECKING:
    from tcpview_tui.model.diff import Difference
from tcpview_tui.model.snapshot import Snapshot

PATIENCE = 20.0


class Inbox:
    """Takes what a feed delivers."""

    def __init__(self) -> None:
        self.snapshots: queue.Queue[Snapshot] = queue.Queue()

    def take(self, snapshot: Snapshot, difference: Difference, late: float) -> None:
        self.snapshots.put(snapshot)

    def next(self) -> Snapshot:
        return self.snapshots.get(timeout=PATIENCE)

    @property
    def is_empty(self) -> bool:
        return self.snapshots.empty()


def test_looks_follow_each_other_only_when_taken_in() -> None:
    inbox = Inbox()
    source = FakeSource(connection(1))
    feed = Feed(Sampler(source, FakeClock()), FakeClock(), 1.0, inbox.take)
    feed.start()
    assert inbox.next().sequence == 1
    feed.sample_now()
    feed.sample_now()
    assert inbox.is_empty
    feed.taken()
    assert inbox.next().sequence == 2
    feed.taken()
    feed.stop()
    feed._thread.join(PATIENCE)
    assert not feed._thread.is_alive()
    assert inbox.is_empty


def test_the_interval_is_kept_and_can_be_changed_during_the_pause() -> None:
    inbox = Inbox()
    feed = Feed(Sampler(FakeSource(), SystemClock()), SystemClock(), 3600.0, inbox.take)
    feed.start()
    inbox.next()
    feed.taken()
    feed.set_interval(0.01)
    assert inbox.next().sequence == 2
    feed.taken()
    assert inbox.next().sequence == 3
    feed.stop()


class SlowSource(FakeSource):
    """A source that answers when the test lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Semaphore(0)
        self.running = 0
        self.most = 0

    def read(self) -> Reading:
        self.running += 1
        self.most = max(self.most, self.running)
        assert self.go.acquire(timeout=PATIENCE)
        self.running -= 1
        return Reading()


def test_a_slow_look_never_queues_a_second_one() -> None:
    inbox, source = Inbox(), SlowSource()
    feed = Feed(Sampler(source, FakeClock()), FakeClock(), 1.0, inbox.take)
    feed.start()
    for _ in range(20):
        feed.sample_now()
    source.go.release()
    assert inbox.next().sequence == 1
    feed.sample_now()
    feed.taken()
    source.go.release()
    assert inbox.next().sequence == 2
    feed.taken()
    feed.stop()
    source.go.release(5)
    feed._thread.join(PATIENCE)
    assert source.most == 1
    assert inbox.is_empty


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("\x1b]52;c;x\x07")])
def test_a_source_that_raises_ends_nothing(error: Exception) -> None:
    inbox, source = Inbox(), FakeSource(connection(1))
    feed = Feed(Sampler(source, FakeClock()), FakeClock(), 1.0, inbox.take)
    feed.start()
    inbox.next()
    source.error = error
    feed.sample_now()
    feed.taken()
    failed = inbox.next()
    assert list(failed.connections) == [1]
    assert failed.problems[0].code == "look-failed"
    assert "\x1b" not in failed.problems[0].detail
    feed.stop()
