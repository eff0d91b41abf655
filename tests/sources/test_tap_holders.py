"""The processes that share a socket: found in all when it is new, and in new ones at each look."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tcpview_tui.sources import procfd
from tests.sources.net import answer, child, linux, python, tell

if sys.platform == "linux":
    from tcpview_tui.sources.tap_holders import AGAIN, WALKS, TapHolders

pytestmark = linux
PROC = Path("/proc")
TAKES = """
import os, socket, sys
print(flush=True)
with socket.socket(fileno=int(sys.argv[1])) as end:
    _, (taken,), _, _ = socket.recv_fds(end, 1, 1)
print(flush=True)
input()
os.close(taken)
print(flush=True)
input()
"""


class Looks:
    """Looks at real processes, and knows whose open files each look went through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: set[int] = set()
        self.holders, self._numbers = TapHolders(PROC), procfd.numbers
        monkeypatch.setattr(procfd, "numbers", self._noted)

    def look(self, *inodes: int) -> list[set[int]]:
        self.read = set()
        found = self.holders.look(set(inodes))
        return [set(found[inode]) for inode in inodes]

    def _noted(self, directory: str) -> set[int]:
        self.read.add(int(directory.split("/")[2]))
        return self._numbers(directory)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


@contextmanager
def sockets() -> Iterator[tuple[int, int]]:
    """The inodes of two that this process has."""
    one, other = socket.socketpair()
    with one, other:
        yield os.fstat(one.fileno()).st_ino, os.fstat(other.fileno()).st_ino


def test_a_steady_look_reads_holders_and_new_processes_alone(looks: Looks) -> None:
    me = os.getpid()
    with sockets() as (one, other), child("cat") as bystander:
        assert looks.look(one) == [{me}]
        assert bystander.pid in looks.read
        assert looks.look(one) == [{me}]
        assert {me} <= looks.read
        assert bystander.pid not in looks.read
        with child("cat", pass_fds=[]) as new:
            assert looks.look(one) == [{me}]
            assert new.pid in looks.read
            assert bystander.pid not in looks.read
        assert looks.look(one, other) == [{me}, {me}]
        assert bystander.pid in looks.read


def test_without_sockets_nothing_is_read(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfd, "pids", lambda _: pytest.fail("the processes were listed"))
    assert looks.look() == []
    assert looks.read == set()


def test_who_was_handed_a_socket_is_found_in_the_end(looks: Looks) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket() as handed:
        inode = os.fstat(handed.fileno()).st_ino
        with python(TAKES, str(theirs.fileno()), pass_fds=[theirs.fileno()]) as (process, _):
            assert looks.look(inode) == [{os.getpid()}]
            socket.send_fds(ours, [b"x"], [handed.fileno()])
            answer(process)
            told = [looks.look(inode) for _ in range(AGAIN)]
            assert told[-1] == [{os.getpid(), process.pid}]
            assert [{os.getpid()}] in told
            tell(process)
            answer(process)
            assert looks.look(inode) == [{os.getpid()}]


def test_a_socket_of_nobody_is_not_sought_for_ever(looks: Looks) -> None:
    with child("cat") as bystander:
        walks = []
        for _ in range(AGAIN - 1):
            assert looks.look(1) == [set()]
            walks.append(bystander.pid in looks.read)
        assert walks == [True] * WALKS + [False] * (AGAIN - 1 - WALKS)


def test_a_socket_that_left_its_holder_is_sought_again(looks: Looks) -> None:
    one, other = socket.socketpair()
    with child("cat", pass_fds=[other.fileno()]) as heir, other, one:
        inode = os.fstat(other.fileno()).st_ino
        assert looks.look(inode) == [{os.getpid(), heir.pid}]
        other.close()
        assert looks.look(inode) == [{heir.pid}]


def test_who_does_not_tell_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "7/fd").mkdir(parents=True)
    holders = TapHolders(tmp_path)
    assert holders.look({5}) == {5: set()}
    assert holders.sees_all

    def refused(_: str) -> set[int]:
        raise PermissionError

    monkeypatch.setattr(procfd, "numbers", refused)
    holders.look({5})
    assert not holders.sees_all
    (tmp_path / "7/fd").rmdir()
    (tmp_path / "7").rmdir()
    holders.look({5})
    assert holders.sees_all
