from __future__ import annotations

import os
import signal
import socket
from contextlib import ExitStack
from dataclasses import replace

import psutil
import pytest

from tcpview_tui.model.connection import Connection, Endpoint, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.handle import Handle
from tcpview_tui.respond.outcome import Kind, Outcome
from tcpview_tui.respond.several import LIMIT, plan_several, summary
from tcpview_tui.respond.terminate import Signal, terminate_all
from tcpview_tui.sources import proctable
from tcpview_tui.sources.proctable import Entry, Table
from tests.respond import DEAF, SLEEP, process, running

LONG = 30.0
WEB, WORKER, OTHER = Process(40, 40.0, "web"), Process(41, 41.0, "web"), Process(50, 50.0, "other")
TABLE = {p.pid: Entry(p.pid, 1, p.name, p.started) for p in (WEB, WORKER, OTHER)}


def row(port: int, *owners: Process, closed_at: float | None = None) -> Row:
    connection = Connection(port, "tcp", 4, State.ESTABLISHED, Endpoint("10.0.0.1", port), None, owners)
    return Row(port, connection, "out", 0.0, owners=owners, closed_at=closed_at)


def test_what_targets_share_among_them_ends_and_is_counted_once() -> None:
    rows = [
        row(1, WEB), row(2, WEB, WORKER), row(3, WORKER, OTHER), row(4, OTHER), row(5, WEB, closed_at=9.0),
        row(6, replace(WEB, started=99.0)),
    ]  # fmt: skip
    plan = plan_several([WEB, WORKER], rows, TABLE)
    assert [(target.process, target.ending) for target in plan.targets] == [(WEB, 2), (WORKER, 1)]
    assert (plan.ending, plan.left_out, plan.beyond) == (2, (), 0)


def test_what_a_process_that_is_left_out_holds_does_not_end() -> None:
    gone = replace(WORKER, started=39.0)
    plan = plan_several([WEB, gone], [row(1, WEB, gone)], TABLE)
    assert [(target.process, target.ending) for target in plan.targets] == [(WEB, 0)]
    assert plan.ending == 0


def test_who_must_not_be_ended_is_left_out_with_a_reason() -> None:
    own = os.getpid()
    table = TABLE | {
        1: Entry(1, 0, "init", 1.0), 20: Entry(20, 1, "sshd", 20.0), 21: Entry(21, 20, "bash", 21.0),
        own: Entry(own, 21, "tcpview-tui", 22.0),
    }  # fmt: skip
    expected = [
        (Process(1, 1.0, "init"), Level.REFUSED, "first process"),
        (Process(20, 20.0, "sshd"), Level.TYPED, "carries this session"),
        (Process(21, 21.0, "bash"), Level.REFUSED, "parent of this program"),
        (Process(own, 22.0, "tcpview-tui"), Level.REFUSED, "this program itself"),
        (Process(4444, 1.0, "curl"), Level.REFUSED, "has ended already"),
        (replace(WEB, started=39.0), Level.REFUSED, "another process"),
        (replace(WORKER, started=None), Level.REFUSED, "unknown when"),
    ]
    plan = plan_several([*(each for each, _, _ in expected), OTHER], [], table)
    assert [target.process for target in plan.targets] == [OTHER]
    for target, (each, level, word) in zip(plan.left_out, expected, strict=True):
        assert (target.process, target.verdict.level) == (each, level)
        assert word in target.verdict.reason


def test_who_is_beyond_the_limit_is_counted_and_no_target() -> None:
    many = [Process(1000 + number, 1.0, "bot") for number in range(LIMIT + 7)]
    table = {each.pid: Entry(each.pid, 1, each.name, each.started) for each in many}
    plan = plan_several(many, [row(1, many[-1])], table)
    assert ([target.process for target in plan.targets], plan.beyond, plan.ending) == (many[:LIMIT], 7, 0)


@pytest.mark.parametrize("name", ["TERM", "KILL"])
def test_all_are_ended_and_one_that_has_ended_meanwhile_is_said(name: Signal) -> None:
    with ExitStack() as stack:
        children = [stack.enter_context(running(SLEEP)) for _ in range(4)]
        processes = [process(child.pid) for child in children]
        children[1].kill()
        children[1].wait(LONG)
        descriptors = psutil.Process().num_fds()
        outcomes = terminate_all(processes, name, patience=LONG)
        assert psutil.Process().num_fds() == descriptors
        assert [outcome.kind for outcome in outcomes] == ["done", "gone", "done", "done"]
        number = -getattr(signal, f"SIG{name}")
        assert [child.wait(LONG) for child in children] == [number, -signal.SIGKILL, number, number]
        told = summary(name, outcomes)
        assert (told.ok, told.sentence) == (True, f"{name}: 3 ended, 1 had ended before.")


