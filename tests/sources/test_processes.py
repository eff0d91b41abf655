"""Facts about processes: hostile names, exec, reused pids, processes that end while they are asked."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tcpview_tui.model.process import Process
from tcpview_tui.sources import processes
from tcpview_tui.sources.cgroup import ControlGroup
from tcpview_tui.sources.processes import ProcessTable
from tcpview_tui.sources.proctable import Entry, read_entry
from tcpview_tui.text import safe_bytes
from tests.sources.net import answer, child, linux, python, tell, until

RENAMED = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
print(os.getpid(), flush=True)
input()
"""
RENAMED_PARENT = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
child = os.fork()
if child:
    print(child, flush=True)
os.read(0, 1)
"""
WAITS = "print(0, flush=True); input()"

HOSTILE = [
    b"\x1b]52;c;QQ==\x07",
    b"\x1b]0;t\x1b\\",
    b"two\nlines\r",
    b"[/]",
    b"[red]x[/red]",
    b"\xff\xfe\x80",
    b"\xc2\x9b31m",
    b"a) R 1 1 (b",
    "\u202egnp.exe".encode(),
    b" ",
]


def look(table: ProcessTable, pid: int) -> Process | None:
    table.begin()
    return table.get(pid)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pids whose facts were read, in order."""
    asked: list[int] = []

    def control_group(pid: int) -> ControlGroup:
        asked.append(pid)
        return ControlGroup()

    monkeypatch.setattr(processes, "control_group", control_group)
    return asked


@linux
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_process_name_is_shown_as_visible_text(name: bytes) -> None:
    with python(RENAMED, name) as (process, _):
        found = look(ProcessTable(), process.pid)
    assert found
    assert found.name == safe_bytes(name)
    assert found.name.isprintable()


CUT = "a" * 15


@linux
@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        (f"/opt/{CUT}-daemon", f"{CUT}-daemon"),
        (f"{CUT}-daemon -c {CUT}", f"{CUT}-daemon"),
        (CUT + "a" * 240, CUT + "a" * 240),
        (CUT + "a" * 241, CUT),
        (CUT + "\u202e" * 60, CUT),
        (CUT + "a" * 4000, CUT),
        ("b" * 20, CUT),
    ],
    ids=["path", "arguments", "longest", "too long", "too long to show", "very long", "other"],
)
def test_a_name_that_the_kernel_has_cut_is_lengthened_to_that_of_a_file_at_most(claimed: str, told: str) -> None:
    with child(claimed, "-c", RENAMED, CUT, executable=sys.executable) as process:
        answer(process)
        found = look(ProcessTable(), process.pid)
    assert found
    assert found.name == told


@linux
def test_hostile_arguments_are_shown_as_visible_text() -> None:
    with python(WAITS, b"\x1b]52;c;QQ==\x07", b"[/]\n", b"\xff", "\u202e".encode()) as (process, _):
        found = look(ProcessTable(), process.pid)
    assert found
    assert found.command_line
    assert found.command_line.endswith("\\x1b]52;c;QQ==\\x07 [/]\\x0a \\xff \\u202e")


@linux
def test_hostile_names_of_parents_are_shown_as_visible_text() -> None:
    code = RENAMED + "\nos.fork() or input()\n"
    code = code.replace(
        "print(os.getpid(), flush=True)\ninput()", "pid = os.fork()\nprint(pid, flush=True) if pid else 0"
    )
    with python(code.replace("os.fork() or input()", "input() if pid else os.read(0, 1)"), b"\x1b[2J") as (_, (pid,)):
        found = look(ProcessTable(), pid)
    assert found
    assert found.parents[0].name == "\\x1b[2J"


@linux
@pytest.mark.parametrize("second", ["sh", "dash"])
def test_exec_under_the_same_pid_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, second: str) -> None:
    monkeypatch.setattr(processes, "YOUNG", 0.0)
    shell = Path(shutil.which("sh") or "/bin/sh").resolve()
    one, two = tmp_path / "one" / "sh", tmp_path / "two" / second
    for copy in (one, two):
        copy.parent.mkdir()
        shutil.copy(shell, copy)
    with child(str(one), "-c", f"echo; read x; exec {two} -c 'echo; read y'") as process:
        answer(process)
        table = ProcessTable()
        before = look(table, process.pid)
        assert before
        assert before.executable == str(one)
        assert look(table, process.pid) is before
        tell(process)
        answer(process)
        after = look(table, process.pid)
    assert after
    assert after.identity == before.identity
    assert (after.name, after.executable) == (second, str(two))


@linux
def test_a_deleted_executable_is_shown_as_such(tmp_path: Path) -> None:
    program = tmp_path / "sh"
    shutil.copy(Path(shutil.which("sh") or "/bin/sh").resolve(), program)
    with child(str(program), "-c", "echo; read x") as process:
        answer(process)
        program.unlink()
        found = look(ProcessTable(), process.pid)
    assert found
    assert found.executable == f"{program} (deleted)"


@linux
def test_an_executable_that_may_not_be_seen_is_unknown_whatever_the_process_claims(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: str) -> str:
        raise PermissionError

    with python(WAITS, executable=sys.executable) as (process, _):
        monkeypatch.setattr(os, "readlink", refuse)
        table = ProcessTable()
        found = look(table, process.pid)
        table.get(process.pid)
    assert found
    assert found.executable is None
    assert table.refused == 1


