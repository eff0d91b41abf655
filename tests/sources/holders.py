"""Who holds which socket, asked as a source asks it, and what that costs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tcpview_tui.sources import procfd
from tcpview_tui.sources.owners import Owners
from tests.fakes import FakeClock

ME = os.getpid()
FOREVER = 60.0


def inode(of: socket.socket | int) -> int:
    return os.fstat(of if isinstance(of, int) else of.fileno()).st_ino


def pids(*processes: int) -> tuple[int, ...]:
    return tuple(sorted(processes))


class Watch:
    """An `Owners` that is told of these sockets as a source would tell it: each is fresh once."""

    def __init__(self, bound: float = FOREVER, **options: Path) -> None:
        self.clock = FakeClock()
        self.owners = Owners(self.clock, bound=bound, **options)
        self.alive: set[int] = set()
        self.changed: set[int] = set()

    def look(self, *alive: int, seconds: float = 1.0) -> list[tuple[int, ...]]:
        """Look a second later; return the holders of each."""
        self.clock.advance(seconds)
        fresh = set(alive) - self.alive
        self.alive = set(alive)
        self.changed = set(self.owners.look(self.alive, fresh))
        return [self.owners.holders(each) for each in alive]

    def find(self, of: int, holders: tuple[int, ...], looks: int = 200) -> None:
        """Look until the socket has these holders."""
        for _ in range(looks):
            if self.look(*self.alive | {of}) and self.owners.holders(of) == holders:
                return
        raise AssertionError(f"{self.owners.holders(of)} is not {holders} after {looks} looks")


class Counted:
    """Counts the descriptors of one process that are followed, and how often they are listed."""

    def __init__(self, patch: pytest.MonkeyPatch, of: str = f"/proc/{ME}/fd") -> None:
        self.followed = self.listed = 0
        inode, numbers = procfd.socket_inode, procfd.numbers

        def follow(number: int, directory: int) -> int | None:
            self.followed += str(Path(f"/proc/self/fd/{directory}").readlink()).startswith(of)
            return inode(number, directory)

        def list_(directory: str) -> set[int]:
            self.listed += directory.startswith(of)
            return numbers(directory)

        patch.setattr(procfd, "socket_inode", follow)
        patch.setattr(procfd, "numbers", list_)

    def reset(self) -> None:
        self.followed = self.listed = 0


@contextmanager
def sockets(number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket.socket()) for _ in range(number)]


def proc(root: Path, pid: int, started: int, *inodes: int) -> None:
    """A process in a /proc of this test's making."""
    directory = root / str(pid) / "fd"
    directory.mkdir(parents=True)
    for number, each in enumerate(inodes):
        (directory / str(number)).symlink_to(f"socket:[{each}]")
    fields = " ".join(["S", "1", *"0" * 17, str(started)])
    (root / str(pid) / "stat").write_text(f"{pid} (a) b) {fields} 0 0\n")
