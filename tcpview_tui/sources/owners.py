"""Who holds which socket, on Linux: nearly free while nothing changes, and found in the end whatever happens."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.sources import procfd
from tcpview_tui.sources.descriptors import Descriptors
from tcpview_tui.sources.holders import Holders
from tcpview_tui.sources.wanted import Wanted

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock

_BATCH = 1000
"""Descriptors followed between two looks at the clock: about a millisecond."""

_CHECKED = 800
"""Descriptors followed at each look without any sign of a change, of the young and of all in turn: 2 ms each."""

_FEW = 1000
"""Files and foreign sockets (Unix, other network namespaces) up to which they are followed when a process changed."""

_OPENING = 10
"""What a process costs to open, in descriptors followed."""


class Owners:
    """Socket inode -> the processes that have it open, by /proc/PID/fd. Used by one thread at a time.

    Read is what changed: processes that are new or whose number of open files is another, and in them what may be
    another file now. A socket that no one is seen to hold after that is sought in all processes. What leaves no such
    sign (a descriptor handed over while another was closed) is found by following young descriptors at each look,
    and all others in turn. A look works for about `bound` seconds; what is left then is `pending`.
    """

    def __init__(self, clock: Clock, proc: Path = Path("/proc"), bound: float = 0.5) -> None:
        self.refused = 0
        """How many processes did not tell their open files at the last look."""
        self.hidden = procfd.hides_processes(proc)
        """Whether there are likely processes that this one is not shown at all."""
        self.pending = False
        """Whether the last look ended at its bound; the next one goes on."""
        self._clock = clock
        self._proc = str(proc)
        self._counted = procfd.counts_files(proc)
        self._bound = bound
        self._holders = Holders()
        self._wanted = Wanted(self._holders)
        self._processes: dict[int, Descriptors] = {}
        self._seen: set[int] = set()
        self._looks = 0
        self._now = self._ends = 0.0
        self._turns = self._all_in_turn()

    def holders(self, inode: int) -> tuple[int, ...]:
        """Return the pids that have the socket open, lowest first; empty when none is known."""
        return self._holders.get(inode)

    def is_sought(self, inode: int) -> bool:
        """Return whether a process may yet be found for a socket that has no holder: not all was gone through for it.

        It turns false by itself: a look that gives a socket up does not return it.
        """
        return inode in self._wanted

    @property
    def processes(self) -> Collection[int]:
        """The pids of all processes there were at the last look."""
        return self._processes.keys()

    def look(self, alive: Collection[int], fresh: Collection[int]) -> set[int]:
        """Look again, and return the inodes of `alive` whose holders are others than before.

        `alive` are the inodes of all sockets there are, quick to ask; `fresh` those of them not in the look before.
        """
        self._looks += 1
        self._now = self._clock.monotonic()
        self._ends = self._now + self._bound
        self.pending = False
        self._remember(alive, fresh)
        known = {inode for inode in fresh if inode in self._holders}
        self._wanted.add(inode for inode in fresh if inode not in known)
        for process in self._changed():
            self.pending |= not self._refresh(process, process.doubtful(alive, self._seen, _FEW))
        self._check_young()
        self._seek(alive)
        self._check_in_turn()
        self._wanted.add(inode for inode in self._holders.orphans() if inode in alive)
        self.refused = sum(process.refused for process in self._processes.values())
        changes = self._holders.take_changes() | known
        return {inode for inode in changes if inode in alive}

    def _remember(self, alive: Collection[int], fresh: Collection[int]) -> None:
        self._seen.update(fresh)
        if len(self._seen) > 2 * len(alive) + _FEW:
            self._seen = {inode for inode in self._seen if inode in alive}

    def _changed(self) -> list[Descriptors]:
        """Return the processes to be read again; first those that the bound kept from it longest."""
        pids = procfd.pids(self._proc)
        for pid in self._processes.keys() - pids:
            self._processes.pop(pid).clear()
        for pid in pids - self._processes.keys():
            self._processes[pid] = Descriptors(pid, self._proc, self._holders, self._counted)
        changed = [process for process in self._processes.values() if process.look()]
        return sorted(changed, key=lambda process: process.tried)

    def _refresh(self, process: Descriptors, doubtful: list[int], everything: bool = False) -> bool:
        """Follow what is doubtful, and what is new when the numbers do not agree. False when the time is over."""
        if self._is_late():
            return False
        process.tried = self._looks
        if not self._follow(process, doubtful) or not self._follow(process, process.likely()):
            return False
        if everything or not process.is_complete:
            if not self._follow(process, process.unknown()):
                return False
            process.listed = self._looks
        process.settle()
        return True

    def _follow(self, process: Descriptors, numbers: list[int]) -> bool:
        for start in range(0, len(numbers), _BATCH):
            if process.refused:
                break
            if self._is_late():
                return False
            process.follow(numbers[start : start + _BATCH], self._now)
        return True

    def _is_late(self) -> bool:
        return self._clock.monotonic() >= self._ends

    def _check_young(self) -> None:
        asked = [(process, process.young(self._now, _CHECKED)) for process in self._processes.values()]
        young = [(process, numbers) for process, numbers in asked if numbers]
        for process, numbers in young:
            self._refresh(process, numbers[: max(1, _CHECKED // len(young))])

    def _seek(self, alive: Collection[int]) -> None:
        """Look everywhere for the holders of sockets that have none: where sockets ended, then in all files."""
        if not self._wanted.missing(alive):
            return
        for process in self._processes.values() if self._counted else ():
            if numbers := process.ended(alive, self._seen):
                self.pending |= not self._refresh(process, numbers)
        missing = self._wanted.missing(alive)
        if missing and self._wanted.may_walk(self._looks, at_once=not self._counted):
            self._walk(alive, missing)

    def _walk(self, alive: Collection[int], missing: list[int]) -> None:
        """Go through all processes that this walk has not seen yet, until nothing is missing or the time is over."""
        ahead = [each for each in self._processes.values() if each.may_hold and each.listed < self._wanted.walk]
        for process in sorted(ahead, key=lambda process: process.tried):
            numbers = list(process.inodes) if self._wanted.is_thorough else process.doubtful(alive, self._seen)
            if not self._refresh(process, numbers, everything=True):
                self.pending = True
                return
            while missing and missing[-1] in self._holders:
                missing.pop()
            if not missing:
                break
        self._wanted.end_walk(self._looks)

    def _check_in_turn(self) -> None:
        work = 0
        while work < _CHECKED and not self._is_late():
            turn = next(self._turns, None)
            if turn is None:
                self._turns = self._all_in_turn()
                return
            process, numbers = turn
            if self._processes.get(process.pid) is process:
                self._refresh(process, numbers, everything=process.refused)
            work += len(numbers) + _OPENING

    def _all_in_turn(self) -> Iterator[tuple[Descriptors, list[int]]]:
        for process in list(self._processes.values()):
            numbers = list(process.inodes)
            for start in range(0, len(numbers), _BATCH):
                yield process, numbers[start : start + _BATCH]
            if process.refused:  # it may have changed its user since
                yield process, numbers
