from __future__ import annotations

import os
import socket
from collections.abc import Iterable

import psutil
import pytest

from tcpview_tui.respond import guard
from tcpview_tui.respond.guard import Guard, Level
from tcpview_tui.sources.proctable import Entry, Table, ancestors, descendants, read_entry, read_table
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
    assert guard.Verdict(level, "Because.").forbids(5, typed) is forbidden


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


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_the_ssh_connection_is_found_by_its_socket(
    family: socket.AddressFamily, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        socket.create_server((host, 0), family=family) as server,
        socket.create_connection(server.getsockname()[:2]) as client,
        server.accept()[0] as accepted,
    ):
        ends = [*client.getsockname()[:2], *accepted.getsockname()[:2]]
        monkeypatch.setenv("SSH_CONNECTION", " ".join(map(str, ends)))
        assert guard.ssh_holders([]) == {os.getpid()}
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert guard.ssh_holders([]) == set()


@pytest.mark.parametrize("value", ["", "nonsense", "1 2 3 4 5"])
def test_without_a_readable_variable_there_is_no_ssh(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", value)
    assert guard.ssh_holders([]) is None


def test_the_variable_is_also_looked_for_in_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    with running(SLEEP) as child:
        monkeypatch.delenv("SSH_CONNECTION")
        assert guard.ssh_holders([child.pid]) == set()


def test_a_refused_socket_list_counts_as_not_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: str) -> Table:
        raise psutil.AccessDenied

    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    monkeypatch.setattr(psutil, "net_connections", denied)
    assert guard.ssh_holders([]) == set()
