"""All processes that have some sockets open, by /proc/PID/fd: there can be several after fork(2) or SCM_RIGHTS."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from tcpview_tui.sources import procfd

if TYPE_CHECKING:
    from pathlib import Path

WALKS = 3
"""Times the open files of all processes are gone through for a socket that nobody is seen to have."""

AGAIN = 10
"""Looks after which all are gone through again: who was handed a socket later (unix(7), SCM_RIGHTS) shows no sign.

Nor does a process with the number of one that has ended since the last look.
"""


class TapHolders:
    """Seeks the processes of a few sockets: in all when one is new, else where they were and in new processes."""

    def __init__(self, proc: Path) -> None:
        self._proc = str(proc)
        self._hides = procfd.hides_processes(proc)
        self._holders: dict[int, set[int]] = {}
        self._walks: dict[int, int] = {}
        self._known: set[int] = set()
        self._refused: set[int] = set()
        self._looks = 0

    @property
    def sees_all(self) -> bool:
        """Whether all processes are shown, and told their open files."""
        return not self._refused and not self._hides

    def look(self, inodes: Collection[int]) -> Mapping[int, Collection[int]]:
        """Return the pids that have each of the sockets open. Raises OSError without a /proc.

        Costs 5 microseconds for each open file that is followed.
        """
        before = {pid for pids in self._holders.values() for pid in pids}
        self._holders = {inode: set() for inode in inodes}
        self._walks = {inode: self._walks.get(inode, 0) for inode in inodes}
        if not inodes:
            self._known, self._looks = set(), 0
            return self._holders
        pids = procfd.pids(self._proc)
        likely = (pids - self._known) | (pids & before)
        self._known, self._refused = pids, self._refused & pids
        self._follow(likely)
        if self._is_walk_due():
            self._follow(pids - likely)
        return self._holders

    def _is_walk_due(self) -> bool:
        """Say whether all are to be gone through, and count it."""
        self._looks += 1
        sought = [inode for inode, pids in self._holders.items() if self._walks[inode] < (1 if pids else WALKS)]
        for inode in sought:
            self._walks[inode] += 1
        return bool(sought) or not self._looks % AGAIN

    def _follow(self, pids: Iterable[int]) -> None:
        for pid in pids:
            for inode in self._open(pid) & self._holders.keys():
                self._holders[inode].add(pid)

    def _open(self, pid: int) -> set[int]:
        """Return the inodes of all sockets that a process has open; none when it has ended."""
        path = f"{self._proc}/{pid}/fd"
        self._refused.discard(pid)
        try:
            with procfd.opened(path) as folder:
                return {procfd.socket_inode(number, folder) or 0 for number in procfd.numbers(path)}
        except PermissionError:
            self._refused.add(pid)
        except OSError:
            pass
        return set()
