"""What /proc tells about processes and their open files (proc_pid_fd(5)), one question a function."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

INITIAL_NAMESPACE = 0xEFFFFFFC
"""PROC_PID_INIT_INO: the inode of the process namespace that sees all others (include/linux/proc_ns.h)."""

_SOCKET, _NETWORK = "socket:[", "net:["


def hides_processes(proc: Path) -> bool:
    """True in a process namespace below the first, and where the mount option hidepid hides pid 1 (proc(5))."""
    try:
        return (proc / "self/ns/pid").stat().st_ino != INITIAL_NAMESPACE or not (proc / "1").exists()
    except OSError:
        return False


def counts_files(proc: Path) -> bool:
    """True when the size of a directory /proc/PID/fd is the number of open files (fs/proc/fd.c, since Linux 6.2)."""
    try:
        return (proc / "self/fd").stat().st_size > 0
    except OSError:
        return False


def pids(proc: str) -> set[int]:
    """Return the processes there are. Raises OSError without a /proc."""
    return {int(name) for name in os.listdir(proc) if name.isdecimal()}  # noqa: PTH208 - called at each look


class Status(NamedTuple):
    """What /proc/PID/stat tells of a process (proc_pid_stat(5))."""

    name: bytes
    """As the process has chosen it: parentheses, spaces and lines included."""
    fields: list[bytes]
    """From the third on, the state."""

    @property
    def started(self) -> bytes:
        """Field 22: clock ticks from the boot."""
        return self.fields[22 - 3]


def status(process: str) -> Status:
    """Return the status of the process with this directory. Raises OSError: it ended, or is hidden."""
    with open(f"{process}/stat", "rb") as file:  # noqa: PTH123 - called for each process
        head, _, tail = file.read().rpartition(b")")
    return Status(head.partition(b"(")[2], tail.split())


def start_time(process: str) -> bytes:
    """Return the start time of the process with this directory, in clock ticks; empty when it ended."""
    try:
        return status(process).started
    except (OSError, IndexError):
        return b""


def network(task: str) -> int:
    """Return the inode of the network namespace of the process or thread with this directory (proc_pid_ns(5)).

    Raises OSError: it ended, or (PermissionError) has more rights than this program.
    """
    return int(os.readlink(f"{task}/ns/net")[len(_NETWORK) : -1])  # noqa: PTH115 - called for each process


def numbers(directory: str) -> set[int]:
    """Return all descriptors. Raises OSError: the process ended, or may not be read."""
    return {int(name) for name in os.listdir(directory)}  # noqa: PTH208 - up to a million names


@contextmanager
def opened(directory: str) -> Iterator[int]:
    """Hold the directory open, to follow descriptors in it. Raises OSError as `numbers` does."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def socket_inode(number: int, directory: int) -> int | None:
    """Return the inode of the socket that a descriptor is; 0 when it is something else, `None` when it is closed.

    Raises PermissionError when the process may be listed but not followed (ptrace(2), PTRACE_MODE_READ_FSCREDS).
    """
    try:
        link = os.readlink(str(number), dir_fd=directory)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(link[len(_SOCKET) : -1]) if link.startswith(_SOCKET) else 0
