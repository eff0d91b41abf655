"""Processes that may not be looked into, or are hidden."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from tcpview_tui.sources.owners import Owners
from tests.fakes import FakeClock
from tests.sources.holders import Watch, inode, sockets
from tests.sources.net import linux, root, until

pytestmark = linux
NOBODY = 65534


def as_nobody(foreign: int) -> bytes:
    """What another user sees of the own socket and of one of this process."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    with sockets(1) as (one,):
        watch = Watch()
        own, others = watch.look(inode(one), foreign)
        return repr((watch.owners.refused > 0, own == (os.getpid(),), others)).encode()


@root
def test_an_ordinary_user_sees_the_own_sockets_and_how_many_processes_refuse() -> None:
    readable, writable = os.pipe()
    with sockets(1) as (one,):
        foreign = inode(one)
        offspring = os.fork()
        if not offspring:
            with suppress(BaseException):
                one.close()
                os.write(writable, as_nobody(foreign))
            os._exit(0)
        os.close(writable)
        with open(readable, "rb") as answers:  # noqa: PTH123 - a pipe has no path
            assert answers.read() == b"(True, True, ())"
        os.waitpid(offspring, 0)


def refusing() -> int:
    """How many processes have open files that may not be followed, counted in the plainest way."""
    found = 0
    for process in Path("/proc").glob("[0-9]*/fd"):
        try:
            next(iter(process.iterdir())).readlink()
        except PermissionError:
            found += process.stat().st_size > 0
        except (OSError, StopIteration):
            continue
    return found


def test_the_processes_that_refuse_are_those_that_refuse_a_plain_look() -> None:
    watch = Watch()

    def agrees() -> bool:
        watch.look()
        return watch.owners.refused == refusing()

    until(agrees)


def test_a_process_of_another_namespace_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "ns" / "pid").touch()
    assert Owners(FakeClock(), tmp_path).hidden


def test_a_proc_that_hides_pid_1_hides_processes(tmp_path: Path) -> None:
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "ns" / "pid").symlink_to("/proc/self/ns/pid")
    assert Owners(FakeClock(), tmp_path).hidden
