from __future__ import annotations

import ctypes
import io
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest

from tcpview_tui.sources import procfd, proctable
from tcpview_tui.sources.proctable import Entry, precedes, read_entry, read_table, same_program, same_start
from tests.sources.net import answer, child, linux, python, tell

PR_SET_NAME, PR_GET_NAME = 15, 16
RENAMED = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)
print(0, flush=True)
input()
"""


@pytest.fixture(autouse=True)
def _fresh_boot_time() -> Iterator[None]:
    """psutil reads the boot time anew each time; the program keeps it, on purpose."""
    proctable._boot_time.cache_clear()
    yield
    proctable._boot_time.cache_clear()


def test_the_start_time_is_that_of_psutil() -> None:
    with python("print(0, flush=True); input()") as (process, _):
        for pid in (os.getpid(), process.pid):
            entry = read_entry(pid)
            assert entry
            assert same_start(entry.started, psutil.Process(pid).create_time())


def test_the_table_agrees_with_psutil() -> None:
    table = read_table()
    entry = table[os.getpid()]
    assert (entry.pid, entry.parent) == (os.getpid(), os.getppid())
    assert entry == read_entry(os.getpid())
    assert str(entry) == f"{entry.name} ({os.getpid()})"


@linux
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"(sd-pam)", "(sd-pam)"),
        (b"a) R 1 1 (b", "a) R 1 1 (b"),
        (b") Z 0 0 0 (", ") Z 0 0 0 ("),
        (b"two words", "two words"),
        (b"two\nlines", "two\\x0alines"),
        (b"\xff\x1b[2J", "\\xff\\x1b[2J"),
        (b"", ""),
    ],
)
def test_names_cannot_shift_the_fields(name: bytes, shown: str) -> None:
    with python(RENAMED, name) as (process, _):
        entry = read_entry(process.pid)
        started = psutil.Process(process.pid).create_time()
    assert entry
    assert (entry.name, entry.parent, entry.state) == (shown, os.getpid(), "")
    assert same_start(entry.started, started)


@linux
def test_exec_changes_the_image_and_nothing_else() -> None:
    with child("/bin/sh", "-c", "echo; read x; exec /bin/sh -c 'echo; read y'") as process:
        answer(process)
        before, again = read_entry(process.pid), read_entry(process.pid)
        tell(process)
        answer(process)
        after = read_entry(process.pid)
    assert before
    assert again
    assert after
    assert same_program(before, again)
    assert not same_program(before, after)
    assert replace(before, image="") == replace(after, image="")


@linux
def test_a_zombie_and_a_kernel_thread_are_told_apart() -> None:
    with child(sys.executable, "-c", "pass") as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        entry = read_entry(process.pid)
    assert entry
    assert (entry.state, entry.kernel) == (psutil.STATUS_ZOMBIE, False)


@linux
def test_a_thread_that_renames_itself_does_not_rename_its_process() -> None:
    before = read_entry(os.getpid())
    renamed, done = threading.Event(), threading.Event()

    def rename() -> None:
        ctypes.CDLL(None).prctl(PR_SET_NAME, b"evil", 0, 0, 0)
        renamed.set()
        done.wait(30)

    thread = threading.Thread(target=rename)
    thread.start()
    assert renamed.wait(30)
    assert read_entry(os.getpid()) == before
    done.set()
    thread.join(30)


def test_a_process_that_does_not_exist_has_no_entry() -> None:
    with python("print(0, flush=True)") as (process, _):
        pass
    assert read_entry(process.pid) is None
    assert read_entry(2**22 + 1) is None


@pytest.mark.parametrize("content", [b"", b"7 (x) S", b"7 (x) S one two", b"7 (x) S 1 " + b"x " * 40])
def test_a_file_that_makes_no_sense_has_no_entry(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(procfd, "open", lambda *_: io.BytesIO(content), raising=False)
    assert read_entry(7) is None


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_elsewhere_psutil_is_asked(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    entry = read_entry(os.getpid())
    told = psutil.Process()
    assert entry == Entry(os.getpid(), os.getppid(), told.name(), told.create_time())


def test_a_process_that_refuses_is_there_without_a_name_or_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: psutil.Process) -> str:
        raise psutil.AccessDenied

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(psutil.Process, "status", refuse)
    assert read_entry(os.getpid()) == Entry(os.getpid(), 0, "?", None)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(1.0, 1.0, True), (1.0, 1.004, True), (1.0, 1.01, False), (None, None, False), (None, 1.0, False)],
)
def test_two_unknown_start_times_are_not_the_same(one: float | None, other: float | None, same: bool) -> None:
    assert same_start(one, other) is same


@pytest.mark.parametrize(
    ("parent", "young", "precedes_it"),
    [(1.0, 2.0, True), (2.0, 2.0, True), (3.0, 2.0, False), (None, 2.0, True), (3.0, None, True)],
)
def test_a_parent_is_not_younger_than_its_child(parent: float | None, young: float | None, precedes_it: bool) -> None:
    assert precedes(Entry(1, 0, "parent", parent), Entry(2, 1, "child", young)) is precedes_it
