from __future__ import annotations

import threading

import pytest

from tcpview_tui.model.connection import Transport
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.sources import base
from tcpview_tui.sources.base import Reading, Sampler
from tests.fakes import CURL, EPOCH, FakeClock, FakeSource, connection


class SlowSource(FakeSource):
    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock

    def read(self) -> Reading:
        self._clock.advance(0.25)
        return Reading()


def test_snapshots_are_numbered_without_holes_also_when_looks_fail() -> None:
    source = FakeSource(connection(1))
    sampler = Sampler(source, FakeClock())
    numbers = []
    for error in (None, OSError("refused"), OSError("refused"), None):
        source.error = error
        numbers.append(sampler.sample().sequence)
    assert numbers == [1, 2, 3, 4]


def test_a_snapshot_says_when_it_was_complete_and_how_long_it_took() -> None:
    clock = FakeClock()
    snapshot = Sampler(SlowSource(clock), clock).sample()
    assert (snapshot.taken_at, snapshot.took) == (EPOCH + 0.25, 0.25)


def test_a_look_that_fails_keeps_the_rows_and_the_problems_and_adds_one() -> None:
    source = FakeSource(connection(1), connection(2))
    source.problems = (Problem(Code.OWNERLESS, "2 sockets without owner"),)
    sampler = Sampler(source, FakeClock())
    before = sampler.sample()
    source.error = PermissionError("refused")
    for _ in range(2):
        failed = sampler.sample()
        assert failed.connections is before.connections
        assert [problem.code for problem in failed.problems] == ["ownerless", "look-failed"]
    assert failed.problems[1].summary == "the last look failed: refused"
    assert "PermissionError" in failed.problems[1].detail
    assert "fake source" in failed.problems[1].detail
    assert failed.problems[1].detail.endswith("The rows are those of the last look that succeeded.")


def test_the_next_look_that_succeeds_takes_the_problem_away() -> None:
    source = FakeSource(connection(1))
    source.error = OSError("refused")
    sampler = Sampler(source, FakeClock())
    first = sampler.sample()
    assert dict(first.connections) == {}
    assert [problem.code for problem in first.problems] == ["look-failed"]
    assert first.problems[0].detail == "The fake source could not read the connections (OSError: refused)."
    source.error = None
    second = sampler.sample()
    assert list(second.connections) == [1]
    assert second.problems == ()


@pytest.mark.parametrize(
    ("error", "summary"),
    [
        (OSError("\x1b]52;c;QQ==\x07\n[/]"), "the last look failed: \\x1b]52;c;QQ==\\x07\\x0a[/]"),
        (OSError(), "the last look failed: OSError"),
        (RecursionError(), "the last look failed: RecursionError"),
    ],
    ids=["hostile", "silent", "recursion"],
)
def test_the_reason_is_one_safe_line(error: Exception, summary: str) -> None:
    source = FakeSource()
    source.error = error
    (problem,) = Sampler(source, FakeClock()).sample().problems
    assert problem.summary == summary
    assert problem.detail.isprintable()


def test_a_look_that_was_begun_early_is_the_first_one() -> None:
    source = FakeSource(connection(1))
    sampler = Sampler(source, FakeClock())
    sampler.begin()
    first = sampler.sample()
    source.connections = []
    second = sampler.sample()
    assert [first.sequence, second.sequence] == [1, 2]
    assert [len(first.connections), len(second.connections)] == [1, 0]


def test_an_early_look_that_fails_is_said_like_any_other() -> None:
    source = FakeSource()
    source.error = OSError("refused")
    sampler = Sampler(source, FakeClock())
    sampler.begin()
    assert sampler.sample().problems[0].code == "look-failed"


class BusySource(FakeSource):
    """A source whose look lasts until it is told to go on, or closed."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()
        self.was_reading: bool | None = None

    def read(self) -> Reading:
        self.begun.set()
        self.was_reading = True
        self.go.wait(20)
        self.was_reading = False
        return Reading()

    def close(self) -> None:
        super().close()
        self.closed_during_a_look = self.was_reading
        self.go.set()


def test_closing_waits_for_the_first_look_to_end() -> None:
    source = BusySource()
    sampler = Sampler(source, FakeClock())
    sampler.begin()
    assert source.begun.wait(20)
    threading.Timer(0.05, source.go.set).start()
    sampler.close()
    assert source.is_closed
    assert not source.closed_during_a_look


def test_closing_does_not_wait_long_for_a_first_look_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_PATIENCE", 0.01)
    source = BusySource()
    sampler = Sampler(source, FakeClock())
    sampler.begin()
    assert source.begun.wait(20)
    sampler.close()
    assert source.is_closed
    assert source.closed_during_a_look
    assert sampler.sample().sequence == 1


def test_a_second_close_does_nothing() -> None:
    source = FakeSource()
    sampler = Sampler(source, FakeClock())
    sampler.close()
    source.is_closed = False
    sampler.close()
    assert not source.is_closed


class BrokenSource(FakeSource):
    def inspect(self, process: Process) -> Inspection:
        raise OSError(str(process.pid))

    def service_name(self, transport: Transport, port: int) -> str | None:
        raise OSError(f"{port}/{transport}")


def test_what_a_source_tells_is_passed_on_and_what_it_raises_is_not_known() -> None:
    source = FakeSource()
    seen = Inspection(CURL.identity, "/", "sleeping", 1, 2, 3, 4.0)
    source.inspections[CURL.identity], source.services["tcp", 443] = seen, "https"
    sampler, broken = Sampler(source, FakeClock()), Sampler(BrokenSource(), FakeClock())
    assert sampler.inspect(CURL) is seen
    assert (sampler.service_name("tcp", 443), sampler.service_name("udp", 443)) == ("https", None)
    assert broken.inspect(CURL) == Inspection.without(CURL.identity, Absence.UNTOLD)
    assert broken.service_name("tcp", 443) is None
