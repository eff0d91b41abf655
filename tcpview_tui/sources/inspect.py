"""A closer look at one process: what changes while it runs, and what is too costly to read of every process."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import psutil

from tcpview_tui.model.inspection import Absence, Answer, Inspection
from tcpview_tui.sources.proctable import read_entry, same_start
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

T = TypeVar("T")


def inspect(process: Process) -> Inspection:
    """Return what can be read of `process` now; what cannot says why. Never raises.

    Pid and start time are compared before and after, so that a process that has got the pid since is never
    described. Where the system tells no start time, nothing proves which process it is, and nothing is told.
    """
    if absence := _absence(process):
        return Inspection.without(process.identity, absence)
    found = _read(process)
    absence = _absence(process)
    return Inspection.without(process.identity, absence) if absence else found


def _absence(process: Process) -> Absence | None:
    entry = read_entry(process.pid)
    if entry is None:
        return Absence.GONE
    if process.started is None or entry.started is None:
        return Absence.UNTOLD
    return None if same_start(process.started, entry.started) else Absence.GONE


def _read(process: Process) -> Inspection:
    handle = _ask(lambda: psutil.Process(process.pid))
    if isinstance(handle, Absence):
        return Inspection.without(process.identity, handle)
    with handle.oneshot():
        return Inspection(
            identity=process.identity,
            directory=_ask(lambda: safe(_directory(handle))),
            status=_ask(lambda: safe(handle.status())),
            threads=_ask(handle.num_threads),
            files=_ask(lambda: _files(handle)),
            memory=_ask(lambda: handle.memory_info().rss),
            cpu=_ask(lambda: sum(handle.cpu_times()[:2])),
        )


def _directory(handle: psutil.Process) -> str:
    if sys.platform != "linux":
        return handle.cwd()
    # psutil would cut off the kernel's " (deleted)" (proc_pid_cwd(5)), which an investigator looks for.
    return os.readlink(f"/proc/{handle.pid}/cwd")  # noqa: PTH115 - a path would be normalised


def _files(handle: psutil.Process) -> int:
    if sys.platform == "win32":
        return handle.num_handles()
    if sys.platform == "linux":
        # Since Linux 6.2 the size of the directory is their number (fs/proc/fd.c), told to everybody and at once.
        size = os.stat(f"/proc/{handle.pid}/fd").st_size  # noqa: PTH116 - as above
        if size:
            return size
    return handle.num_fds()


def _ask(question: Callable[[], T]) -> Answer[T]:
    try:
        return question()
    except (psutil.AccessDenied, PermissionError):
        return Absence.REFUSED
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return Absence.GONE
    except (psutil.Error, OSError, ValueError, IndexError, RuntimeError):
        return Absence.UNTOLD
