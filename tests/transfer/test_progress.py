"""The line of progress: when it comes, what it says, that it goes."""

from __future__ import annotations

import io
import os
import pty
import sys

import pytest

from tcpview_tui.transfer.progress import PATIENCE, Progress, onlooker
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_work_that_is_soon_done_says_nothing(clock: FakeClock) -> None:
    out = io.StringIO()
    progress = Progress(clock, out)
    clock.advance(PATIENCE - 0.01)
    progress.tell(500_000, 0.5)
    progress.close()
    assert out.getvalue() == ""


def test_it_says_how_much_is_done_and_how_long_it_takes_still(clock: FakeClock) -> None:
    out = io.StringIO()
    progress = Progress(clock, out)
    clock.advance(4)
    progress.tell(420_000, 0.25)
    assert out.getvalue() == "\r25%  420,000 events  12 s left"


def test_it_is_not_written_more_than_four_times_a_second(clock: FakeClock) -> None:
    out = io.StringIO()
    progress = Progress(clock, out)
    for done in range(1000):
        clock.advance(0.01)
        progress.tell(done, done / 1000)
    assert 30 <= out.getvalue().count("\r") <= 40


def test_a_shorter_line_covers_a_longer_one_and_nothing_stays(clock: FakeClock) -> None:
    out = io.StringIO()
    progress = Progress(clock, out)
    clock.advance(100)
    progress.tell(1_000_000, 0.001)
    clock.advance(1)
    progress.tell(1_000_001, None)
    progress.close()
    _, first, second, blank, end = out.getvalue().split("\r")
    assert (second.rstrip(), len(second)) == ("1,000,001 events", len(first))
    assert (blank.strip(), end) == ("", "")
    assert len(blank) >= len("1,000,001 events")


def test_where_nobody_looks_nothing_is_said(clock: FakeClock) -> None:
    progress = Progress(clock, None)
    clock.advance(100)
    progress.tell(1, 0.5)
    progress.close()


def test_somebody_looks_at_a_terminal_that_is_not_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    main, end = pty.openpty()
    with os.fdopen(end, "w") as terminal, os.fdopen(main, "r"):
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        assert onlooker(writes_to_stdout=True) is terminal
        monkeypatch.setattr(sys, "stdout", terminal)
        assert onlooker(writes_to_stdout=True) is None
        assert onlooker(writes_to_stdout=False) is terminal
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert onlooker(writes_to_stdout=False) is None
