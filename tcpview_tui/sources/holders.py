"""Which processes hold which socket, and for which of them that differs from what was last told."""

from __future__ import annotations

from collections.abc import Iterator


class Holders:
    """Socket inode -> pids, one for each descriptor that leads to the socket.

    The pids come and go as tuples: the sockets of a process that it shares with no other all have the same one.
    """

    def __init__(self) -> None:
        self.shared: set[int] = set()
        """The inodes that more than one descriptor leads to."""
        self._links: dict[int, tuple[int, ...]] = {}
        self._before: dict[int, tuple[int, ...]] = {}

    def __contains__(self, inode: int) -> bool:
        return inode in self._links

    def get(self, inode: int) -> tuple[int, ...]:
        """Return the pids that hold the socket, each once, lowest first; empty when none is known."""
        return _distinct(self._links.get(inode, ()))

    def add(self, inode: int, pid: tuple[int]) -> None:
        """Note one more descriptor of the process."""
        links = self._links.get(inode, ())
        self._before.setdefault(inode, links)
        if links:
            self.shared.add(inode)
        self._links[inode] = links + pid if links else pid

    def remove(self, inode: int, pid: int) -> None:
        """Take one descriptor of the process away."""
        links = self._links[inode]
        self._before.setdefault(inode, links)
        if len(links) == 1:
            del self._links[inode]
            return
        at = links.index(pid)
        self._links[inode] = links[:at] + links[at + 1 :]
        if len(links) == 2:
            self.shared.discard(inode)

    def orphans(self) -> Iterator[int]:
        """The inodes that lost their last holder since `take_changes`."""
        return (inode for inode in self._before if inode not in self._links)

    def take_changes(self) -> set[int]:
        """Return the inodes whose holders are others than at the last call."""
        before, self._before = self._before, {}
        return {inode for inode, links in before.items() if _distinct(links) != self.get(inode)}


def _distinct(links: tuple[int, ...]) -> tuple[int, ...]:
    return links if len(links) < 2 else tuple(sorted(set(links)))
