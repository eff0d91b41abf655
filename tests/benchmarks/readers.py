"""Whoever lists the sockets of a machine, each in a process of its own: our sources, the raw dump, other tools.

`python -m tests.benchmarks.readers NAME` is one of ours: it looks once for each line of its input.
"""

from __future__ import annotations

import gc
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, Protocol

import psutil

from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.inet_diag import TABLES
from tcpview_tui.sources.netlink import DiagSocket, NetlinkError
from tcpview_tui.sources.psutil_source import PsutilSource
from tcpview_tui.sources.sockdiag import SockDiagSource
from tests.benchmarks.report import measured

PATIENCE = 60.0
"""Seconds after which a look is given up."""

GARBAGE = 50_000
"""What the program sets (tcpview_tui/live.py): the sources are measured as they are used."""


class Look(NamedTuple):
    """What one look took, in milliseconds, the memory in bytes, and the sockets found where it is known."""

    wall: float
    cpu: float
    memory: int
    sockets: int | None = None


class Reader(Protocol):
    """`look` returns `None` when it took too long, or failed."""

    name: str

    def look(self) -> Look | None: ...

    def close(self) -> None: ...


class Ours:
    """A Python reader that remembers from look to look."""

    def __init__(self, name: str) -> None:
        self.name = name
        argv = [sys.executable, "-m", "tests.benchmarks.readers", name]
        self._child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._line()

    def look(self) -> Look | None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(b"look\n")
            self._child.stdin.flush()
        except (BrokenPipeError, ValueError):  # an earlier look failed, and said why on stderr
            return None
        line = self._line()
        return Look(*json.loads(line)) if line else None

    def close(self) -> None:
        """Let the reader leave by itself: what it holds of the kernel is to be given back."""
        try:
            self._child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()

    def _line(self) -> bytes:
        assert self._child.stdout is not None
        if select.select([self._child.stdout], [], [], PATIENCE)[0]:
            return self._child.stdout.readline()
        self._child.kill()
        return b""


class Tool:
    """A program that is run for each look; what it prints is thrown away."""

    def __init__(self, name: str) -> None:
        self.name = name

    def look(self) -> Look | None:
        began = time.perf_counter()
        child = subprocess.Popen(self.name.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        late = threading.Timer(PATIENCE, child.kill)
        late.start()
        _, status, used = os.wait4(child.pid, 0)
        late.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = (time.perf_counter() - began) * 1e3
        if child.returncode < 0:
            return None
        return Look(wall, (used.ru_utime + used.ru_stime) * 1e3, used.ru_maxrss * 1024)

    def close(self) -> None:
        """Nothing is held."""


Looker = tuple[Callable[[], int | None], Callable[[], None]]
"""What looks and returns how many sockets there are, if it counts, and what gives back the means."""


def _sockdiag() -> Looker:
    source = SockDiagSource(SystemClock())
    return lambda: len(source.read().connections), source.close


def _psutil() -> Looker:
    source = PsutilSource()
    return lambda: len(source.read().connections), source.close


def _raw() -> Looker:
    """The floor: what the kernel tells is fetched, and not even counted."""
    diag = DiagSocket()

    def dump() -> None:
        for table in TABLES:
            with suppress(NetlinkError):  # a table that this kernel was built without
                diag.dump(table.request)

    return dump, diag.close


LOOKERS: dict[str, Callable[[], Looker]] = {"SockDiagSource": _sockdiag, "PsutilSource": _psutil, "raw dump": _raw}


def main(name: str) -> None:
    """The first look includes what it takes to begin."""
    gc.set_threshold(GARBAGE)
    print(flush=True)
    looker: Looker | None = None
    for _ in sys.stdin:
        with measured() as spent:
            looker = looker or LOOKERS[name]()
            number = looker[0]()
        print(json.dumps([spent.wall, spent.cpu, psutil.Process().memory_info().rss, number]), flush=True)
    if looker:
        looker[1]()


if __name__ == "__main__":
    main(sys.argv[1])
