"""Who connects and where: threads in another namespace than their process, ended ones, a budget that is spent."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.sources import witness as module
from tcpview_tui.sources.trace_line import Transition
from tcpview_tui.sources.witness import Witness
from tests.fakes import FakeClock
from tests.sources.net import PATIENCE, child, linux
from tests.sources.test_namespaces import root, unshared

pytestmark = linux
NOBODY = 4_194_304
"""One more than the highest pid there is (PID_MAX_LIMIT, proc_sys_kernel(5))."""


def connects(pid: int, thread: int) -> Transition:
    ends = Endpoint("10.0.0.5", 0), Endpoint("192.0.2.7", 443)
    return Transition(1.0, pid, "curl", True, 4, *ends, State.CLOSED, State.SYN_SENT, False, thread)


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Witness:
    monkeypatch.setattr(module, "_sees_all_pids", lambda: True)
    return Witness(FakeClock())


def inode(task: int) -> int:
    return Path(f"/proc/{task}/ns/net").stat().st_ino


@contextmanager
def away() -> Iterator[int]:
    """A thread of this process in a network namespace of its own."""
    numbers: list[int] = []
    made, over = threading.Event(), threading.Event()

    def leave() -> None:
        assert not ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET, linux/sched.h
        numbers.append(threading.get_native_id())
        made.set()
        over.wait(PATIENCE)

    thread = threading.Thread(target=leave)
    thread.start()
    try:
        assert made.wait(PATIENCE)
        yield numbers[0]
    finally:
        over.set()
        thread.join(PATIENCE)


@root
def test_a_process_is_where_it_connects(witness: Witness) -> None:
    with unshared() as (pid, there):
        assert witness.of(connects(pid, pid)).namespace == there
    assert witness.of(connects(os.getpid(), os.getpid())).namespace == inode(os.getpid())


@root
def test_a_thread_can_be_elsewhere_than_its_process(witness: Witness) -> None:
    with away() as thread:
        told = witness.of(connects(os.getpid(), thread))
        assert (told.process.pid, told.namespace) == (os.getpid(), inode(thread))
        assert told.namespace != inode(os.getpid())


def test_of_a_thread_that_has_ended_its_process_tells(witness: Witness) -> None:
    assert witness.of(connects(os.getpid(), NOBODY)).namespace == inode(os.getpid())


def test_of_a_process_that_has_ended_there_is_a_name(witness: Witness) -> None:
    told = witness.of(connects(NOBODY, NOBODY))
    assert (told.process.name, told.process.started, told.namespace) == ("curl", None, None)


class Set(FakeClock):
    """A clock that an administrator sets."""

    def __init__(self) -> None:
        super().__init__()
        self.by = time.time() - super().wall()

    def wall(self) -> float:
        return super().wall() + self.by


@pytest.mark.parametrize("by", [-3600.0, 3600.0])
def test_a_clock_that_is_set_loses_no_young_process_and_takes_no_later_one_for_it(
    monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    monkeypatch.setattr(module, "_sees_all_pids", lambda: True)
    clock = Set()
    witness = Witness(clock)
    with child("cat") as process:
        clock.by += by
        step = connects(process.pid, process.pid)
        assert witness.of(step._replace(at=clock.now)).process.started is not None
        clock.advance(2.0)
        assert witness.of(step._replace(at=clock.now - 62.0)).process.started is None


def test_a_machine_that_slept_loses_no_young_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_sees_all_pids", lambda: True)
    clock = Set()
    clock.by -= 3600.0
    witness = Witness(clock)
    clock.suspend(3600.0)
    with child("cat") as process:
        step = connects(process.pid, process.pid)
        assert witness.of(step._replace(at=clock.now)).process.started is not None


def test_beyond_the_budget_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_sees_all_pids", lambda: True)
    witness = Witness(FakeClock(), budget=1)
    assert witness.of(connects(os.getpid(), os.getpid())).namespace == inode(os.getpid())
    told = witness.of(connects(os.getppid(), os.getppid()))
    assert (told.process.started, told.namespace, witness.skipped) == (None, None, 1)


@pytest.mark.parametrize(("budget", "is_told"), [(1, True), (0, False)])
def test_beyond_the_budget_a_thread_is_still_told_by_its_process(
    monkeypatch: pytest.MonkeyPatch, budget: int, is_told: bool
) -> None:
    """Not where the numbers are those of another process namespace, which has no budget at all."""
    monkeypatch.setattr(module, "_sees_all_pids", lambda: True)
    witness, over = Witness(FakeClock(), budget), threading.Event()
    witness._left = 0
    thread = threading.Thread(target=over.wait, args=(PATIENCE,))
    thread.start()
    number = thread.native_id or 0
    told = witness.of(connects(number, number)._replace(is_thread=True)).process
    over.set()
    thread.join()
    assert (told.pid, told.started) == (os.getpid() if is_told else number, None)


def test_who_had_the_number_before_is_not_told(witness: Witness) -> None:
    """The kernel notes the process of a thread when it is switched to, and until then has that of an earlier one."""
    with child("cat") as process, child("cat") as earlier:
        stale = connects(earlier.pid, process.pid)
        assert witness.of(stale).process.pid == process.pid
    over = threading.Event()
    thread = threading.Thread(target=over.wait, args=(PATIENCE,))
    thread.start()
    number = thread.native_id or 0
    assert witness.of(connects(number, number)).process.pid == os.getpid()
    over.set()
    thread.join()
