"""The process table: who is there, who started whom, and when. Read anew for each question, never kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import psutil

from tcpview_tui.model.process import label
from tcpview_tui.sources import procfd
from tcpview_tui.text import safe, safe_bytes

TICK = 0.01
"""Seconds: the grain of a start time on Linux (USER_HZ is 100, time(7)). A pid is not used again within one."""

_PF_KTHREAD = 0x00200000
"""Flag of a kernel thread in field 9 of /proc/PID/stat (proc_pid_stat(5), include/linux/sched.h)."""

_STATES = {
    "Z": psutil.STATUS_ZOMBIE,
    "T": psutil.STATUS_STOPPED,
    "t": psutil.STATUS_TRACING_STOP,
    "D": psutil.STATUS_DISK_SLEEP,
}
"""The letters of field 3 of /proc/PID/stat (proc_pid_stat(5)) that explain why a signal shows no effect."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the process table. `name` is safe to show; `started` is as in `model.process.Process`.

    `state` is one of psutil's STATUS constants, or empty when the process is none of zombie, stopped, disk-sleep.
    `image` differs after an exec, which keeps pid and start time; empty where the system does not tell.
    """

    pid: int
    parent: int
    name: str
    started: float | None
    state: str = ""
    kernel: bool = False
    image: str = ""

    def __str__(self) -> str:
        return label(self.name, self.pid)


Table = Mapping[int, Entry]


def same_start(one: float | None, other: float | None) -> bool:
    """True when both start times (seconds) are known and mean the same moment."""
    return one is not None and other is not None and abs(one - other) < TICK / 2


def same_program(one: Entry, other: Entry) -> bool:
    """True when both entries are the same process and it has neither renamed itself nor run exec in between."""
    return same_start(one.started, other.started) and (one.name, one.image) == (other.name, other.image)


@lru_cache(maxsize=1)
def _boot_time() -> float:
    # Read once: btime of /proc/stat moves when the clock is set, and no process may change its identity by that.
    return psutil.boot_time()


def read_entry(pid: int) -> Entry | None:
    """Return the process that has `pid` now; `None` when there is none or the system hides it.

    Parent and start time come from one reading, so that they belong to the same process.
    """
    try:
        return _from_proc(pid) if sys.platform == "linux" else _from_psutil(pid)
    except psutil.AccessDenied:
        return Entry(pid, 0, "?", None)
    except (psutil.Error, OSError, ValueError, IndexError):
        return None


def _from_proc(pid: int) -> Entry:
    status = procfd.status(f"/proc/{pid}")
    fields = [field.decode("ascii") for field in status.fields]
    started = int(status.started) / os.sysconf("SC_CLK_TCK") + _boot_time()
    kernel = bool(int(fields[6]) & _PF_KTHREAD)
    image = " ".join(fields[23:26])  # startcode, endcode, startstack: exec places them anew (all 0 or 1 if refused)
    return Entry(pid, int(fields[1]), safe_bytes(status.name), started, _STATES.get(fields[0], ""), kernel, image)


def _from_psutil(pid: int) -> Entry:
    process = psutil.Process(pid)
    with process.oneshot():
        state = process.status()
        shown = state if state in _STATES.values() else ""
        kernel = sys.platform == "win32" and pid == 4  # "System", the kernel's own process on Windows
        return Entry(pid, process.ppid(), safe(process.name()), process.create_time(), shown, kernel)


def read_table() -> dict[int, Entry]:
    """Return every process that is visible now, by pid."""
    return {pid: entry for pid in psutil.pids() if (entry := read_entry(pid))}


def ancestors(table: Table, pid: int) -> list[Entry]:
    """Return the parents of `pid`, nearest first. A "parent" younger than its child is a reused pid and ends it."""
    chain: list[Entry] = []
    seen = {pid}
    entry = table.get(pid)
    while entry and entry.parent not in seen and (parent := table.get(entry.parent)) and precedes(parent, entry):
        seen.add(parent.pid)
        chain.append(parent)
        entry = parent
    return chain


def descendants(table: Table, pids: Iterable[int]) -> list[tuple[int, Entry]]:
    """Return what is below `pids`, without them: each with its depth (1 for a child), followed by its own children."""
    children: dict[int, list[Entry]] = {}
    for entry in table.values():
        children.setdefault(entry.parent, []).append(entry)
    found: list[tuple[int, Entry]] = []
    seen = set(pids)
    waiting = [(0, table[pid]) for pid in seen if pid in table]
    while waiting:
        depth, parent = waiting.pop()
        if depth:
            found.append((depth, parent))
        young = [child for child in children.get(parent.pid, ()) if child.pid not in seen and precedes(parent, child)]
        seen.update(child.pid for child in young)
        waiting.extend((depth + 1, child) for child in reversed(young))
    return found


def precedes(parent: Entry, child: Entry) -> bool:
    """True when `parent` can have started `child`: it is not a later process with the pid that the parent had."""
    return parent.started is None or child.started is None or parent.started < child.started + TICK / 2
