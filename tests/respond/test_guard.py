from __future__ import annotations

import os
from collections.abc import Iterable

import psutil
import pytest

from tcpview_tui.model.connection import Connection, Endpoint, State
from tcpview_tui.model.process import Process
from tcpview_tui.respond.guard import Guard, Level, Verdict
from tcpview_tui.respond.ssh import Ends
from tcpview_tui.sources.proctable import Entry, Table, ancestors, descendants, read_entry, read_table
from tests.fakes import connection, listener
from tests.respond import SLEEP, running

OWN = 900


def table(*rows: tuple[int, int, str]) -> dict[int, Entry]:
    """Entries of (pid, parent, name), started in the order of their pids."""
    return {pid: Entry(pid, parent, name, float(pid)) for pid, parent, name in rows}


def no_ssh(_: Iterable[int]) -> set[int] | None:
    return None


OVER_SSH = table(
    (1, 0, "systemd"), (2, 0, "kthreadd"), (10, 1, "sshd"), (20, 10, "sshd-session"), (21, 20, "sshd-session"),
    (22, 21, "bash"), (23, 22, "sudo"), (30, 10, "sshd-session"), (31, 30, "bash"), (40, 1, "nginx"), (41, 40, "nginx"),
    (OWN, 23, "tcpview-tui"), (901, OWN, "whois"),
)  # fmt: skip

IN_TMUX = table(
    (1, 0, "systemd"), (10, 1, "sshd"), (20, 10, "sshd"), (21, 20, "sshd"), (22, 21, "bash"), (23, 22, "tmux: client"),
    (30, 10, "sshd"), (31, 30, "bash"), (50, 1, "tmux: server"), (51, 50, "bash"), (OWN, 51, "tcpview-tui"),
)  # fmt: skip

