"""Which source is taken, and that nobody is left without one."""

from __future__ import annotations

import errno
import sys
from contextlib import closing

import pytest

from tcpview_tui.sources import choose as module
from tcpview_tui.sources.choose import SOURCE_NAMES, Fallback, choose
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.fakes import FakeClock
from tests.sources.net import linux, only, tcp_pair


def refuse(*_: object) -> None:
    raise OSError(errno.EPROTONOSUPPORT, "Protocol not supported")


def test_the_names_are_those_of_the_command_line() -> None:
    assert SOURCE_NAMES == ("auto", "sockdiag", "psutil")


@linux
@pytest.mark.parametrize("name", ["auto", "sockdiag"])
def test_linux_reads_by_netlink(name: module.SourceName) -> None:
    with closing(choose(name, FakeClock())) as source:
        assert (source.name, source.has_counters) == ("sockdiag", True)


def test_psutil_is_taken_when_asked_for_and_has_nothing_to_excuse() -> None:
    with closing(choose("psutil", FakeClock())) as source:
        assert type(source) is PsutilSource
        assert "fallback" not in {problem.code for problem in source.read().problems}


def test_elsewhere_psutil_is_the_best_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert type(choose("auto", FakeClock())) is PsutilSource
    with pytest.raises(OSError, match="Linux"):
        choose("sockdiag", FakeClock())


def test_without_netlink_psutil_reads_and_every_reading_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module, "_sockdiag", refuse)
    with closing(choose("auto", FakeClock())) as source, tcp_pair() as (server, _, _):
        assert isinstance(source, Fallback)
        assert source.name == "psutil"
        for _ in range(2):
            reading = source.read()
            assert only(reading, server.getsockname()).is_listening
            (problem,) = [problem for problem in reading.problems if problem.code == "fallback"]
            assert "Protocol not supported" in problem.detail


def test_an_error_without_a_number_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no such thing")

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module, "_sockdiag", fail)
    problems = choose("auto", FakeClock()).read().problems
    assert "no such thing" in problems[-1].detail


def test_who_asks_for_netlink_gets_it_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module, "_sockdiag", refuse)
    with pytest.raises(OSError, match="not supported") as refused:
        choose("sockdiag", FakeClock())
    assert refused.value.errno == errno.EPROTONOSUPPORT


@linux
def test_a_source_that_does_not_work_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from tcpview_tui.sources.sockdiag import SockDiagSource

    closed: list[SockDiagSource] = []
    close = SockDiagSource.close

    def note(source: SockDiagSource) -> None:
        closed.append(source)
        close(source)

    monkeypatch.setattr(SockDiagSource, "try_out", refuse)
    monkeypatch.setattr(SockDiagSource, "close", note)
    assert isinstance(choose("auto", FakeClock()), Fallback)
    assert len(closed) == 1
