"""What a start spends on imports, beside Python alone: `python -m tests.benchmarks.imports [ROUNDS]`."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Figure, show
from tests.pty.terminal import environment

MODULES = ("tcpview_tui.tui.app", "textual.app", "tcpview_tui.sources.psutil_source", "tcpview_tui.tui.session",
           "tcpview_tui.config", "click", "asyncio", "rich.console", "textual.widgets", "ipwhois", "dns")  # fmt: skip


def python_alone(rounds: int) -> float:
    """Return the median of seconds in which Python starts and ends."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", ""], check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


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


def main(rounds: int) -> None:
    show("Imports", [Figure("Python alone", python_alone(rounds) * 1e3, "ms"), *imports()])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
