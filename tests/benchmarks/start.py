"""Start, idle cost and imports of the real program: `python -m tests.benchmarks.start [ROUNDS [IDLE-SECONDS]]`."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.report import Figure, show
from tests.benchmarks.sockets import connections
from tests.pty.terminal import PATIENCE, PROGRAM, Terminal, environment

IDLE, MANY = 200, 10_000
START_S = 0.6
IDLE_PERCENT, IDLE_MB = 2.0, 60.0
BUSY_PERCENT, BUSY_MB = 8.0, 100.0
ROWS = "i: more"
"""Stands on the screen once the first look is taken in."""

MODULES = ("tcpview_tui.tui.app", "textual.app", "tcpview_tui.sources.psutil_source", "tcpview_tui.tui.session",
           "tcpview_tui.config", "click", "asyncio", "rich.console", "textual.widgets", "ipwhois", "dns")  # fmt: skip


def start(rounds: int) -> tuple[float, float, float]:
    """Return medians: seconds to the first rows, seconds to the first byte, bytes sent by then."""
    times = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as home:
            began = time.perf_counter()
            with Terminal(PROGRAM, Path(home), (120, 40)) as terminal:
                while not terminal.output:
                    terminal.pump(PATIENCE)
                first = time.perf_counter() - began
                terminal.shows(ROWS)
                times.append((time.perf_counter() - began, first, float(len(terminal.output))))
    rows, first, sent = (statistics.median(column) for column in zip(*times, strict=True))
    return rows, first, sent


def python_alone(rounds: int) -> float:
    """Return the median of seconds in which Python starts and ends."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def idle(seconds: float) -> tuple[float, float, float]:
    """Return percent of one core, MB resident, and bytes sent a second, after the start is over."""
    with tempfile.TemporaryDirectory() as home, Terminal(PROGRAM, Path(home), (120, 40)) as terminal:
        terminal.shows(ROWS)
        _read(terminal, 6)
        process = psutil.Process(terminal.process.pid)
        before, sent = sum(process.cpu_times()[:2]), len(terminal.output)
        _read(terminal, seconds)
        used = sum(process.cpu_times()[:2]) - before
        return 100 * used / seconds, process.memory_info().rss / 1e6, (len(terminal.output) - sent) / seconds


def _read(terminal: Terminal, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (rest := end - time.monotonic()) > 0:
        terminal.pump(rest)


def imports() -> list[Figure]:
    """Return what importing takes, each module with what it is the first to import."""
    with tempfile.TemporaryDirectory() as home:
        code = "import tcpview_tui.cli, tcpview_tui.sources.psutil_source, tcpview_tui.tui.app"
        told = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", code],
            stderr=subprocess.PIPE, text=True, check=True, env=environment(Path(home)),
        ).stderr  # fmt: skip
    found = {name: int(time_) / 1e3 for time_, name in re.findall(r"\|\s*(\d+) \|\s*([\w.]+)$", told, re.MULTILINE)}
    total = sum(int(own) for own in re.findall(r"import time:\s*(\d+) \|", told)) / 1e3
    shares = [Figure(f"    {name}", found[name], "ms", per=total) for name in MODULES if name in found]
    return [Figure("all imports", total, "ms"), *shares]


def main(rounds: int, idle_seconds: float) -> None:
    alone = python_alone(rounds)
    figures = [Figure("Python alone", alone, "s")]
    for number, percent, memory in ((IDLE, IDLE_PERCENT, IDLE_MB), (MANY, BUSY_PERCENT, BUSY_MB)):
        with connections(number) as there:
            rows, first, sent = start(rounds)
            used, resident, rate = idle(idle_seconds)
            name = f"{there:,} sockets"
            figures += [
                Figure(f"{name}: start to first byte", first, "s", per=alone),
                Figure(f"{name}: start to first rows", rows, "s", START_S, per=alone),
                Figure(f"{name}: sent until then", sent, "bytes"),
                Figure(f"{name}: share of one core, 1 s between looks", used, "%", percent),
                Figure(f"{name}: resident", resident, "MB", memory),
                Figure(f"{name}: sent", rate, "B/s"),
            ]
    show("Start and idle cost", figures)
    show("Import time", imports())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7, float(sys.argv[2]) if len(sys.argv) > 2 else 20.0)
