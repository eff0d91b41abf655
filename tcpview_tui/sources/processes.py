"""Facts about processes, read once per (pid, start time) and kept for as long as the process has sockets."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar

import psutil

from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.sources.cgroup import control_group
from tcpview_tui.sources.proctable import Entry, precedes, read_entry, same_program
from tcpview_tui.text import safe

T = TypeVar("T")

YOUNG = 5.0
"""Seconds during which a process is read anew at each look: it may still exec, which keeps pid and start time."""

_CUT = 15
"""Bytes of a name that the kernel keeps (TASK_COMM_LEN, linux/sched.h, less the byte that ends it)."""

_NAME_MAX = 255
"""Bytes of the name of a file (linux/limits.h): what is longer was never the name of a program."""

_CHAIN_LIMIT = 64
"""Parents followed upwards; pid 1 is rarely ten steps away, and a chain read while it changes could loop."""


class _Fact(NamedTuple):
    """A process with the entry it was read for, which tells whether it is still the same program."""

    entry: Entry
    process: Process


class ProcessTable:
    """Processes by pid, as of one look. Call `begin` before each look."""

    def __init__(self) -> None:
        self.refused = 0
        self._cache: dict[int, _Fact] = {}
        self._seen: dict[int, _Fact | None] = {}

    def begin(self) -> None:
        """Start a look: forget every process that the last look did not ask for."""
        self._cache = {pid: fact for pid, fact in self._seen.items() if fact is not None}
        self._seen = {}
        self.refused = 0

    def get(self, pid: int) -> Process | None:
        """Return the process that has `pid` now, or `None` when it ended unseen. Unknown facts are `None`.

        A process that ended since the last look is returned as it was: it had the socket when the socket was read.
        `refused` counts, from `begin` on, those whose executable file the system does not tell.
        """
        if pid not in self._seen:
            fact = self._seen[pid] = self._look(pid)
            if fact and fact.process.executable is None and fact.process.command_line:
                self.refused += 1
        fact = self._seen[pid]
        return fact.process if fact else None

    def _look(self, pid: int) -> _Fact | None:
        known = self._cache.get(pid)
        entry = read_entry(pid)
        if entry is None:
            return known
        if known and same_program(known.entry, entry) and not _is_young(entry):
            return known
        process = _read(entry)
        return _Fact(entry, known.process if known and known.process == process else process)


def _read(entry: Entry) -> Process:
    """Return all facts of a process; what ends meanwhile keeps those that were read."""
    try:
        handle = psutil.Process(entry.pid)
    except psutil.Error:
        return Process(entry.pid, entry.started, entry.name, parents=_parents(entry))
    command, group = _ask(handle.cmdline), control_group(entry.pid)
    return Process(
        pid=entry.pid,
        started=entry.started,
        name=_name(entry, command),
        user=_user(handle),
        executable=_text(_executable(handle)),
        command_line=_text(" ".join(command)) if command else None,
        service=group.service,
        parents=_parents(entry),
        container=group.container,
    )


def _name(entry: Entry, command: Sequence[str] | None) -> str:
    """Return the name of a process, whole where the kernel has cut it and the command line begins with it.

    That is psutil's rule; but a process writes its command line itself, so that what is no file's name is not believed,
    nor what follows a blank.
    """
    if not command or len(entry.name.encode()) < _CUT:
        return entry.name
    claimed = safe(os.path.basename(command[0]))  # noqa: PTH119 - it need not be a path
    if not claimed.startswith(entry.name):
        return entry.name
    whole = entry.name + claimed[len(entry.name) :].partition(" ")[0]
    return whole if len(whole.encode()) <= _NAME_MAX else entry.name


def _executable(handle: psutil.Process) -> str | None:
    if sys.platform != "linux":
        return _ask(handle.exe)
    # psutil would take argv[0] for a file it may not see, which the process has written itself, and would cut off
    # the kernel's " (deleted)" (proc_pid_exe(5)), which an investigator looks for.
    return _ask(lambda: os.readlink(f"/proc/{handle.pid}/exe"))  # noqa: PTH115 - a path would be normalised


def _parents(entry: Entry) -> tuple[Ancestor, ...]:
    chain: list[Ancestor] = []
    while len(chain) < _CHAIN_LIMIT:
        parent = read_entry(entry.parent) if entry.parent else None
        if parent is None or not precedes(parent, entry):
            break
        chain.append(Ancestor(parent.pid, parent.name))
        entry = parent
    return tuple(chain)


def _is_young(entry: Entry) -> bool:
    return entry.started is not None and 0 <= time.time() - entry.started < YOUNG


def _ask(question: Callable[[], T]) -> T | None:
    """Return the answer, or `None` when it is refused or the process has ended."""
    try:
        return question()
    except (psutil.Error, OSError):
        return None


def _text(value: str | None) -> str | None:
    return safe(value) if value else None


def _user(handle: psutil.Process) -> str | None:
    if sys.platform == "win32":
        return _text(_ask(handle.username))
    uids = _ask(handle.uids)
    return None if uids is None else user_name(uids.effective)


@lru_cache(maxsize=1024)
def user_name(uid: int) -> str:
    """Return the name of a user id, or the id itself when the user database has none. POSIX only.

    Kept for the life of the program, because a name can come from a directory server across the network.
    """
    import pwd

    try:
        return safe(pwd.getpwuid(uid).pw_name)
    except (KeyError, OSError):
        return str(uid)
