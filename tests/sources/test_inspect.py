"""A closer look at real processes: this one, a child, one that ended, one of another user."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryFile

import psutil
import pytest

from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Process
from tcpview_tui.sources import inspect as module
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.inspect import inspect
from tcpview_tui.sources.proctable import read_entry
from tcpview_tui.sources.psutil_source import PsutilSource
from tcpview_tui.text import safe_bytes
from tests.fakes import FakeClock
from tests.sources.net import answer, child, linux, python

ROOT = Path(__file__).parents[2]
WAITS = "print(0, flush=True); input()"
UNPRIVILEGED = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from tcpview_tui.model.inspection import Absence
from tcpview_tui.model.process import Process
from tcpview_tui.sources.inspect import inspect
from tcpview_tui.sources.proctable import read_entry
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
entry = read_entry(1)
found = inspect(Process(1, entry.started, entry.name))
print(json.dumps([found.directory is Absence.REFUSED, found.threads, found.files is Absence.GONE]), flush=True)
"""


def known(pid: int) -> Process:
    entry = read_entry(pid)
    assert entry
    return Process(pid, entry.started, entry.name)


def number(answer: object) -> int:
    assert isinstance(answer, int)
    return answer


def facts(inspection: Inspection) -> set[object]:
    names = {field.name for field in fields(inspection)} - {"identity", "dossier"}
    return {getattr(inspection, name) for name in names}


def test_this_process_is_described() -> None:
    me = known(os.getpid())
    found, told = inspect(me), psutil.Process()
    assert found.identity == me.identity
    assert found.directory == str(Path.cwd())
    assert found.threads == told.num_threads()
    assert found.status in {psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING}
    assert number(found.memory) > 1 << 20
    assert isinstance(found.cpu, float)
    assert 0 < found.cpu <= sum(told.cpu_times()[:2])


@pytest.mark.skipif(sys.platform == "win32", reason="counts handles")
def test_files_and_threads_are_counted_as_they_come() -> None:
    me = known(os.getpid())
    before = inspect(me)
    done = threading.Event()
    with ExitStack() as stack:
        thread = threading.Thread(target=done.wait)
        thread.start()
        stack.callback(thread.join)
        stack.callback(done.set)
        for _ in range(10):
            stack.enter_context(TemporaryFile())
        after = inspect(me)
    assert number(after.files) == number(before.files) + 10
    assert number(after.threads) == number(before.threads) + 1


@linux
def test_a_kernel_that_does_not_count_them_has_them_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with python(WAITS) as (process, _):
        counted = inspect(known(process.pid)).files
        monkeypatch.setattr(os, "stat", lambda _: os.stat_result([0] * 10))
        assert inspect(known(process.pid)).files == counted == 3


def test_a_process_that_ended_is_gone() -> None:
    with python(WAITS) as (process, _):
        there = known(process.pid)
        assert inspect(there).threads == 1
    found = inspect(there)
    assert facts(found) == {Absence.GONE}
    assert found.identity == there.identity


@linux
def test_a_zombie_tells_what_is_left_of_it() -> None:
    with child(sys.executable, "-c", "pass") as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        found = inspect(known(process.pid))
    assert (found.status, found.directory) == (psutil.STATUS_ZOMBIE, Absence.GONE)


def test_a_reused_pid_is_never_described() -> None:
    me = known(os.getpid())
    assert me.started is not None
    assert facts(inspect(replace(me, started=me.started - 100))) == {Absence.GONE}


def test_without_a_start_time_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    me = known(os.getpid())
    entry = read_entry(me.pid)
    assert entry
    assert facts(inspect(replace(me, started=None))) == {Absence.UNTOLD}
    monkeypatch.setattr(module, "read_entry", lambda _: replace(entry, started=None))
    assert facts(inspect(me)) == {Absence.UNTOLD}


def test_the_source_and_its_sampler_look_at_the_same_process() -> None:
    me = known(os.getpid())
    sampler = Sampler(PsutilSource(), FakeClock())
    assert sampler.inspect(me).directory == PsutilSource().inspect(me).directory == str(Path.cwd())


def test_a_pid_that_is_reused_while_it_is_read_is_not_described(monkeypatch: pytest.MonkeyPatch) -> None:
    me = known(os.getpid())
    entry = read_entry(me.pid)
    assert entry
    assert me.started is not None
    looks = iter([entry, replace(entry, started=me.started + 1)])
    monkeypatch.setattr(module, "read_entry", lambda _: next(looks))
    assert facts(inspect(me)) == {Absence.GONE}


@linux
def test_an_ordinary_user_is_refused_what_belongs_to_another() -> None:
    with child(sys.executable, "-c", UNPRIVILEGED, str(ROOT)) as process:
        refused, threads, gone = json.loads(answer(process))
    assert refused
    assert threads >= 1
    assert not gone


@linux
@pytest.mark.parametrize("name", [b"\x1b]52;c;QQ==\x07", b"two\nlines", b"\xff", "\u202egnp".encode(), b"[red]x"])
def test_a_hostile_directory_is_visible_text(name: bytes, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/" + name
    Path(os.fsdecode(path)).mkdir()
    with python(WAITS, cwd=path) as (process, _):
        assert inspect(known(process.pid)).directory == safe_bytes(path)


@linux
def test_a_directory_that_was_deleted_says_so(tmp_path: Path) -> None:
    path = tmp_path / "work"
    path.mkdir()
    with python(WAITS, cwd=path) as (process, _):
        shutil.rmtree(path)
        assert inspect(known(process.pid)).directory == f"{path} (deleted)"


@pytest.mark.parametrize(
    ("error", "absence"),
    [
        (psutil.AccessDenied(1), Absence.REFUSED),
        (psutil.ZombieProcess(1), Absence.GONE),
        (psutil.NoSuchProcess(1), Absence.GONE),
        (PermissionError(), Absence.REFUSED),
        (OSError(), Absence.UNTOLD),
        (NotImplementedError(), Absence.UNTOLD),
        (ValueError(), Absence.UNTOLD),
    ],
)
def test_one_fact_that_fails_leaves_the_others(
    error: Exception, absence: Absence, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: psutil.Process) -> int:
        raise error

    monkeypatch.setattr(psutil.Process, "num_threads", fail)
    found = inspect(known(os.getpid()))
    assert found.threads is absence
    assert found.directory == str(Path.cwd())


@pytest.mark.skipif(sys.platform == "win32", reason="counts handles")
def test_elsewhere_psutil_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    found = inspect(known(os.getpid()))
    assert (found.directory, found.files) == (str(Path.cwd()), psutil.Process().num_fds())


def test_on_windows_handles_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    me = known(os.getpid())
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(psutil.Process, "num_handles", lambda _: 77, raising=False)
    assert inspect(me).files == 77