def test_another_process_under_a_pid_and_ourselves_are_left_alone_and_the_others_end() -> None:
    with running(SLEEP) as victim, running(SLEEP) as bystander:
        reused = replace(process(bystander.pid), started=12345.0)
        processes = [process(os.getpid()), reused, process(1), process(victim.pid), process(os.getppid())]
        outcomes = terminate_all(processes, "KILL", patience=LONG)
        assert [outcome.kind for outcome in outcomes] == ["refused", "changed", "refused", "done", "refused"]
        assert victim.wait(LONG) == -signal.SIGKILL
        assert bystander.poll() is None
        told = summary("KILL", outcomes)
        assert (told.ok, told.kind) == (False, "changed")
        assert told.sentence.startswith("KILL: 1 ended, 3 refused, 1 replaced by another process. Nothing was sent: ")
        assert len(told.details) == 4


def test_all_are_signalled_before_any_is_waited_for_and_the_wait_is_for_all() -> None:
    seen: list[str] = []

    class Stubborn:
        def __init__(self, pid: int) -> None:
            self.pid = pid

        def send(self, name: str) -> None:
            seen.append("send")

        def ended(self, timeout: float) -> bool:
            if timeout:
                seen.append("wait")
            return False

        def close(self) -> None:
            seen.append("close")

    with running(DEAF) as one, running(DEAF) as other:
        processes = [process(one.pid), process(other.pid)]
        outcomes = terminate_all(processes, "TERM", patience=LONG, hold=Stubborn)  # type: ignore[arg-type]
        assert [outcome.kind for outcome in outcomes] == ["running", "running"]
        assert seen == ["send", "send", "wait", "wait", "close", "close"]


def test_the_process_table_is_read_once_for_all() -> None:
    reads = 0

    def read() -> Table:
        nonlocal reads
        reads += 1
        return proctable.read_table()

    with ExitStack() as stack:
        processes = [process(stack.enter_context(running(SLEEP)).pid) for _ in range(3)]
        assert all(outcome.ok for outcome in terminate_all(processes, "KILL", patience=LONG, read=read))
    assert reads == 1


def test_a_listing_that_fails_ends_nobody_and_raises_nothing() -> None:
    def unreadable() -> Table:
        raise PermissionError

    def never(_: int) -> Handle:
        pytest.fail("a process that was not verified was about to be signalled")

    with running(SLEEP) as child:
        outcomes = terminate_all([process(child.pid)] * 2, "KILL", read=unreadable, hold=never)
        assert [outcome.kind for outcome in outcomes] == ["denied", "denied"]
        assert child.poll() is None


def test_a_target_with_a_socket_frees_its_port() -> None:
    bound = "import socket; s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]"
    tells = "import os, time; os.write(1, b'%d\\n' % port); time.sleep(600)"
    with ExitStack() as stack:
        children = [stack.enter_context(running(f"{bound}; {tells}")) for _ in range(3)]
        ports = [held.laddr.port for child in children for held in psutil.Process(child.pid).net_connections()]
        assert len(ports) == 3
        assert all(outcome.ok for outcome in terminate_all([process(c.pid) for c in children], "TERM", patience=LONG))
        for port in ports:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), LONG)


@pytest.mark.parametrize(
    ("kinds", "ok", "counts"),
    [
        (["done", "done"], True, "TERM: 2 ended."),
        (["gone"], True, "TERM: 1 had ended before."),
        (["done", "running", "done"], False, "TERM: 2 ended, 1 still there. Why running."),
        (["running", "denied", "refused"], False, "TERM: 1 still there, 1 refused, 1 not permitted. Why denied."),
        (["failed", "gone"], False, "TERM: 1 had ended before, 1 failed. Why failed."),
    ],
)
def test_a_summary_counts_and_gives_the_gravest_reason(kinds: list[Kind], ok: bool, counts: str) -> None:
    told = summary("TERM", [Outcome(kind == "done", kind, f"Why {kind}.") for kind in kinds])
    assert (told.ok, told.sentence) == (ok, counts)
