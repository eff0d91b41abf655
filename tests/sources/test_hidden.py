"""Processes that are taken out of a list, for real where that is harmless; and all those that are not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import HiddenProcess
from tcpview_tui.sources import procfd
from tests.fakes import EPOCH, FakeClock
from tests.sources.net import linux, python, root

if sys.platform == "linux":
    from tcpview_tui.sources.hidden import HiddenProcesses, answering

pytestmark = linux
SLEEPS = "print(flush=True); input()"
LOOKS = """
import encodings.ascii, os, sys  # the program of root may be closed to another user
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.hidden import HiddenProcesses
if len(sys.argv) > 1:
    os.setuid(int(sys.argv[1]))
found = HiddenProcesses(SystemClock(), at_once=1 << 22).look()
print([each[:4] for each in found] if isinstance(found, tuple) else found.reason)
"""
ALL = 1 << 22


def fake(folder: Path, *listed: int, newest: int = 9, mounts: str = "", capable: bool = True) -> Path:
    """A /proc with these processes, in which the last process id given out is `newest`."""
    own = folder / str(os.getpid())
    own.mkdir()
    (folder / "self").symlink_to(own.name)
    (own / "mountinfo").write_text(mounts)
    (own / "status").write_text(f"CapEff:\t{(1 << 19) * capable:016x}\n")
    (folder / "loadavg").write_text(f"0.0 0.0 0.0 1/100 {max(newest, os.getpid())}\n")
    (folder / "sys/kernel").mkdir(parents=True)
    (folder / "sys/kernel/pid_max").write_text("32768\n")
    for pid in listed:
        (folder / str(pid)).mkdir()
    return folder


class Kernel:
    """Tells which ids answer, and remembers who was asked for."""

    def __init__(self, *there: int) -> None:
        self.there = set(there)
        self.asked: list[int] = []

    def __call__(self, pids: Iterable[int]) -> set[int]:
        pids = list(pids)
        self.asked += pids
        return self.there.intersection(pids)


def look(folder: Path, kernel: Kernel) -> tuple[HiddenProcess, ...]:
    found = HiddenProcesses(FakeClock(), folder, kernel, ALL).look()
    assert not isinstance(found, Unread)
    return found


def in_own_mounts(script: str) -> str:
    """What a shell script prints in namespaces of its own for mounts."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare(1)")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", script, "sh", sys.executable, LOOKS], capture_output=True, text=True, check=False
    )
    if done.returncode and "Operation not permitted" in done.stderr:
        pytest.skip("needs the right to mount")
    assert not done.returncode, done.stderr
    return done.stdout.strip()


