"""Who a pid is, and where, asked when it connects: a process that lives for milliseconds is gone at the next look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.process import Process
from tcpview_tui.sources import procfd
from tcpview_tui.sources.processes import ProcessTable

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.sources.trace_line import Transition

BUDGET = 200
"""Processes read per second; one takes about 0.3 ms. Beyond it pid and name remain, which the kernel told.

Their namespaces are read until then, too, and count nothing: a link takes 0.002 ms."""

_LOOK = 1.0
"""Seconds for which the facts of a process that keeps connecting are taken as they were read."""

_GRAIN = 1.0
"""Seconds: a start time is counted from the boot, which /proc/stat tells in whole seconds (proc_stat(5)).

The second of the boot is read once, so it is here: a clock that is set later moves neither."""


class Caller(NamedTuple):
    """Who asked the kernel for a change, and the inode of the network namespace it was in; `None` where not told."""

    process: Process
    namespace: int | None = None


class Witness:
    """Names processes by the pids that a trace tells, for one thread.

    `skipped` counts, ever, those that were not asked for their facts because too many came in a second.
    """

    def __init__(self, clock: Clock, budget: int = BUDGET) -> None:
        self.skipped = 0
        self._clock = clock
        self._budget = budget if _sees_all_pids() else 0
        self._table = ProcessTable()
        self._known: dict[tuple[int, str], Process] = {}
        self._pids: dict[int, int] = {}
        self._places: dict[tuple[int, str], int | None] = {}
        self._left = self._budget
        self._began = clock.monotonic()
        self._booted = clock.wall() - self._began - clock.slept()

    def of(self, step: Transition) -> Caller:
        """Return who made a transition, with its facts if it still lives. May wait for a user's name."""
        if self._clock.monotonic() - self._began >= _LOOK:
            self._begin()
        place = self._place(step)
        pid = self._pid(step)
        return Caller(self._known.get((pid, step.name)) or self._ask(pid, step), place)

    def _begin(self) -> None:
        self._began = self._clock.monotonic()
        self._left = self._budget
        self._known.clear()
        self._pids.clear()
        self._places.clear()
        self._table.begin()

    def _pid(self, step: Transition) -> int:
        """Return the process of a step. What the kernel has noted may be of who had the number before: pids come again.

        Where the numbers are those of another process namespace, and there is no budget, only the kernel knows.
        """
        if not self._budget:
            return step.pid
        if step.thread not in self._pids:
            self._pids[step.thread] = _process_of(step.thread, step.pid)
        return self._pids[step.thread]

    def _ask(self, pid: int, step: Transition) -> Process:
        bare = Process(pid, None, step.name)
        if self._left <= 0:
            self.skipped += bool(self._budget)
            return bare
        self._left -= 1
        found = self._table.get(pid)
        if found is None or self._is_later(found, step.at):
            found = bare
        self._known[pid, step.name] = found
        return found

    def _place(self, step: Transition) -> int | None:
        """Return the namespace of a thread, which can be another than that of its process (setns(2))."""
        key = step.thread, step.name
        if key not in self._places and self._left > 0:
            self._places[key] = _namespace_of(step.thread) or _namespace_of(step.pid)
        return self._places.get(key)

    def _is_later(self, process: Process, at: float) -> bool:
        """True when the pid was used again before it was asked."""
        happened = self._booted + at + self._clock.slept()
        return process.started is not None and process.started > happened + _GRAIN


def _process_of(thread: int, told: int) -> int:
    """Return the process of a thread that still runs; else what the kernel has `told`."""
    try:
        status = Path(f"/proc/{thread}/status").read_bytes()
        return int(status.partition(b"\nTgid:")[2].split(None, 1)[0])  # proc_pid_status(5)
    except (OSError, ValueError, IndexError):
        return told


def _namespace_of(task: int) -> int | None:
    """Return the inode of the network namespace of a process or a thread that still runs."""
    try:
        return procfd.network(f"/proc/{task}")
    except OSError:
        return None


def _sees_all_pids() -> bool:
    """Return whether the pids of this process's namespace are those that traces tell, which are of the first one."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino == procfd.INITIAL_NAMESPACE
    except OSError:
        return False
