"""What hides, or is made to be loaded by everybody, played for real in mounts that nobody else sees.

What it takes a module of the kernel for is made up, and so is, for where it is not so, that all processes are seen.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from tcpview_tui.clock import SystemClock
from tcpview_tui.sources import procfd
from tcpview_tui.sources.hidden import SLICE
from tcpview_tui.sources.owners import Owners
from tests.findings.stage import FAR, Play, Stage, talking
from tests.sources.net import answer
from tests.sources.test_crosscheck import copied, kinds

CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH = 1 << 12, 1 << 14, 1 << 18, 2
"""linux/sched.h, linux/mount.h and umount(2)."""

PROC = Path("/proc")
WALKS = 20
"""Looks after which a socket is no longer sought in all processes."""

BY_MODULE = "only a module of the kernel takes a process out of the list of /proc"
BY_SIGHT = "it is taken that all processes are seen, as root sees them on most machines"

THREADS = """
import threading
for _ in range(5):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
print(flush=True)
input()
"""


@contextmanager
def over(place: str, source: str, kind: str = "none", flags: int = 0, options: str = "") -> Iterator[None]:
    """Mount something over a place, in namespaces of this thread alone; raise OSError where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    _checked(libc.unshare(CLONE_NEWNS))
    _checked(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    _checked(libc.mount(source.encode(), place.encode(), kind.encode(), flags, options.encode()))
    try:
        yield
    finally:
        libc.umount2(place.encode(), MNT_DETACH)


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def covered(_: Stage) -> Iterator[None]:
    """Hide a process as one does without a module: nobody sees what lies below a mount."""
    with talking("sleep", "600") as process, over(f"/proc/{process.pid}", "none", "tmpfs"):
        yield


@contextmanager
def unlisted_process(stage: Stage) -> Iterator[None]:
    listed: Callable[[str], set[int]] = procfd.pids
    with talking("sleep", "600") as process, patch.object(procfd, "pids", lambda proc: listed(proc) - {process.pid}):
        _ask_all(stage)
        yield


@contextmanager
def threads(stage: Stage) -> Iterator[None]:
    with talking(sys.executable, "-c", THREADS) as process:
        answer(process)
        _ask_all(stage)
        yield


def _ask_all(stage: Stage) -> None:
    """Look until all process ids have been asked: a slice a minute, in which other things have their turns, too."""
    newest = int((PROC / "loadavg").read_text().split()[-1])
    for _ in range(newest // SLICE + 1):
        for _ in range(4):
            stage.look(15.0)


@contextmanager
def unlisted_socket(_: Stage) -> Iterator[None]:
    """Hide a listener from /proc/net, where a list without it lies over the true one."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("0.0.0.0", 4444)))
        stack.enter_context(talking("sleep", "600", also=(listener.fileno(),)))
        lists = copied(Path(stack.enter_context(tempfile.TemporaryDirectory())), listener)
        listener.close()
        stack.enter_context(over("/proc/thread-self/net", f"{lists}/thread-self/net", flags=MS_BIND))
        yield


@contextmanager
def sockets_of_all_kinds(_: Stage) -> Iterator[None]:
    with ExitStack() as stack:
        for each in kinds():
            stack.enter_context(each)
        yield


@contextmanager
def kept_by_message(stage: Stage) -> Iterator[None]:
    """Have a connection that only a message keeps which nobody reads."""
    if not _sees_all():
        raise OSError(errno.EPERM, "not all processes can be seen here, so that nobody can tell whose a socket is")
    near, far = socket.socketpair()
    with near, far, socket.create_server((FAR, 0)) as server:
        with socket.create_connection(server.getsockname()) as end:
            socket.send_fds(near, [b"x"], [end.fileno()])
        with server.accept()[0]:
            for _ in range(WALKS):
                stage.look()
            yield


def seeing_all(then: Play) -> Play:
    """Do it where no process is hidden from who looks, and none refuses to tell what it has open."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        none = property(lambda _: 0, lambda *_: None)
        with patch.multiple(Owners, create=True, hidden=none, refused=none), then(stage):
            yield

    return play


def _sees_all() -> bool:
    owners = Owners(SystemClock())
    owners.look((), ())
    return not owners.hidden and not owners.refused


def preloading_everywhere(content: Callable[[], str]) -> Play:
    """Put this into /etc/ld.so.preload, in an /etc that only what is started here has."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with tempfile.TemporaryDirectory() as made, over(made, "none", "tmpfs"):
            upper, work = Path(made, "upper"), Path(made, "work")
            upper.mkdir()
            work.mkdir()
            layers = f"lowerdir=/etc,upperdir={upper},workdir={work}"
            with over("/etc", "overlay", "overlay", options=layers):
                Path("/etc/ld.so.preload").write_text(content())
                yield

    return play
