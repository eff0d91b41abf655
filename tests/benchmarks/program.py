"""The whole program on N real sockets, a look a second: `python -m tests.benchmarks.program [SOCKETS [SECONDS]]`.

The real program in a real pty shows its start, its share of a core, its memory, and how long a key takes until the
cursor has moved on the screen. What a look is made of is measured in the same app without a terminal. As root it sees
no sockets but its own, and the short connections of the whole machine: leave the machine alone meanwhile.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.diff import diff
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.sockdiag import SockDiagSource
from tests.benchmarks.holders import MOST, Holders, files_allowed, holding
from tests.benchmarks.network import is_own, own_network
from tests.benchmarks.painted import sent, started
from tests.benchmarks.report import Figure, Spent, measured, show
from tests.pty.terminal import PATIENCE, PROGRAM, Terminal

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen
    from tests.benchmarks.painted import Line

SIZE = (120, 40)
ROWS = "i: more"
"""Stands on the screen once the first look is taken in."""

CURSOR = "›"
"""The sign of the line with the cursor, in the second cell."""

TOP = 1
"""The first line below the titles, from which only one of the keys leads away."""

DOWN, UP = "\x1b[B", "\x1b[A"
STARTS, ROUNDS, KEYS = 3, 5, 40
SETTLING = 6.0
"""Seconds in which what a start puts off is done, and its marks fade."""

PAIRS = 5
"""Connections replaced a second: both ends of each close, and both of another open. That makes DESIGN's 20 changes."""

CHURN = {"0 %": 0.0, "1 %": 0.01, "10 %": 0.1}
BUDGETS = {
    200: {"start": 0.6, "idle": 2.0, "memory": 60.0},
    10_000: {"start": 0.6, "busy": 8.0, "memory": 100.0, "key": 100.0},
    100_000: {"key": 100.0, "apply": 150.0},
}
"""DESIGN's, for machines of up to so many sockets: seconds, % of a core, MB, milliseconds (9 of 10 keys)."""


class Report:
    """The figures of one machine, with their ratio to the budgets of its size."""

    def __init__(self, sockets: int) -> None:
        self.figures: list[Figure] = []
        self._budgets = next(budgets for most, budgets in BUDGETS.items() if sockets <= most)

    def add(self, what: str, value: float, unit: str, budget: str = "") -> None:
        limit = self._budgets.get(budget)
        self.figures.append(Figure(what, value, unit, limit, per=limit))


class Begun(NamedTuple):
    """A start: seconds to the first byte and to the first rows, and the bytes sent by then."""

    byte: float
    rows: float
    sent: float


@contextmanager
def program() -> Iterator[Terminal]:
    """The program in a pty. It leaves by itself: what it holds of the kernel is to be given back."""
    with tempfile.TemporaryDirectory() as home, Terminal(PROGRAM, Path(home), SIZE) as terminal:
        yield terminal
        terminal.send("q")
        terminal.wait()


def start() -> Begun:
    began = time.perf_counter()
    with program() as terminal:
        while not terminal.output:
            terminal.pump(PATIENCE)
        byte = time.perf_counter() - began
        terminal.shows(ROWS)
        return Begun(byte, time.perf_counter() - began, len(terminal.output))


def starts(report: Report) -> None:
    begun = Begun(*map(statistics.median, zip(*(start() for _ in range(STARTS)), strict=True)))
    report.add("start to the first byte", begun.byte, "s")
    report.add("start to the first rows", begun.rows, "s", "start")
    report.add("sent by then", begun.sent, "bytes")


def running(report: Report, holders: Holders, seconds: float) -> None:
    with program() as terminal:
        terminal.shows(ROWS)
        read_for(terminal, SETTLING)
        _phase(report, terminal, "nothing changes", seconds, "idle")
        with changing(holders):
            _phase(report, terminal, f"{4 * PAIRS} changes/s", seconds, "busy")


