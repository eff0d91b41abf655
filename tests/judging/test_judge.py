import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tcpview_tui.findings.register import About, Register
from tcpview_tui.findings.rule import Hit
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging import judge as module
from tcpview_tui.judging.judge import Judge
from tcpview_tui.judging.verdict import News, Verdict
from tests.fakes import FakeClock
from tests.judging.test_verdict import GOOD
from tests.sources.net import until

NEWS = News({}, {}, 0.0)


class Panel:
    def __init__(self, name: str, fails: str = "") -> None:
        self.name, self._fails = name, fails
        self.taken = 0

    def take(self, news: News) -> None:
        self.taken += 1
        if self._fails == "take":
            raise ValueError(news)

    def due(self, now: float) -> Iterator[Verdict]:
        yield Verdict("process", About(self.name, self.name), ((GOOD, Hit("found")),))
        if self._fails == "due":
            raise ValueError(now)


@pytest.fixture
def heard() -> threading.Semaphore:
    return threading.Semaphore(0)


def judging(heard: threading.Semaphore, *panels: Panel, prepare: Any = None) -> Judge:
    return Judge(prepare or (lambda: panels), Register(Silences(None)), FakeClock(), heard.release)


@pytest.mark.parametrize("fails", ["take", "due"])
def test_a_panel_that_fails_takes_no_other_with_it_and_the_thread_lives(heard: threading.Semaphore, fails: str) -> None:
    bad, good = Panel("bad", fails), Panel("good")
    judge = judging(heard, bad, good)
    judge.start()
    try:
        judge.take(NEWS)
        assert heard.acquire(timeout=20)
        assert heard.acquire(timeout=20)
        judge.take(NEWS)
        until(lambda: good.taken == 2)
        assert (bad.taken, judge.failed) == (1, ("bad",))
        found = {each.subject for each in judge.register.findings}
        assert found == ({"good"} if fails == "take" else {"bad", "good"})  # what was found by then stays
    finally:
        judge.stop()
    assert not judge._thread.is_alive()


def test_rules_that_cannot_be_loaded_are_told_and_nothing_waits_for_them(heard: threading.Semaphore) -> None:
    judge = judging(heard, prepare=lambda: (1 / 0,))
    judge.start()
    assert heard.acquire(timeout=20)
    judge._thread.join(20)
    judge.take(NEWS)
    assert (judge.failed, len(judge._news)) == (("everything",), 0)
    judge.stop()


def test_nobody_hears_when_nothing_is_new(heard: threading.Semaphore) -> None:
    judge = judging(heard, Panel("one"))
    judge._panels = tuple(judge._prepare())
    for _ in range(3):
        judge.take(NEWS)
        judge.work()
    assert heard.acquire(blocking=False)
    assert not heard.acquire(blocking=False)


def test_looks_that_nobody_judges_are_not_piled_up(heard: threading.Semaphore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEHIND", 5)
    judge = judging(heard, Panel("one"))
    for _ in range(20):
        judge.take(NEWS)
    assert (judge.failed, len(judge._news) <= 5) == ((), True)
    monkeypatch.setattr(module, "MOST", -1)
    for _ in range(5):
        judge.take(NEWS)
    assert (judge.failed, len(judge._news)) == (("everything",), 0)


def test_the_end_is_not_waited_for_by_what_comes_late(heard: threading.Semaphore) -> None:
    judge = judging(heard, panel := Panel("one"))
    judge.stop()
    judge.take(NEWS)
    judge.work()
    assert panel.taken == 0