BEHIND_SOCKET = table(
    (1, 0, "systemd"), (10, 1, "sshd"), (20, 10, "sshd"), (21, 20, "sshd"), (22, 21, "bash"),
    (30, 10, "sshd"), (31, 30, "sshd"), (60, 1, "daemonised-shell"), (OWN, 60, "tcpview-tui"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("pid", "level", "words"),
    [
        (0, Level.REFUSED, "kernel"),
        (-1, Level.REFUSED, "kernel"),
        (1, Level.REFUSED, "first process"),
        (OWN, Level.REFUSED, "this program itself"),
        (23, Level.REFUSED, "parent"),
        (22, Level.REFUSED, "parent"),
        (21, Level.TYPED, "carries this session"),
        (20, Level.TYPED, "carries this session"),
        (10, Level.TYPED, "carries this session"),
        (30, Level.ALLOWED, ""),
        (31, Level.ALLOWED, ""),
        (40, Level.ALLOWED, ""),
        (901, Level.ALLOWED, ""),
        (77777, Level.ALLOWED, ""),
    ],
)
def test_verdicts_of_a_session_over_ssh(pid: int, level: Level, words: str) -> None:
    verdict = Guard(OVER_SSH, OWN, no_ssh).judge(pid)
    assert verdict.level is level
    assert words in verdict.reason


def test_a_kernel_thread_is_refused() -> None:
    threads = {7: Entry(7, 2, "kworker/0:1", 1.0, kernel=True)}
    assert Guard(threads, OWN, no_ssh).judge(7).level is Level.REFUSED


@pytest.mark.parametrize(
    ("pid", "level"), [(10, Level.TYPED), (20, Level.TYPED), (21, Level.TYPED), (30, Level.ALLOWED)]
)
def test_inside_tmux_the_servers_above_its_clients_carry_the_session(pid: int, level: Level) -> None:
    assert Guard(IN_TMUX, OWN, no_ssh).judge(pid).level is level


@pytest.mark.parametrize(
    ("holders", "typed"),
    [
        ({20}, {10, 20, 21}),
        ({21}, {10, 20, 21}),
        ({31}, {10, 30, 31}),
        (set(), {10, 20, 21, 30, 31}),
        ({22222}, {10, 20, 21, 30, 31}),
        (None, set()),
    ],
)
def test_the_holder_of_the_ssh_socket_decides_and_doubt_asks(holders: set[int] | None, typed: set[int]) -> None:
    judge = Guard(BEHIND_SOCKET, OWN, lambda _: holders)
    asked = {pid for pid in BEHIND_SOCKET if judge.judge(pid).level is Level.TYPED}
    assert asked == typed


def test_the_trace_is_only_asked_about_ssh_servers_and_gets_the_own_parents() -> None:
    asked: list[list[int]] = []
    judge = Guard(BEHIND_SOCKET, OWN, lambda pids: asked.append(list(pids)))
    judge.judge_all([22, 60, 1])
    assert asked == []
    judge.judge_all([20, 30])
    assert asked == [[60, 1]]


def test_the_strictest_verdict_wins() -> None:
    judge = Guard(OVER_SSH, OWN, no_ssh)
    assert judge.judge_all([]).level is Level.ALLOWED
    assert judge.judge_all([40, 41]).level is Level.ALLOWED
    assert "(20)" in judge.judge_all([40, 20, 21]).reason
    assert judge.judge_all([20, 21, 22]).level is Level.REFUSED


@pytest.mark.parametrize(
    ("level", "typed", "forbidden"),
    [
        (Level.ALLOWED, None, False),
        (Level.TYPED, None, True),
        (Level.TYPED, 6, True),
        (Level.TYPED, 5, False),
        (Level.REFUSED, 5, True),
    ],
)
def test_a_typed_pid_satisfies_only_what_asks_for_it(level: Level, typed: int | None, forbidden: bool) -> None:
    assert Verdict(level, "Because.").forbids(5, typed) is forbidden


def test_a_reused_parent_pid_is_no_parent_and_a_cycle_ends() -> None:
    young_parent = {5: Entry(5, 8, "child", 100.0), 8: Entry(8, 1, "later", 200.0)}
    assert ancestors(young_parent, 5) == []
    assert descendants(young_parent, [8]) == []
    cycle = {5: Entry(5, 6, "a", 1.0), 6: Entry(6, 5, "b", 1.0)}
    assert [entry.pid for entry in ancestors(cycle, 5)] == [6]
    assert [entry.pid for _, entry in descendants(cycle, [5])] == [6]


def test_descendants_come_with_depth_each_before_its_children() -> None:
    tree = table((1, 0, "a"), (2, 1, "b"), (3, 2, "c"), (4, 1, "d"), (5, 4, "e"), (9, 0, "x"))
    assert [(depth, entry.pid) for depth, entry in descendants(tree, [1])] == [(1, 2), (2, 3), (1, 4), (2, 5)]
    assert {entry.pid for _, entry in descendants(tree, [1, 4])} == {2, 3, 5}
    assert descendants(tree, [77]) == []


def test_the_own_process_and_all_its_real_parents_are_never_allowed() -> None:
    real = read_table()
    judge = Guard(real)
    for parent in [psutil.Process(), *psutil.Process().parents()]:
        assert judge.judge(parent.pid).level is not Level.ALLOWED, parent


def test_the_table_agrees_with_psutil() -> None:
    with running(SLEEP) as child:
        entry = read_table()[child.pid]
        theirs = psutil.Process(child.pid)
        assert (entry.parent, entry.started) == (os.getpid(), theirs.create_time())
        assert theirs.name().startswith(entry.name)
        assert not entry.kernel


def test_a_clock_that_is_set_does_not_change_who_a_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_entry(os.getpid())
    monkeypatch.setattr(psutil, "boot_time", lambda: 5.0)
    assert read_entry(os.getpid()) == before


def test_an_absent_process_has_no_entry() -> None:
    with running(SLEEP) as child:
        pass
    assert read_entry(child.pid) is None


def test_a_hostile_name_is_made_visible() -> None:
    rename = "open('/proc/self/comm', 'wb').write(b'a) R 1 \\x1b[2J\\xff')"
    with running(f"{rename}; {SLEEP}") as child:
        entry = read_entry(child.pid)
        assert entry
        assert entry.name == "a) R 1 \\x1b[2J\\xff"
        assert entry.parent == os.getpid()


HERE, THERE = ("192.0.2.2", 22), ("192.0.2.1", 50000)


def own_ends(_: Iterable[int]) -> set[Ends]:
    return {(Endpoint(*THERE), Endpoint(*HERE))}


def no_ends(_: Iterable[int]) -> set[Ends]:
    return set()


def held(pid: int, state: State = State.ESTABLISHED) -> Connection:
    """A connection that the SSH server of that pid has open."""
    return connection(1, state, ("10.0.0.5", 22), ("203.0.113.5", 40000), (Process(pid, float(pid), "sshd"),))


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (connection(1, local=HERE, remote=THERE, owners=()), Level.TYPED),
        (connection(1, local=THERE, remote=HERE, owners=()), Level.TYPED),
        (connection(1, State.CLOSE_WAIT, HERE, THERE, ()), Level.TYPED),
        (connection(1, local=("192.0.2.2", 22), remote=("192.0.2.1", 50001)), Level.ALLOWED),
        (connection(1, local=HERE, remote=THERE, transport="udp"), Level.ALLOWED),
        (listener(1, 22, address="192.0.2.2"), Level.ALLOWED),
    ],
)
def test_the_connection_that_ssh_names_asks_whoever_holds_it(row: Connection, level: Level) -> None:
    verdict = Guard(OVER_SSH, OWN, no_ssh, own_ends).judge_connection(row)
    assert verdict.level is level
    assert (row.ends in verdict.reason) is (level is Level.TYPED)


@pytest.mark.parametrize(
    ("processes", "row", "level"),
    [
        (OVER_SSH, held(20), Level.TYPED),
        (OVER_SSH, held(21), Level.TYPED),
        (OVER_SSH, held(20, State.TIME_WAIT), Level.ALLOWED),
        (OVER_SSH, held(30), Level.ALLOWED),
        (OVER_SSH, held(40), Level.ALLOWED),
        (OVER_SSH, held(77777), Level.ALLOWED),
        (OVER_SSH, connection(1, owners=()), Level.ALLOWED),
        (OVER_SSH, listener(1, 22, (Process(10, 10.0, "sshd"),)), Level.ALLOWED),
        (IN_TMUX, held(20), Level.TYPED),
        (IN_TMUX, held(30), Level.ALLOWED),
    ],
)
def test_a_connection_of_a_server_that_carries_the_session_asks(
    processes: Table, row: Connection, level: Level
) -> None:
    assert Guard(processes, OWN, no_ssh, no_ends).judge_connection(row).level is level


def test_a_carrier_that_cannot_be_told_makes_every_ssh_connection_ask() -> None:
    judge = Guard(BEHIND_SOCKET, OWN, lambda _: set(), no_ends)
    assert [judge.judge_connection(held(pid)).level for pid in (20, 30)] == [Level.TYPED, Level.TYPED]


def test_what_is_to_be_typed_is_said_by_its_name() -> None:
    assert Verdict(Level.TYPED, "Careful.").explain(5) == "Careful. Type the pid 5 to do it all the same."
    assert "Type the remote port 443 to" in Verdict(Level.TYPED, "Careful.").explain(443, "remote port")
    assert Verdict(Level.REFUSED, "No.").explain(5, "remote port") == "No."
