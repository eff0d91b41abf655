"""Processes that answer signals and are not in the list of /proc: what hides them has forgotten one of the two.

A process id is asked before and after the list is read, so that a process that answers both times was there all the
while and has to be in it. Threads answer, too, and are in no list; their status says whose they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import HiddenProcess
from tcpview_tui.sources import procfd, procmounts
from tcpview_tui.sources.capabilities import lacks
from tcpview_tui.text import safe, safe_bytes

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock

Asks = Callable[[Iterable[int]], set[int]]
"""What tells which of some process ids answer."""

SLICE = 16_384
"""Process ids asked at a look, a microsecond each: half of PID_MAX_DEFAULT (linux/threads.h)."""

_CAP_SYS_PTRACE = 19
"""linux/capability.h: who has it is shown every process whatever `hidepid` says (proc(5))."""

_PID_MAX_LIMIT = 4_194_304
"""The most that kernel.pid_max can be (proc_sys_kernel(5))."""


def answering(pids: Iterable[int]) -> set[int]:
    """Return which ids a process or thread has: kill(2) with no signal, to which a refusal is an answer, too."""
    there = set()
    for pid in pids:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        there.add(pid)
    return there


class HiddenProcesses:
    """Asks a slice of all process ids at each look, and again those that were found. Used by one thread at a time."""

    def __init__(self, clock: Clock, proc: Path = Path("/proc"), asks: Asks = answering, at_once: int = SLICE) -> None:
        self._clock = clock
        self._proc = proc
        self._asks = asks
        self._at_once = at_once
        self._next = 1
        self._found: dict[int, HiddenProcess] = {}

    def look(self) -> Reading[tuple[HiddenProcess, ...]]:
        """Return what hides among the process ids asked so far. Never raises.

        Costs a microsecond for each of them, and 15 for each thread among them.
        """
        try:
            blind = self._blind()
            if blind:
                return Unread(blind)
            there = self._asks(chain(self._slice(), self._found))
            covers = procmounts.covers(self._proc)
            covered = self._asks(covers)
            hidden = self._unlisted(there)
            if hidden:
                hidden = self._unlisted(hidden)
        except (OSError, ValueError, IndexError) as error:
            return Unread(f"The list of processes cannot be read: {safe(str(error), 200)}.")
        now = self._clock.wall()
        self._found = {pid: self._told(pid, covers.get(pid, ""), now) for pid in sorted(hidden | covered)}
        return tuple(self._found.values())

    def _blind(self) -> str | None:
        """Return why nothing can be said from here."""
        try:
            own = (self._proc / "self").readlink().name
        except OSError:
            return "There is no /proc to compare with."
        if own != str(os.getpid()):
            return "/proc is that of another process namespace, so that its list says nothing of this one."
        hiding = procmounts.hidepid(self._proc)
        if hiding and lacks(_CAP_SYS_PTRACE, self._proc / "self/status"):
            return f"/proc is mounted with hidepid={hiding}, which hides other users' processes from all but root."
        return None

    def _slice(self) -> range:
        """Return the ids whose turn it is."""
        last = self._last()
        begin = self._next if self._next <= last else 1
        end = min(begin + self._at_once, last + 1)
        self._next = end
        return range(begin, end)

    def _last(self) -> int:
        """Return the highest id there can be: ids go up, and begin anew only when kernel.pid_max is reached.

        While no process is above the last id given out (proc_loadavg(5)), none has ever been.
        """
        newest = int((self._proc / "loadavg").read_text("ascii").split()[-1])
        if max(procfd.pids(str(self._proc)), default=0) <= newest:
            return newest
        return min(int((self._proc / "sys/kernel/pid_max").read_text("ascii")), _PID_MAX_LIMIT)

    def _unlisted(self, there: set[int]) -> set[int]:
        """Return the processes `there`, which have just answered, that a new list lacks and that still answer."""
        unlisted = there - procfd.pids(str(self._proc))
        return {pid for pid in self._asks(unlisted) if not self._is_thread(pid)}

    def _is_thread(self, pid: int) -> bool:
        """Return whether an id is that of a thread; true where its status is refused, for then nobody knows."""
        try:
            status = (self._proc / str(pid) / "status").read_bytes()
        except PermissionError:
            return True
        except OSError:
            return False  # what has no directory at all hides better still
        return _field(status, b"Tgid") != str(pid).encode()

    def _told(self, pid: int, cover: str, now: float) -> HiddenProcess:
        before = self._found.get(pid)
        first, looks = (before.first, before.looks + 1) if before else (now, 1)
        folder = self._proc / str(pid)
        try:
            command = safe_bytes(_field((folder / "status").read_bytes(), b"Name"))
        except OSError:
            command = ""
        try:
            executable = safe(os.readlink(folder / "exe"))  # noqa: PTH115 - a path would be normalised
        except OSError:
            executable = ""
        return HiddenProcess(pid, cover, command, executable, first, now, looks)


def _field(status: bytes, name: bytes) -> bytes:
    """Return a field of /proc/PID/status (proc_pid_status(5)); empty when there is none."""
    begin = name + b":\t"
    return next((line[len(begin) :] for line in status.splitlines() if line.startswith(begin)), b"")
