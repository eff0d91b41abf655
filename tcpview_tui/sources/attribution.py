"""Whose sockets they are: processes as people know them, or the reason why none is known."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import KERNEL_STATES, State, Unowned
from tcpview_tui.sources.owners import Owners
from tcpview_tui.sources.processes import ProcessTable, user_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.seen import Socket


class Belonging(NamedTuple):
    """Every process that has a socket, why there is none, and the user whom the kernel books it to."""

    owners: tuple[Process, ...]
    unowned: Unowned | None
    user: str | None


class Attribution:
    """Answers for the sockets of one look after the other."""

    def __init__(self, clock: Clock) -> None:
        self._owners = Owners(clock)
        self._processes = ProcessTable()
        self._pids: dict[int, Process | None] = {}
        self._tuples: dict[tuple[int, ...], tuple[Process, ...]] = {}
        self._circumstances: tuple[bool, bool, bool] | None = None
        self._unknown: dict[int, Unowned] = {}

    @property
    def refused_paths(self) -> int:
        """Processes whose executable file the system did not tell at the last look."""
        return self._processes.refused

    @property
    def unknown(self) -> int:
        """Sockets whose process cannot be seen, those without one by design left out."""
        return len(self._unknown)

    @property
    def sought(self) -> int:
        """How many of the `unknown` are still being looked for."""
        return len(self._pending())

    def look(self, alive: Mapping[int, Socket], fresh: Collection[int]) -> set[int]:
        """Look for the processes of the sockets `alive` by inode; return the inodes whose answer differs now."""
        self._processes.begin()
        changed = set(self._owners.look(alive, fresh))
        changed |= self._inodes_of(self._changed_processes(), alive)
        self._unknown = {inode: reason for inode, reason in self._unknown.items() if inode in alive}
        changed.update(inode for inode in self._pending() if not self._owners.is_sought(inode))
        circumstances = (self._owners.pending, self._owners.refused > 0, self._owners.hidden)
        if circumstances != self._circumstances:
            self._circumstances = circumstances
            changed |= self._unknown.keys()
        return changed

    def of(self, socket: Socket) -> Belonging:
        """Return whose socket it is."""
        # Of sockets without a file the kernel tells 0, whoever had them (net/ipv4/inet_diag.c).
        user = user_name(socket.uid) if socket.inode or socket.uid else None
        if not socket.inode:
            return Belonging((), _without_file(socket.tcp_state), user)
        owners = self._processes_of(self._owners.holders(socket.inode))
        reason = None if owners else self._reason(socket)
        if reason is None or reason is Unowned.KERNEL:
            self._unknown.pop(socket.inode, None)
        else:
            self._unknown[socket.inode] = reason
        return Belonging(owners, reason, user)

    def _reason(self, socket: Socket) -> Unowned:
        if self._owners.holders(socket.inode):
            return Unowned.PENDING  # that process ended before it was named: the next look seeks another
        is_foreign = self._owners.refused > 0 and socket.uid != os.geteuid()
        if self._owners.is_sought(socket.inode) and (self._owners.pending or not is_foreign):
            return Unowned.PENDING
        if is_foreign:
            return Unowned.OTHER_USER
        return Unowned.HIDDEN if self._owners.refused or self._owners.hidden else Unowned.KERNEL

    def _pending(self) -> list[int]:
        pending = Unowned.PENDING  # the attribute of an enum costs more than all the rest
        return [inode for inode, reason in self._unknown.items() if reason is pending]

    def _processes_of(self, pids: tuple[int, ...]) -> tuple[Process, ...]:
        """Return the processes; sockets of the same ones share one tuple."""
        found = self._tuples.get(pids)
        if found is None:
            processes = (self._process(pid) for pid in pids)
            found = self._tuples[pids] = tuple(process for process in processes if process)
        return found

    def _process(self, pid: int) -> Process | None:
        process = self._pids[pid] = self._processes.get(pid)
        return process

    def _changed_processes(self) -> set[int]:
        """Ask again for every process that has had sockets; return the pids of those that are other than before."""
        present = self._owners.processes
        before, self._pids = self._pids, {}
        for pid in before:
            if pid in present:
                self._process(pid)
        changed = {pid for pid, process in before.items() if self._pids.get(pid) is not process}
        if changed:
            self._tuples = {pids: found for pids, found in self._tuples.items() if changed.isdisjoint(pids)}
        return changed

    def _inodes_of(self, pids: Collection[int], alive: Iterable[int]) -> set[int]:
        if not pids:
            return set()
        sought = set(pids)
        return {inode for inode in alive if not sought.isdisjoint(self._owners.holders(inode))}


def _without_file(state: State) -> Unowned | None:
    """Return why a socket has no inode: it never had one, or not any more."""
    if state in KERNEL_STATES:
        return None
    return Unowned.QUEUED if state in (State.ESTABLISHED, State.CLOSE_WAIT) else Unowned.ENDED
