"""Who a pid is, asked at the moment it connects: a process that lives for milliseconds is gone at the next look."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.model.process import Process
from tcpview_tui.sources.processes import ProcessTable

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.sources.trace_line import Transition

BUDGET = 200
"""Processes read per second; one takes about 0.3 ms. Beyond it pid and name remain, which the kernel told."""

_LOOK = 1.0
"""Seconds for which the facts of a process that keeps connecting are taken as they were read."""

_GRAIN = 1.0
"""Seconds: a start time is counted from the boot, which /proc/stat tells in whole seconds (proc_stat(5))."""

_INITIAL = 0xEFFFFFFC
"""Inode of the first pid namespace (PROC_PID_INIT_INO, include/linux/proc_ns.h). Traces tell the pids of that one."""


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
        self._left = self._budget
        self._began = clock.monotonic()

    def name(self, step: Transition) -> Process:
        """Return the process that a transition names, with its facts if it still lives. May wait for a user's name."""
        if self._clock.monotonic() - self._began >= _LOOK:
            self._begin()
        known = self._known.get((step.pid, step.name))
        return known or self._ask(step)

    def _begin(self) -> None:
        self._began = self._clock.monotonic()
        self._left = self._budget
        self._known.clear()
        self._table.begin()

    def _ask(self, step: Transition) -> Process:
        bare = Process(step.pid, None, step.name)
        if self._left <= 0:
            self.skipped += bool(self._budget)
            return bare
        self._left -= 1
        found = self._table.get(_process_of(step.pid) if step.is_thread else step.pid)
        if found is None or self._is_later(found, step.at):
            found = bare
        self._known[step.pid, step.name] = found
        return found

    def _is_later(self, process: Process, at: float) -> bool:
        """True when the pid was used again before it was asked."""
        happened = at + self._clock.wall() - self._clock.monotonic()
        return process.started is not None and process.started > happened + _GRAIN


def _process_of(thread: int) -> int:
    """Return the process of a thread that still runs; else the number itself, which is mostly that of both."""
    try:
        status = Path(f"/proc/{thread}/status").read_bytes()
        return int(status.partition(b"\nTgid:")[2].split(None, 1)[0])  # proc_pid_status(5)
    except (OSError, ValueError, IndexError):
        return thread


def _sees_all_pids() -> bool:
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _INITIAL  # noqa: PTH116 - one call at the start, no path needed
    except OSError:
        return False
