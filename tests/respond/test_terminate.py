from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tcpview_tui.respond.guard import Verdict
from tcpview_tui.respond.handle import Handle, PidHandle, hold
from tcpview_tui.respond.plan import TerminationPlan, make_plan
from tcpview_tui.respond.terminate import Signal, terminate
from tcpview_tui.sources import proctable
from tcpview_tui.sources.proctable import Entry, Table
from tests.respond import (
    DEAF,
    FAMILY,
    FORKS_ALL_THE_TIME,
    FORKS_WHEN_ASKED,
    LEADERLESS,
    PROBE,
    SLEEP,
    STARTS_AGAIN,
    ZOMBIE,
    Child,
    line,
    process,
    running,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tcpview_tui.model.process import Process

LONG = 30.0


def plan_for(target: Process) -> TerminationPlan:
    return make_plan(target, [])


def never(_: int) -> Handle:
    pytest.fail("a process that must not be signalled was about to be")


def lives(child: Child) -> bool:
    return child.poll() is None


@pytest.mark.parametrize("way", [hold, PidHandle])
@pytest.mark.parametrize("name", ["TERM", "KILL"])
def test_a_process_is_ended(name: Signal, way: Callable[[int], Handle]) -> None:
    with running(SLEEP) as child:
        label = f"{psutil.Process(child.pid).name()} ({child.pid})"
        outcome = terminate(plan_for(process(child.pid)), name, hold=way, patience=LONG)
        assert (outcome.ok, outcome.kind) == (True, "done")
        assert outcome.sentence == f"Sent {name} to {label}. It has ended."
        assert line(child) == b""


def test_only_the_process_itself_is_ended_unless_its_tree_is_meant() -> None:
    with running(f"import os; os.fork(); {SLEEP}") as root:
        assert line(root)
        below = psutil.Process(root.pid).children()
        assert terminate(plan_for(process(root.pid)), "KILL", patience=LONG).ok
        assert [child.is_running() for child in below] == [True]


@pytest.mark.parametrize("way", [hold, PidHandle])
def test_a_process_that_ignores_term_is_reported_and_killed(way: Callable[[int], Handle]) -> None:
    with running(DEAF) as child:
        plan = plan_for(process(child.pid))
        outcome = terminate(plan, "TERM", patience=0.2, hold=way)
        assert (outcome.ok, outcome.kind) == (False, "running")
        assert "did not end within 0.2 s" in outcome.sentence
        assert "KILL cannot be ignored" in outcome.sentence
        assert terminate(plan, "KILL", patience=LONG, hold=way).kind == "done"


def test_a_stopped_process_is_named_as_such() -> None:
    with running(SLEEP) as child:
        os.kill(child.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WNOWAIT)
        plan = plan_for(process(child.pid))
        assert "it is stopped" in terminate(plan, "TERM", patience=0.1).sentence
        assert terminate(plan, "KILL", patience=LONG).ok


@pytest.mark.skipif(sys.platform != "linux", reason="the main thread of a process can end alone on Linux only")
def test_a_process_whose_main_thread_has_ended_is_not_taken_for_a_zombie() -> None:
    with running(LEADERLESS) as child:
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            pass
        outcome = terminate(plan_for(process(child.pid)), "KILL", patience=LONG)
        assert (outcome.kind, line(child)) == ("done", b"")


def test_a_process_that_has_ended_already() -> None:
    with running(SLEEP) as child:
        plan = plan_for(process(child.pid))
    outcome = terminate(plan, "TERM")
    assert (outcome.ok, outcome.kind) == (False, "gone")
    assert "has ended already" in outcome.sentence


@pytest.mark.parametrize("way", [hold, PidHandle])
def test_a_zombie_is_explained(way: Callable[[int], Handle]) -> None:
    with running(f"{ZOMBIE}; {SLEEP}") as parent:
        zombie = psutil.Process(parent.pid).children()[0]
        outcome = terminate(plan_for(process(zombie.pid)), "KILL", hold=way)
        assert outcome.kind == "gone"
        assert f"a zombie, stays until its parent (pid {parent.pid})" in outcome.sentence


@pytest.mark.parametrize("tree", [False, True])
@pytest.mark.parametrize("off_by", [-1.0, 0.01, 3600.0])
def test_another_process_under_the_same_pid_is_left_alone(off_by: float, tree: bool) -> None:
    with running(f"import os; os.fork(); {SLEEP}") as child:
        assert line(child)
        real = process(child.pid)
        assert real.started
        forged = replace(plan_for(real), process=replace(real, started=real.started + off_by))
        outcome = terminate(forged, "KILL", tree)
        assert (outcome.ok, outcome.kind) == (False, "changed")
        assert "belongs to another process" in outcome.sentence
        assert len(psutil.Process(child.pid).children()) == 1
        assert lives(child)


def test_a_process_whose_start_is_unknown_is_refused() -> None:
    with running(SLEEP) as child:
        target = replace(process(child.pid), started=None)
        outcome = terminate(plan_for(target), "KILL", hold=never)
        assert (outcome.kind, lives(child)) == ("refused", True)
        assert "unknown when" in outcome.sentence


def test_a_start_time_the_system_hides_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with running(SLEEP) as child:
        plan = plan_for(process(child.pid))
        monkeypatch.setattr(proctable, "read_entry", lambda _: None)
        assert terminate(plan, "KILL", read=dict).kind == "refused"
        assert lives(child)


@pytest.mark.parametrize("tree", [False, True])
@pytest.mark.parametrize("pid", [1, os.getpid(), os.getppid()])
def test_what_must_not_end_is_refused_at_the_last_moment_too(pid: int, tree: bool) -> None:
    plan = replace(plan_for(process(pid)), verdict=Verdict(), tree_verdict=Verdict())
    outcome = terminate(plan, "TERM", tree, typed_pid=pid, hold=never)
    assert (outcome.ok, outcome.kind) == (False, "refused")
    assert outcome.sentence.startswith("Nothing was sent. ")


def with_own_parent(child: Child) -> Callable[[], Table]:
    """The real process table, in which this program came from `child`, an SSH server."""

    def read() -> Table:
        table = proctable.read_table()
        if child.pid not in table:
            return table
        server = replace(table[child.pid], name="sshd", parent=1)
        return table | {child.pid: server, os.getpid(): Entry(os.getpid(), child.pid, "tcpview-tui", server.started)}

    return read


@pytest.mark.parametrize("typed", [None, 1, os.getpid()])
def test_the_server_that_carries_the_session_needs_its_pid_typed(typed: int | None) -> None:
    with running(SLEEP) as child:
        plan = plan_for(process(child.pid))
        read = with_own_parent(child)
        outcome = terminate(plan, "TERM", typed_pid=typed, read=read, hold=never)
        assert outcome.kind == "refused"
        assert f"Type the pid {child.pid}" in outcome.sentence
        assert terminate(plan, "TERM", tree=True, typed_pid=child.pid, read=read, hold=never).kind == "refused"
        assert terminate(plan, "TERM", typed_pid=child.pid, read=read, patience=LONG).kind == "done"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can become another user")
def test_no_permission_is_said_in_plain_words() -> None:
    with running(SLEEP) as child:
        target = process(child.pid)
        root = str(Path(__file__).parents[2])
        command = [sys.executable, "-c", PROBE, str(child.pid), repr(target.started), root]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        answers = done.stdout.splitlines()
        assert len(answers) == 4, done.stderr
        assert all(a.startswith(f"False denied No permission to signal victim ({child.pid})") for a in answers)
        assert lives(child)


@pytest.mark.parametrize("name", ["TERM", "KILL"])
@pytest.mark.parametrize("way", [hold, PidHandle])
def test_a_tree_is_ended(name: Signal, way: Callable[[int], Handle]) -> None:
    with running(FAMILY) as root:
        ready = [line(root) for _ in range(3)]
        assert ready == [b"ready\n"] * 3
        outcome = terminate(plan_for(process(root.pid)), name, tree=True, patience=LONG, hold=way)
        assert outcome.ok
        assert "and 3 other processes of its tree. All have ended." in outcome.sentence
        assert line(root) == b""


@pytest.mark.parametrize("code", [FORKS_ALL_THE_TIME, STARTS_AGAIN])
def test_a_tree_that_keeps_forking_is_killed_whole(code: str) -> None:
    with running(code) as root:
        outcome = terminate(plan_for(process(root.pid)), "KILL", tree=True, patience=LONG)
        assert outcome.ok, outcome
        assert line(root) == b""


def test_a_child_forked_after_term_is_found_by_the_next_listing() -> None:
    with running(FORKS_WHEN_ASKED) as root:
        listings = 0

        def read() -> Table:
            nonlocal listings
            listings += 1
            if listings == 2:
                assert line(root) == b"forked\n"
            return proctable.read_table()

        outcome = terminate(plan_for(process(root.pid)), "TERM", tree=True, patience=0.5, read=read)
        assert outcome.kind == "running"
        assert "and 1 other process of its tree" in outcome.sentence
        assert [sentence.split(",")[0].split("to ")[1] for sentence in outcome.details] == [
            f"{psutil.Process(root.pid).name()} ({root.pid})"
        ]


def test_children_of_the_plan_are_ended_though_their_parent_has_ended_meanwhile() -> None:
    with running(f"import os; os.fork(); {SLEEP}") as root:
        assert line(root)
        plan = plan_for(process(root.pid))
        assert len(plan.descendants) == 1
        os.kill(root.pid, signal.SIGKILL)
        root.wait(30)
        outcome = terminate(plan, "KILL", tree=True, patience=LONG)
        assert (outcome.ok, line(root)) == (True, b"")


def test_a_tree_reports_what_did_not_go_as_asked() -> None:
    with running(DEAF) as root:
        plan = plan_for(process(root.pid))
        outcome = terminate(plan, "TERM", tree=True, patience=0.1)
        assert (outcome.ok, outcome.kind, len(outcome.details)) == (False, "running", 1)


@pytest.mark.parametrize("tree", [False, True])
def test_whatever_the_system_answers_nothing_is_raised(tree: bool) -> None:
    def failing(_: int) -> Handle:
        raise OSError(errno.EIO, "Input/output \x1b[2J error")

    def unreadable() -> Table:
        raise PermissionError(errno.EACCES, "Permission denied")

    with running(SLEEP) as child:
        plan = plan_for(process(child.pid))
        outcome = terminate(plan, "KILL", tree, hold=failing)
        assert (outcome.kind, "Input/output \\x1b[2J error" in outcome.sentence) == ("failed", True)
        assert terminate(plan, "KILL", tree, read=unreadable).kind == "denied"
        assert lives(child)


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM, errno.EMFILE])
def test_without_pidfds_the_pid_is_used(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: Any) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pidfd_open", absent, raising=False)
    assert isinstance(hold(os.getpid()), PidHandle)


def test_an_end_that_cannot_be_watched_is_not_called_a_failure_to_signal() -> None:
    class Blind(PidHandle):
        looks = 0

        def ended(self, timeout: float) -> bool:
            self.looks += 1
            if self.looks > 1:
                raise OSError(errno.EMFILE, "Too many open files")
            return False

    with running(SLEEP) as child:
        outcome = terminate(plan_for(process(child.pid)), "TERM", hold=Blind)
        assert (outcome.kind, line(child)) == ("running", b"")
        assert outcome.sentence.endswith("whether it ended is not known: Too many open files.")


@pytest.fixture(autouse=True)
def _no_descriptor_leaks() -> Iterator[None]:
    before = psutil.Process().num_fds()
    yield
    assert psutil.Process().num_fds() == before
