"""The open files of one process, read again only as far as needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from tcpview_tui.sources import procfd

if TYPE_CHECKING:
    from tcpview_tui.sources.holders import Holders

YOUNG = 5.0
"""Seconds during which a descriptor is followed at each look: a server hands a connection to a child soon, or never."""

_UNREAD = -1


class Descriptors:
    """The descriptors of a process: what each was when it was last followed. The sockets among them stand in `holders`.

    Nothing here raises OSError: a process that ended has no descriptors, and one that may not be read is `refused`.
    """

    def __init__(self, pid: int, proc: str, holders: Holders, counted: bool) -> None:
        self.pid = pid
        self.inodes: dict[int, int] = {}
        """Descriptor -> inode of the socket that it is; 0 for anything else."""
        self.count = 0
        """How many there were when `look` was called; 0 unless `counted`, see `procfd.counts_files`."""
        self.refused = False
        self.tried = self.listed = 0
        """The numbers of the looks that read here, and that listed all of them, last."""
        self._process = f"{proc}/{pid}"
        self._directory = f"{proc}/{pid}/fd"
        self._holders = holders
        self._counted = counted
        self._alone = (pid,)
        self._node = 0
        self._started = b""
        self._settled = _UNREAD
        self._since: dict[int, float] = {}

    @property
    def is_complete(self) -> bool:
        """False when there are descriptors that were never followed, or some are gone."""
        return not self._counted or self.refused or self.count == len(self.inodes)

    @property
    def may_hold(self) -> bool:
        """False when it is known without reading that there are none: a kernel thread, or a process that ended."""
        return self.count > 0 or not self._counted

    def look(self) -> bool:
        """Return whether the process opened or closed files since they were read, or is another one with its pid.

        Where files are not `counted`, only the latter is told. The kernel gives the directory another inode when it is
        another process, or when it had forgotten the inode: the start time tells which.
        """
        try:
            status = os.stat(self._directory)  # noqa: PTH116 - called for each process at each look
        except OSError as error:
            self.clear()
            self.refused = isinstance(error, PermissionError)  # proc is mounted with hidepid=1
            return False
        self.count = status.st_size if self._counted else 0
        if status.st_ino != self._node:
            self._node = status.st_ino
            self._compare_start()
        if not self.may_hold:
            self.clear()
        if self._settled != self.count:
            self._settled = _UNREAD
        return self.may_hold and self._settled == _UNREAD

    def _compare_start(self) -> None:
        started = procfd.start_time(self._process)
        if started != self._started:
            self._started = started
            self.clear()

    def settle(self) -> None:
        """Note that all was read that is to be read: `look` is false until the number of open files is another."""
        self._settled = len(self.inodes) if self._counted and not self.refused else self.count

    def clear(self) -> None:
        """Forget everything: the process ended, or does not tell any more."""
        for number in list(self.inodes):
            self._set(number, None)
        self._settled = _UNREAD
        self.refused = False

    def doubtful(self, alive: Container[int], seen: Container[int], most: int = sys.maxsize) -> list[int]:
        """Return what may be something else now: all but the only descriptor of a socket that is still alive.

        A closed descriptor of a socket that is alive means that another one holds it. When they are more than `most`,
        those are left out that were never `seen` alive: files, and sockets of other families and namespaces.
        """
        shared = self._holders.shared
        doubted = [number for number, inode in self.inodes.items() if inode not in alive or inode in shared]
        return doubted if len(doubted) <= most else [number for number in doubted if self.inodes[number] in seen]

    def ended(self, alive: Container[int], seen: Container[int]) -> list[int]:
        """Return what was a socket that was `seen` alive and is not any more."""
        return [number for number, inode in self.inodes.items() if inode not in alive and inode in seen]

    def young(self, now: float, most: int) -> list[int]:
        """Return the descriptors that led to their socket for the first time less than `YOUNG` ago, latest first."""
        if now - next(iter(self._since.values()), now) >= YOUNG:
            self._since = {number: since for number, since in self._since.items() if now - since < YOUNG}
        return list(islice(reversed(self._since), most))

    def likely(self) -> list[int]:
        """Return the numbers that new descriptors most likely have: the lowest that are free (open(2)).

        To follow a few costs far less than to list ten thousands. Too many free ones mean that none is likely.
        """
        missing = self.count - len(self.inodes)
        free = set(range(self.count)) - self.inodes.keys() if missing > 0 else ()
        return sorted(free) if len(free) <= 2 * missing else []

    def unknown(self) -> list[int]:
        """List all descriptors: drop what is gone, return what was never followed."""
        numbers: set[int] = set()
        with self._answering():
            numbers = procfd.numbers(self._directory)
            self.refused = False
        for number in self.inodes.keys() - numbers:
            self._set(number, None)
        return sorted(numbers - self.inodes.keys())

    def follow(self, numbers: Iterable[int], now: float) -> None:
        """Read where these descriptors lead."""
        with self._answering(), procfd.opened(self._directory) as directory:
            for number in numbers:
                inode = procfd.socket_inode(number, directory)
                if inode != self.inodes.get(number):
                    self._set(number, inode)
                    if inode:
                        self._since[number] = now
            if self.pid == os.getpid():
                self._set(directory, None)  # this very look

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.clear()
            self.refused = isinstance(error, PermissionError)  # another user's; or not dumpable (ptrace(2))

    def _set(self, number: int, inode: int | None) -> None:
        before = self.inodes.get(number)
        if before:
            self._holders.remove(before, self.pid)
            self._since.pop(number, None)
        if inode is None:
            self.inodes.pop(number, None)
            return
        self.inodes[number] = inode
        if inode:
            self._holders.add(inode, self._alone)