def _phase(report: Report, terminal: Terminal, name: str, seconds: float, budget: str) -> None:
    """First nobody touches the keys, then somebody does."""
    process, output = psutil.Process(terminal.process.pid), len(terminal.output)
    before = sum(process.cpu_times()[:2])
    read_for(terminal, seconds)
    report.add(f"{name}: share of a core", 100 * (sum(process.cpu_times()[:2]) - before) / seconds, "%", budget)
    report.add(f"{name}: sent", (len(terminal.output) - output) / seconds, "B/s")
    keys = [press(terminal) for _ in range(KEYS)]
    report.add(f"{name}: key to the screen, median", statistics.median(keys), "ms")
    report.add(f"{name}: key to the screen, p90", statistics.quantiles(keys, n=10)[-1], "ms", "key")
    report.add(f"{name}: key to the screen, worst", max(keys), "ms")
    report.add(f"{name}: resident", process.memory_info().rss / 1e6, "MB", "memory")


def press(terminal: Terminal) -> float:
    """Press an arrow key at any moment of a look; return the milliseconds until the cursor stands on another line."""
    read_for(terminal, random.uniform(0.1, 0.4))
    before = _cursor(terminal)
    with measured() as spent:
        terminal.send(DOWN if before == TOP else UP)
        terminal.until(lambda: _cursor(terminal) not in {None, before}, "another line with the cursor")
    return spent.wall


def _cursor(terminal: Terminal) -> int | None:
    """Return the line with the cursor; `None` while it is being drawn."""
    return next((y for y, line in enumerate(terminal.text.split("\n")) if line[1] == CURSOR), None)


def read_for(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (rest := end - time.monotonic()) > 0:
        terminal.pump(rest)


@contextmanager
def changing(holders: Holders) -> Iterator[None]:
    """Have connections replaced each second."""
    over = threading.Event()

    def change() -> None:
        while not over.wait(1.0):
            holders.replace_pairs(PAIRS)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Parts(NamedTuple):
    """What a look is made of. The first two are the sampling thread's."""

    looked: Spent
    compared: Spent
    applied: Spent
    painted: Spent


async def looks(report: Report, holders: Holders) -> None:
    """The same app without a terminal looks after a share of the sockets was replaced."""
    clock = SystemClock()
    sampler = Sampler(SockDiagSource(clock), clock)
    async with started(sampler) as (screen, line):
        for name, share in CHURN.items():
            taken = []
            for _ in range(ROUNDS):
                holders.replace(share)
                await asyncio.sleep(1.0)
                taken.append(await _look(sampler, screen, line))
            looked, compared, applied, painted = zip(*taken, strict=True)
            report.add(f"{name} replaced: look, wall time", statistics.median(each.wall for each in looked), "ms")
            report.add(f"{name} replaced: compared", _cpu(compared), "ms")
            report.add(f"{name} replaced: applied", _cpu(applied), "ms", "apply")
            report.add(f"{name} replaced: painted", _cpu(painted), "ms")


async def _look(sampler: Sampler, screen: MainScreen, line: Line) -> Parts:
    before = screen.session.snapshot
    assert before is not None
    with measured() as looked:
        snapshot = sampler.sample()
    with measured() as compared:
        difference = diff(before.connections, snapshot.connections)
    with measured() as applied:
        screen.session.take(snapshot, difference)
    with measured() as painted:
        screen.draw()
        await sent(line)
    return Parts(looked, compared, applied, painted)


def _cpu(spent: Iterable[Spent]) -> float:
    return statistics.median(each.cpu for each in spent)


def main(sockets: int, seconds: float) -> None:
    own_network("tests.benchmarks.program", str(sockets), str(seconds), alone=True)
    files_allowed()
    report = Report(sockets)
    with holding(sockets) as holders:
        starts(report)
        running(report, holders, seconds)
        asyncio.run(looks(report, holders))
        where = "a network namespace of their own" if is_own() else "everybody's network namespace"
        show(f"The program beside {holders.sockets:,} TCP sockets in {where}", report.figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MOST, float(sys.argv[2]) if len(sys.argv) > 2 else 20.0)