def test_facts_of_an_old_process_are_not_read_again(monkeypatch: pytest.MonkeyPatch, read: list[int]) -> None:
    monkeypatch.setattr(processes, "YOUNG", 0.0)
    table = ProcessTable()
    first = look(table, os.getpid())
    assert [look(table, os.getpid()) for _ in range(3)] == [first] * 3
    assert read == [os.getpid()]


def test_facts_of_a_young_process_are_read_at_each_look_and_once_in_it(
    monkeypatch: pytest.MonkeyPatch, read: list[int]
) -> None:
    monkeypatch.setattr(processes, "YOUNG", float("inf"))
    table = ProcessTable()
    first = look(table, os.getpid())
    assert table.get(os.getpid()) is first
    assert look(table, os.getpid()) is first
    assert read == [os.getpid()] * 2


def test_a_process_is_young_for_some_seconds(monkeypatch: pytest.MonkeyPatch, read: list[int]) -> None:
    entry = read_entry(os.getpid())
    assert entry
    assert entry.started
    table = ProcessTable()
    for age in (0.0, processes.YOUNG - 0.1, processes.YOUNG, 1000.0, -1.0):
        now = entry.started + age
        monkeypatch.setattr(time, "time", lambda now=now: now)
        look(table, os.getpid())
    assert len(read) == 2


def test_what_a_look_did_not_ask_for_is_forgotten(monkeypatch: pytest.MonkeyPatch, read: list[int]) -> None:
    monkeypatch.setattr(processes, "YOUNG", 0.0)
    table = ProcessTable()
    look(table, os.getpid())
    table.begin()
    look(table, os.getpid())
    assert len(read) == 2


def test_a_reused_pid_is_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = read_entry(os.getpid())
    assert entry
    assert entry.started
    table = ProcessTable()
    first = look(table, os.getpid())
    later = replace(entry, started=entry.started + 1)
    monkeypatch.setattr(processes, "read_entry", lambda pid: later if pid == os.getpid() else None)
    second = look(table, os.getpid())
    assert first
    assert second
    assert first.identity != second.identity
    assert second.started == later.started


def test_a_process_that_ended_is_returned_as_it_was_or_not_at_all() -> None:
    table = ProcessTable()
    with python(WAITS) as (process, _):
        known = look(table, process.pid)
    assert known
    assert look(table, process.pid) is known
    table.begin()
    table.begin()
    assert table.get(process.pid) is None


REFUSALS = [psutil.NoSuchProcess(1), psutil.ZombieProcess(1), psutil.AccessDenied(1), OSError("gone")]


@pytest.mark.parametrize("error", REFUSALS, ids=repr)
@pytest.mark.parametrize("question", ["name", "cmdline", "uids"])
def test_a_process_that_ends_while_it_is_asked_keeps_what_was_read(
    monkeypatch: pytest.MonkeyPatch, question: str, error: Exception
) -> None:
    def refuse(_: psutil.Process) -> None:
        raise error

    monkeypatch.setattr(psutil.Process, question, refuse)
    found = look(ProcessTable(), os.getpid())
    assert found
    entry = read_entry(os.getpid())
    assert entry
    unknown = {"name": found.name == entry.name, "cmdline": found.command_line is None, "uids": found.user is None}
    assert unknown[question]
    assert found.identity == (entry.pid, entry.started)


def test_a_process_that_is_gone_before_psutil_asks_keeps_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    entry = read_entry(os.getpid())
    assert entry
    monkeypatch.setattr(psutil, "Process", gone)
    found = look(ProcessTable(), os.getpid())
    assert found
    assert (found.identity, found.name, found.user) == ((entry.pid, entry.started), entry.name, None)


def chain(**changes: float) -> Callable[[int], Entry | None]:
    table = {1: Entry(1, 0, "init", 1.0), 5: Entry(5, 1, "shell", 5.0), 9: Entry(9, 5, "child", 9.0)}
    table |= {int(pid[1:]): replace(table[int(pid[1:])], started=when) for pid, when in changes.items()}
    return table.get


@pytest.mark.parametrize(
    ("entries", "names"),
    [(chain(), ["shell", "init"]), (chain(p5=20.0), []), (chain(p1=6.0), ["shell"])],
    ids=["a chain", "a parent's pid was reused", "a grandparent's pid was reused"],
)
def test_the_parents_up_to_the_first_process(
    monkeypatch: pytest.MonkeyPatch, entries: Callable[[int], Entry | None], names: list[str]
) -> None:
    monkeypatch.setattr(processes, "read_entry", entries)
    found = look(ProcessTable(), 9)
    assert found
    assert [parent.name for parent in found.parents] == names


def test_parents_in_a_circle_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "read_entry", lambda pid: Entry(pid, pid % 3 + 1, "x", 1.0))
    found = look(ProcessTable(), 3)
    assert found
    assert len(found.parents) <= 64


def test_a_user_without_a_name_is_shown_by_number() -> None:
    assert processes.user_name(0) == "root"
    assert processes.user_name(4_000_000_001) == "4000000001"


@linux
def test_a_rename_is_noticed_and_a_steady_process_stays_the_same_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "YOUNG", 0.0)
    code = RENAMED + "ctypes.CDLL(None).prctl(15, b'second', 0, 0, 0)\nprint(flush=True)\ninput()"
    with python(code, b"first") as (process, _):
        table = ProcessTable()
        first = look(table, process.pid)
        tell(process)
        until(lambda: answer(process))
        second = look(table, process.pid)
    assert first
    assert second
    assert (first.name, second.name) == ("first", "second")
