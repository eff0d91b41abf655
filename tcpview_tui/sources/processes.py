"""Facts about processes, read once per (pid, start time) and kept for as long as the process has sockets."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import psutil

from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.sources.cgroup import service_of
from tcpview_tui.sources.proctable import Entry, read_entry, same_start
from tcpview_tui.text import safe

T = TypeVar("T")

YOUNG = 5.0
"""Seconds during which a process is read anew at each look: it may still exec, which keeps pid and start time."""

_CHAIN_LIMIT = 64
"""Parents followed upwards; pid 1 is rarely ten steps away, and a chain read while it changes could loop."""


class ProcessTable:
    """Processes by pid, as of one look. Call `begin` before each look."""

    def __init__(self) -> None:
        self.refused = 0
        self._cache: dict[int, Process] = {}
        self._seen: dict[int, Process | None] = {}

    def begin(self) -> None:
        """Start a look: forget every process that the last look did not ask for."""
        self._cache = {pid: process for pid, process in self._seen.items() if process is not None}
        self._seen = {}
        self.refused = 0

    def get(self, pid: int) -> Process | None:
        """Return the process that has `pid` now, or `None` when it ended unseen. Unknown facts are `None`.

        A process that ended since the last look is returned as it was: it had the socket when the socket was read.
        """
        if pid not in self._seen:
            self._seen[pid] = self._look(pid)
        process = self._seen[pid]
        if process is not None and process.executable is None and process.command_line:
            self.refused += 1
        return process

    def _look(self, pid: int) -> Process | None:
        known = self._cache.get(pid)
        entry = read_entry(pid)
        if entry is None:
            return known
        same = known is not None and same_start(known.started, entry.started) and known.name.startswith(entry.name)
        if known is not None and same and not _is_young(entry):
            return known
        process = _read(entry)
        return known if process == known else process


def _read(entry: Entry) -> Process:
    """Return all facts of a process; what ends meanwhile keeps those that were read."""
    try:
        handle = psutil.Process(entry.pid)
    except psutil.Error:
        return Process(entry.pid, entry.started, entry.name, parents=_parents(entry.parent))
    command = _ask(handle.cmdline)
    return Process(
        pid=entry.pid,
        started=entry.started,
        name=safe(_ask(handle.name) or "") or entry.name,
        user=_user(handle),
        executable=_text(_ask(handle.exe)),
        command_line=_text(" ".join(command)) if command else None,
        service=service_of(entry.pid),
        parents=_parents(entry.parent),
    )


def _parents(pid: int) -> tuple[Ancestor, ...]:
    chain: list[Ancestor] = []
    while pid and len(chain) < _CHAIN_LIMIT:
        entry = read_entry(pid)
        if entry is None:
            break
        chain.append(Ancestor(pid, entry.name))
        pid = entry.parent
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
