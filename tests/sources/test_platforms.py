"""The psutil source as macOS and Windows would drive it: psutil's answers are made up, the rest is real."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import psutil
import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.sources import limits
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import RawLine, only, raw, select_rows

HERE, THERE = ("10.0.0.1", 40000), ("10.0.0.2", 443)
PORT = ("127.0.0.1", 80)
ME, PARENT = os.getpid(), os.getppid()


class FakeProcess:
    def __init__(self, pid: int, lines: Iterable[RawLine] | Exception) -> None:
        self.pid = pid
        self._lines = lines

    def net_connections(self, kind: str) -> list[tuple[object, ...]]:
        assert kind == "inet"
        if isinstance(self._lines, Exception):
            raise self._lines
        return [line[:-1] for line in self._lines]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[FakeProcess]:
    """The processes of a Mac that refuses the whole list."""
    table: list[FakeProcess] = []

    def refuse(_: str) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(psutil, "net_connections", refuse)
    monkeypatch.setattr(psutil, "process_iter", lambda: iter(table))
    return table


def test_refused_the_whole_list_it_asks_each_process(machine: list[FakeProcess]) -> None:
    machine += [
        FakeProcess(ME, [raw(HERE, THERE, fd=3), raw(PORT, None, psutil.CONN_LISTEN, fd=4)]),
        FakeProcess(77, psutil.NoSuchProcess(77)),
        FakeProcess(78, OSError("gone")),
    ]
    reading = PsutilSource().read()
    assert len(reading.connections) == 2
    assert reading.problems == ()
    row = only(reading, HERE, THERE)
    assert [owner.pid for owner in row.owners] == [ME]
    assert only(reading, PORT).state is State.LISTEN


def test_processes_that_refuse_are_counted(machine: list[FakeProcess], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: False)
    machine += [FakeProcess(pid, psutil.AccessDenied(pid)) for pid in (5, 6, 7)]
    (problem,) = PsutilSource().read().problems
    assert problem.code == "processes-refused"
    assert problem.summary == "sockets of 3 processes not visible: not root"
    assert "sudo" in problem.detail


def test_a_socket_of_several_processes_has_several_owners(machine: list[FakeProcess]) -> None:
    machine += [FakeProcess(pid, [raw(HERE, THERE, fd=fd) for fd in (3, 9)]) for pid in (ME, PARENT)]
    source = PsutilSource()
    reading = source.read()
    row = only(reading, HERE, THERE)
    assert [owner.pid for owner in row.owners] == [ME, PARENT]
    assert only(source.read(), HERE, THERE) is row
    machine.pop(0)
    left = only(source.read(), HERE, THERE)
    assert left.key == row.key
    assert [owner.pid for owner in left.owners] == [PARENT]


def test_listeners_of_several_processes_stay_apart(machine: list[FakeProcess]) -> None:
    machine += [FakeProcess(pid, [raw(PORT, None, psutil.CONN_LISTEN, fd=3)]) for pid in (ME, PARENT)]
    owners = {row.owners[0].pid for row in select_rows(PsutilSource().read(), PORT)}
    assert owners == {ME, PARENT}


def test_a_socket_that_is_bound_before_it_listens_keeps_its_key(machine: list[FakeProcess]) -> None:
    source = PsutilSource()
    machine += [FakeProcess(ME, [raw(PORT, None, "CLOSE", fd=3)])]
    before = only(source.read(), PORT)
    machine[0] = FakeProcess(ME, [raw(PORT, None, psutil.CONN_LISTEN, fd=3)])
    after = only(source.read(), PORT)
    assert (before.state, after.state, after.key) == (State.CLOSED, State.LISTEN, before.key)


def test_what_windows_books_to_pid_0_belongs_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [raw(HERE, THERE, psutil.CONN_ESTABLISHED, ME)]
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(psutil, "net_connections", lambda _: lines)
    source = PsutilSource()
    before = only(source.read(), HERE, THERE)
    assert [owner.pid for owner in before.owners] == [ME]
    lines[0] = raw(HERE, THERE, psutil.CONN_TIME_WAIT, 0)
    reading = source.read()
    after = only(reading, HERE, THERE)
    assert (after.key, after.owners, reading.problems) == (before.key, (), ())


def test_a_state_only_one_system_knows_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "net_connections", lambda _: [raw(HERE, THERE, "DELETE_TCB", ME)])
    assert only(PsutilSource().read(), HERE, THERE).state is State.CLOSED
