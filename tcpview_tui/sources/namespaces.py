"""The network namespaces of this machine besides this program's own, and how to work inside one (Linux)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from tcpview_tui.sources import procfd
from tcpview_tui.text import safe

T = TypeVar("T")

NAMED = (Path("/run/netns"), Path("/var/run/netns"), Path("/run/docker/netns"))
"""Where namespaces are kept by name: ip-netns(8), by its older path too, and the mounts of Docker."""

_CLONE_NEWNET = 0x40000000
"""Kernel header ``linux/sched.h``: to `setns`, only a network namespace will do."""


class NetNamespace(NamedTuple):
    """A network namespace, and a path by which it can be entered now: ``/proc/PID/ns/net`` or a mount by name.

    `inode` identifies it while it exists; the kernel gives the number to another one later. `name` has passed
    `text.safe`.
    """

    inode: int
    name: str | None
    path: str


class Namespaces:
    """Looks for network namespaces, and holds none of them: one that nobody else uses goes.

    `own` is the inode of this process's. `refused` counts the processes that would not tell at the last look: those
    that have more rights than this one, so for an ordinary user all of others and of the kernel. The constructor
    raises `OSError` where the system does not tell even the own one.
    """

    def __init__(self, proc: Path = Path("/proc"), named: Iterable[Path] = NAMED) -> None:
        own = (proc / "self/ns/net").stat()
        self.own = own.st_ino
        self.refused = 0
        self._device = own.st_dev
        self._proc = proc
        self._named = tuple(named)

    def look(self) -> Mapping[int, NetNamespace]:
        """Return every other network namespace there is now, by inode. Never raises.

        Not found are those that only a socket, an open file or a single thread keeps.
        """
        found: dict[int, NetNamespace] = {}
        for inode, name, path in self._mounts():
            found.setdefault(inode, NetNamespace(inode, name, path))
        for inode, path in self._processes():
            if inode not in found:
                found[inode] = NetNamespace(inode, None, path)
        found.pop(self.own, None)
        return found

    def _mounts(self) -> Iterator[tuple[int, str, str]]:
        """Return what is mounted by name; a file left over from a mount is on another device."""
        for folder in self._named:
            for name in _names(folder):
                try:
                    status = (folder / name).stat()
                except OSError:
                    continue  # it has been deleted
                if status.st_dev == self._device:
                    yield status.st_ino, safe(name, 255), str(folder / name)

    def _processes(self) -> Iterator[tuple[int, str]]:
        self.refused = 0
        for pid in filter(str.isdigit, _names(self._proc)):
            process = f"{self._proc}/{pid}"
            try:
                inode = procfd.network(process)
            except PermissionError:
                self.refused += 1
            except OSError:
                continue  # it has ended
            else:
                yield inode, f"{process}/ns/net"


class Visit:
    """Does work in a network namespace, all of it in one thread.

    The thread enters when the first work is asked for and ends with the visit, so that no other code ever runs in
    there. For the work, ``/proc/thread-self/net`` is that of the namespace, ``/proc/net`` is not.
    """

    def __init__(self, path: str, inode: int, thread: ThreadPoolExecutor) -> None:
        self._path = path
        self._inode = inode
        self._thread = thread

    def __call__(self, work: Callable[[], T]) -> T:
        """Return the answer of `work`; what `work` raises is raised here.

        `OSError` says that the namespace cannot be entered: ESTALE when another than `inode` is at `path` by now,
        ENOENT or ESRCH when it has gone, EPERM or EACCES without CAP_SYS_ADMIN. `RuntimeError`: no thread is to be had.
        """
        self._entry.result()
        return self._thread.submit(work).result()

    @cached_property
    def _entry(self) -> Future[None]:
        return self._thread.submit(_enter, self._path, self._inode)


@contextmanager
def visiting(path: str, inode: int) -> Iterator[Visit]:
    """Visit the namespace at `path`, which has this inode. Without work it costs no thread."""
    with ThreadPoolExecutor(1, "namespace") as thread:
        yield Visit(path, inode, thread)


def inside(path: str, inode: int, work: Callable[[], T]) -> T:
    """Return the answer of one `work` in the namespace at `path`. Raises as a `Visit` does."""
    with visiting(path, inode) as visit:
        return visit(work)


def _enter(path: str, inode: int) -> None:
    """Move this thread; the pid in the path can be another process's by now, so what was opened is checked."""
    import ctypes  # 5 ms that a machine without containers need not wait for

    descriptor = os.open(path, os.O_RDONLY)
    try:
        if os.fstat(descriptor).st_ino != inode:
            raise _error(errno.ESTALE, path)
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):  # os.setns came with Python 3.12
            raise _error(ctypes.get_errno(), path)
    finally:
        os.close(descriptor)


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - names only
    except OSError:
        return []