def test_nothing_hides_here_while_processes_and_threads_come_and_go() -> None:
    hidden, done = HiddenProcesses(FakeClock(), at_once=ALL), threading.Event()
    threads = [threading.Thread(target=done.wait) for _ in range(20)]
    for thread in threads:
        thread.start()
    try:
        tids = {thread.native_id or 0 for thread in threads}
        assert answering(tids) == tids
        for _ in range(5):
            with subprocess.Popen(["true"]):
                assert hidden.look() == ()
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_a_process_that_the_list_lacks_is_found_with_its_name_and_program(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, pids = FakeClock(), procfd.pids
    with python(SLEEPS) as (process, _):
        hidden = HiddenProcesses(clock, at_once=ALL)
        monkeypatch.setattr(procfd, "pids", lambda proc: pids(proc) - {process.pid})
        program = str(Path(f"/proc/{process.pid}/exe").readlink())
        command = Path(f"/proc/{process.pid}/comm").read_text().strip()
        assert hidden.look() == (HiddenProcess(process.pid, "", command, program, EPOCH, EPOCH, 1),)
        clock.advance(60)
        assert hidden.look() == (HiddenProcess(process.pid, "", command, program, EPOCH, EPOCH + 60, 2),)
    assert hidden.look() == ()


@root
def test_a_process_that_is_covered_by_a_mount_is_found() -> None:
    told = in_own_mounts('sleep 60 & mount -t tmpfs none /proc/$!; echo $!; "$1" -c "$2"; umount /proc/$!; kill $!')
    pid, _, found = told.partition("\n")
    assert ast.literal_eval(found) == [(int(pid), "tmpfs of none", "", "")]


@root
def test_where_proc_hides_processes_only_root_says_something() -> None:
    looks = 'mount -t proc -o hidepid=2 proc /proc; "$1" -c "$2"; "$1" -c "$2" 65534'
    as_root, _, as_nobody = in_own_mounts(looks).partition("\n")
    assert as_root == "[]"
    assert "hidepid=" in as_nobody
    assert "all but root" in as_nobody


@root
def test_a_proc_of_another_process_namespace_says_nothing() -> None:
    assert "another process namespace" in in_own_mounts('unshare -p -f "$1" -c "$2"')


def test_a_process_without_any_directory_hides_all_the_same(tmp_path: Path) -> None:
    (found,) = look(fake(tmp_path, 1, 2), Kernel(1, 2, 7))
    assert (found.pid, found.command, found.executable) == (7, "", "")


def test_threads_and_what_is_not_to_be_told_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc = fake(tmp_path, 1)
    for pid, owner in ((7, 1), (8, 8)):
        (proc / str(pid)).mkdir()
        (proc / f"{pid}/status").write_text(f"Name:\tx\x1b\nTgid:\t{owner}\nPid:\t{pid}\n")
    monkeypatch.setattr(procfd, "pids", lambda _: {1})
    (found,) = look(proc, Kernel(1, 7, 8))
    assert (found.pid, found.command) == (8, "x\\x1b")


def test_whose_status_is_refused_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.parent.name == "7":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert look(fake(tmp_path, 1), Kernel(1, 7)) == ()


@root
def test_a_refused_signal_is_an_answer() -> None:
    asks = "import os\nfrom tcpview_tui.sources.hidden import answering\nos.setuid(65534)\nprint(answering([1]))"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert told.stdout == "{1}\n"


@pytest.mark.parametrize("ends_at", [1, 2])
def test_a_process_that_starts_or_ends_meanwhile_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends_at: int
) -> None:
    """Listed or ended once it has answered: at the first list or at the second."""
    kernel, lists = Kernel(7), 0

    def listed(_: str) -> set[int]:
        nonlocal lists
        lists += 1
        if lists > ends_at:  # the first list is for the range of ids
            kernel.there.clear()
        return {1}

    monkeypatch.setattr(procfd, "pids", listed)
    assert look(fake(tmp_path, 1), kernel) == ()


def test_ids_are_asked_in_slices_up_to_the_last_one_given_out(tmp_path: Path) -> None:
    last = os.getpid() + 10
    half, kernel = (last + 1) // 2, Kernel()
    hidden = HiddenProcesses(FakeClock(), fake(tmp_path, newest=last), kernel, half)
    for _ in range(3):
        assert hidden.look() == ()
    assert kernel.asked == [*range(1, last + 1), *range(1, half + 1)]


def test_what_was_found_is_asked_for_at_each_look_whosever_turn_it_is(tmp_path: Path) -> None:
    hidden = HiddenProcesses(FakeClock(), fake(tmp_path), Kernel(2), 2)
    looks = [hidden.look() for _ in range(3)]
    assert [[(each.pid, each.looks) for each in found] for found in looks if isinstance(found, tuple)] == [
        [(2, 1)], [(2, 2)], [(2, 3)],
    ]  # fmt: skip


def test_once_ids_began_anew_all_are_asked(tmp_path: Path) -> None:
    kernel = Kernel()
    look(fake(tmp_path, 30_000 + os.getpid(), newest=9), kernel)
    assert kernel.asked == list(range(1, 32_769))


@pytest.mark.parametrize(
    ("option", "capable", "is_told"),
    [("hidepid=invisible", True, True), ("hidepid=invisible", False, False), ("nosuid", False, True)],
)
def test_hidepid_hides_from_those_without_the_right_only(
    tmp_path: Path, option: str, capable: bool, is_told: bool
) -> None:
    mounts = f"1 1 0:1 / {tmp_path} rw - proc proc rw,{option}\n"
    found = HiddenProcesses(FakeClock(), fake(tmp_path, mounts=mounts, capable=capable), Kernel()).look()
    assert isinstance(found, tuple) is is_told


def test_no_proc_and_one_that_makes_no_sense_tell_nothing(tmp_path: Path) -> None:
    assert HiddenProcesses(FakeClock(), tmp_path, Kernel()).look() == Unread("There is no /proc to compare with.")
    (fake(tmp_path) / "loadavg").write_text("nonsense")
    assert isinstance(HiddenProcesses(FakeClock(), tmp_path, Kernel()).look(), Unread)
