"""What judging costs beside looking: `python -m tests.benchmarks.judging [SOCKETS [PROCESSES]]`.

Real sockets on loopback are looked at by the real source, and the real rules judge them: first all at once, then for a
minute of looks with 20 changes a second. The minute passes on a clock that is moved, so that it takes what it costs.
The sockets are dealt out to that many real processes: a judge reads each of these, whoever has the sockets.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging.judge import Judge
from tcpview_tui.judging.verdict import News, Rules
from tcpview_tui.judging.works import Works
from tcpview_tui.model.live import LiveTable
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.processes import ProcessTable
from tcpview_tui.sources.sockdiag import SockDiagSource
from tests.benchmarks.holders import Holders, holding
from tests.benchmarks.network import own_network
from tests.benchmarks.report import Figure, show
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Snapshot

PAIRS = 5
"""Connections replaced a second: both ends of each close, and both of another open. That makes DESIGN's 20 changes."""

LOOKS = 60
SHARE = 10.0
"""Percent of what the looks of a minute take that all rules may take in it."""

KEY_MS = 100.0
"""DESIGN's, for a key until it is answered."""


@contextmanager
def sleepers(number: int) -> Iterator[list[Process]]:
    with ExitStack() as stack:
        for _ in range(number):
            stack.callback(stack.enter_context(subprocess.Popen(["sleep", "600"])).kill)
        table, pids = ProcessTable(), [int(each.name) for each in Path("/proc").glob("[0-9]*")]
        table.begin()
        found = [table.get(pid) for pid in sorted(pids, reverse=True)]
        yield [each for each in found if each and each.name == "sleep"][:number]


class Machine:
    """Looks of the real source, whose rows are those of many processes."""

    def __init__(self, processes: list[Process]) -> None:
        self.clock = FakeClock()
        self.clock.advance(time.time() - self.clock.wall())
        self.table = LiveTable(self.clock)
        self.sampler = Sampler(SockDiagSource(SystemClock()), SystemClock())
        self.spent = 0.0
        self._processes = processes

    def look(self) -> News:
        began = time.thread_time()
        snapshot: Snapshot = self.sampler.sample()
        self.spent += time.thread_time() - began
        update = self.table.apply(snapshot) | self.table.expire()
        return News({key: row and replace(row, owners=self._dealt(row.ordinal)) for key, row in update.items()},
                    snapshot.gauges, self.clock.wall())  # fmt: skip

    def _dealt(self, ordinal: int) -> tuple[Process, ...]:
        return (self._processes[ordinal % len(self._processes)],)


class Shares:
    """How much time of the judge went to which panel, in milliseconds of processor."""

    def __init__(self, judge: Judge) -> None:
        self.spent: dict[str, float] = {}
        self._judge = judge

    def work(self) -> None:
        """Judge what has come, and note what it took."""
        news = list(self._judge._news)
        self._judge._news.clear()
        for panel in self._judge._panels:
            began = time.thread_time()
            self._judge._ask(panel, news)
            self.spent[panel.name] = self.spent.get(panel.name, 0.0) + (time.thread_time() - began) * 1e3


class Waits(threading.Thread):
    """Somebody who wants the interpreter lock, as the thread of the screen does, and how long he waits for it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.longest = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.is_set():
            began = time.perf_counter()
            time.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - began - 0.001)


def a_minute(machine: Machine, judge: Judge, holders: Holders) -> Shares:
    shares, machine.spent = Shares(judge), 0.0
    for _ in range(LOOKS):
        holders.replace_pairs(PAIRS)
        machine.clock.advance(1)
        judge.take(machine.look())
        shares.work()
    return shares


def figures(machine: Machine, judge: Judge, holders: Holders) -> list[Figure]:
    judge.take(machine.look())
    first, waits = Shares(judge), Waits()
    waits.start()
    began = time.perf_counter()
    first.work()
    wall = (time.perf_counter() - began) * 1e3
    waits.done.set()
    waits.join()
    told = [Figure(f"first: {name}", spent, "ms") for name, spent in first.spent.items()]
    told.append(Figure("first: all of it, until told", wall, "ms"))
    told.append(Figure("first: the longest wait of another thread", waits.longest * 1e3, "ms", KEY_MS))
    a_minute(machine, judge, holders)  # what is young settles
    shares = a_minute(machine, judge, holders)
    sampling = machine.spent * 1e3
    told.append(Figure("a minute: looks", sampling, "ms"))
    told += [Figure(f"a minute: {name}", spent / sampling * 100, "%", None) for name, spent in shares.spent.items()]
    return [*told, Figure("a minute: all of it", sum(shares.spent.values()) / sampling * 100, "%", SHARE)]


def main(sockets: int, processes: int) -> None:
    own_network("tests.benchmarks.judging", str(sockets), str(processes))
    with ExitStack() as stack:
        holders = stack.enter_context(holding(sockets))
        owners = stack.enter_context(sleepers(processes))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        machine = Machine(owners)
        stack.enter_context(closing(machine.sampler))
        works = stack.enter_context(closing(Works(machine.clock, folder, None, Rules())))
        judge = Judge(lambda: works.panels, Register(Silences(None)), machine.clock, lambda: None)
        judge._panels = tuple(works.panels)
        title = f"Judging {holders.sockets:,} sockets of {len(owners)} processes, {4 * PAIRS} changes a second"
        show(f"{title}; % of the looks", figures(machine, judge, holders))


if __name__ == "__main__":
    arguments = [int(each) for each in sys.argv[1:]]
    main(*(arguments + [10_000, 200][len(arguments) :]))
