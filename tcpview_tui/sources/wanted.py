"""The sockets that no process is seen to hold, and when it is worth going through all processes for them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.sources.holders import Holders

_WALKS = 3
"""Walks that may end without the holder of a socket: after that the kernel has it, or somebody who is not shown."""

_LONGEST_PAUSE = 8
"""Looks between two walks. Each walk that finds nothing doubles the pause up to here."""


class Wanted:
    """Socket inodes to be sought. A walk goes through all processes, in one look or in several."""

    def __init__(self, holders: Holders) -> None:
        self.walk = 0
        """The number of the look in which the walk began that is under way; 0 when none is."""
        self.is_thorough = False
        """Whether this walk is to follow every descriptor: one before has not found everything."""
        self._holders = holders
        self._walks: dict[int, int] = {}
        self._next = 0
        self._pause = 1

    def __contains__(self, inode: int) -> bool:
        return inode in self._walks

    def add(self, inodes: Iterable[int]) -> None:
        """Seek these from now on."""
        self._walks.update((inode, 0) for inode in inodes if inode not in self._walks)

    def missing(self, alive: Container[int]) -> list[int]:
        """Return what is still worth seeking; what ended or was found is forgotten."""
        self.add(self._holders.orphans())
        self._walks = {
            inode: walks for inode, walks in self._walks.items() if inode in alive and inode not in self._holders
        }
        if not self._walks:
            self.walk = 0
        return list(self._walks)

    def may_walk(self, look: int, at_once: bool) -> bool:
        """Return whether a walk is under way, or begin one: `at_once`, or unless those before call for a pause."""
        if not self.walk and (at_once or look >= self._next):
            self.walk = look
            self.is_thorough = any(self._walks.values())
        return self.walk > 0

    def end_walk(self, look: int) -> None:
        """Note that all processes were gone through, or that nothing was missing any more; give up what stays so."""
        left = {inode: walks + 1 for inode, walks in self._walks.items() if inode not in self._holders}
        self._pause = 1 if len(left) < len(self._walks) else min(2 * self._pause, _LONGEST_PAUSE)
        self._walks = {inode: walks for inode, walks in left.items() if walks < _WALKS}
        self._next = look + self._pause
        self.walk = 0
