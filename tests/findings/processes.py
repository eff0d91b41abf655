"""Real, harmless processes that look like what rules look for, and what a rule says of them. All end again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.findings.evidence import Contact, Evidence, Executable
from tcpview_tui.findings.places import hidden, is_shared, loose, web_root
from tcpview_tui.findings.programs import is_steady
from tcpview_tui.findings.rule import Answer, Hit, Rule, Unknown
from tcpview_tui.model.process import Process
from tcpview_tui.sources.evidence.reader import read
from tcpview_tui.sources.processes import ProcessTable
from tests.sources.net import child, until

NOBODY = 65_534
SHM = Path("/dev/shm")
WAITS = "import sys; print(flush=True); sys.stdin.read()"
"""Python that says when it runs, and ends with its test."""

shm = pytest.mark.skipif(not os.access(SHM, os.W_OK), reason="needs a writable /dev/shm")


def process_of(pid: int) -> Process:
    table = ProcessTable()
    table.begin()
    found = table.get(pid)
    assert found
    return found


def evidence_of(pid: int, *contacts: Contact) -> Evidence:
    """What is read of a process as soon as it has started, which a parent hears before it is so."""
    return until(lambda: _read(pid, contacts))  # type: ignore[no-any-return]


def _read(pid: int, contacts: tuple[Contact, ...]) -> Evidence | None:
    found = read(process_of(pid), contacts)
    assert isinstance(found, Evidence) or "starting" in found.reason, found
    return found if isinstance(found, Evidence) else None


def executable_of(pid: int) -> Executable:
    found = evidence_of(pid).executable
    assert isinstance(found, Executable), found
    return found


def judge(rule: Rule[Evidence], pid: int, *contacts: Contact) -> Answer:
    return rule.check(evidence_of(pid, *contacts))


def marked(rule: Rule[Evidence], pid: int, *contacts: Contact) -> Hit:
    answer = judge(rule, pid, *contacts)
    assert isinstance(answer, Hit), answer
    return answer


def contact(pid: int, after: float = 9.0, remote: str = "203.0.113.7", *, public: bool = True) -> Contact:
    """A remote end that the process was seen connected to, so many seconds after its start."""
    return Contact(remote, 4444, (process_of(pid).started or 0) + after, public)


def refused(rule: Rule[Evidence]) -> Unknown:
    """What a rule says of a process of root to somebody who is not root."""
    with as_nobody():
        answer = judge(rule, 1, contact(1))
    assert isinstance(answer, Unknown), answer
    return answer


@contextmanager
def as_nobody() -> Iterator[None]:
    """Look as a user without rights, which the kernel decides by the effective user."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def folder(place: Path | None = None, name: str = "programs") -> Iterator[Path]:
    """A new folder of that name; without a place, where programs may lie: not in a temporary directory."""
    with tempfile.TemporaryDirectory(prefix="tcpview-tests-", dir=place or _usual()) as made:
        found = Path(made) / name
        found.mkdir(parents=True)
        yield found


def _usual() -> Path:
    for place in (Path.home(), Path.cwd(), Path("/var/lib")):
        path = f"{place}/"
        told = (is_shared(path), is_steady(path), hidden(path), loose(path), web_root(path))
        if os.access(place, os.W_OK) and not any(told):
            return place
    pytest.skip("nowhere to put a program but in a temporary directory")


def copied(program: str, to: Path) -> Path:
    """Copy a program that is installed."""
    source = shutil.which(program)
    assert source
    shutil.copy(Path(source).resolve(), to)
    return to


@contextmanager
def sleeping(program: Path, *argv: str | bytes, **options: Any) -> Iterator[int]:
    """The pid of a copy of sleep(1), with other arguments if any are given, before the last."""
    command = (*(argv or (str(program),)), "600")
    with child(*command, executable=str(program), **options) as process:
        yield process.pid


@contextmanager
def running(program: str, *argv: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own, all of which ends; its streams are pipes unless others are given."""
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options}
    with subprocess.Popen((program, *argv), start_new_session=True, bufsize=0, **streams) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def first_child(pid: int) -> int:
    """Wait until a process has a child that runs a program of its own."""

    def found() -> int | None:
        pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        other = [int(each) for each in pids if _exe(int(each)) != _exe(pid)]
        return other[0] if other else None

    return int(until(found))


def _exe(pid: int) -> Path:
    return Path(f"/proc/{pid}/exe").readlink()
