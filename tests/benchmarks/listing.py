"""What a whole `list` takes, beside other tools: `python -m tests.benchmarks.listing [SOCKETS] [ROUNDS]`.

All of them run in turn, so that what else the machine does meets all of them.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tcpview_tui.record.export import LISTINGS
from tests.benchmarks.holders import holding
from tests.benchmarks.report import Figure, show
from tests.pty.terminal import environment

JUDGED = "list --findings"
PYTHON, TOOLS = "Python alone", ("ss -tunap", "ss -tunapi", "netstat -tunap", "lsof -nPi")
QUIET = 500
"""Sockets of a quiet machine at most: the budget is for that."""

BUDGET = 250.0
"""DESIGN's, in milliseconds."""


def commands() -> dict[str, list[str]]:
    """Return what is measured, by name: Python itself, each format, with findings, and those tools that are here."""
    ours = {f"list --format {form}": ["-m", "tcpview_tui", "list", "--format", form] for form in LISTINGS}
    judged = {JUDGED: ["-m", "tcpview_tui", *JUDGED.split()]}
    python = {name: [sys.executable, *argv] for name, argv in {PYTHON: ["-c", ""], **ours, **judged}.items()}
    return python | {tool: tool.split() for tool in TOOLS if shutil.which(tool.split()[0])}


def milliseconds(argv: list[str], home: Path) -> float:
    """Return what a run takes by the wall clock; what it prints goes nowhere."""
    began = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, env=environment(home))
    return (time.perf_counter() - began) * 1e3


def main(sockets: int, rounds: int) -> None:
    runs = commands()
    times: dict[str, list[float]] = {name: [] for name in runs}
    with tempfile.TemporaryDirectory() as home, holding(sockets) as holders:
        for _ in range(rounds):
            for name, argv in runs.items():
                times[name].append(milliseconds(argv, Path(home)))
        beside = statistics.median(times["ss -tunapi"]) if "ss -tunapi" in times else None
        budget = BUDGET if holders.sockets <= QUIET else None
        figures = [
            Figure(name, statistics.median(each), "ms", budget if name.startswith("list --format") else None, beside)
            for name, each in times.items()
        ]
        show(f"From start to end, {holders.sockets:,} sockets, median of {rounds}; ratio to ss -tunapi", figures)


if __name__ == "__main__":
    main(*[int(number) for number in (*sys.argv[1:], *("200", "7")[len(sys.argv) - 1 :])])
