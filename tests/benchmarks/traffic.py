"""What goes over an SSH line: `python -m tests.benchmarks.traffic [SECONDS]`. The real program in a real pty."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.report import Figure, show
from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal
from tests.pty.wire import bytes_by_line

SIZES = ((80, 24), (120, 40), (200, 50))
CONNECTIONS = 1000
CHANGES = 20
ROW_BYTES = 350
BYTES_A_SECOND = 4096


@contextmanager
def program(size: tuple[int, int], *lines: Line) -> Iterator[tuple[Machine, Terminal]]:
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), *lines)
        with Terminal(machine.argv, Path(folder), size) as terminal:
            terminal.shows("nginx", "i: more")
            read_for(terminal, 4)
            yield machine, terminal


def read_for(terminal: Terminal, seconds: float) -> bytes:
    """Read for some seconds; return what came."""
    before, end = len(terminal.output), time.monotonic() + seconds
    while (rest := end - time.monotonic()) > 0:
        terminal.pump(rest)
    return terminal.output[before:]


def busy(size: tuple[int, int], seconds: int) -> float:
    """A third each of the changes is a new, a closed and a changed connection, anywhere in the table."""
    pick = random.Random(1)
    lines = [made(number) for number in range(CONNECTIONS)]
    with program(size, *lines) as (machine, terminal):
        before = len(terminal.output)
        for number in range(seconds):
            for _ in range(CHANGES // 3):
                lines.remove(pick.choice(lines))
                lines.append(made(CONNECTIONS + number * CHANGES + len(lines)))
            for place in pick.sample(range(len(lines)), CHANGES - 2 * (CHANGES // 3)):
                other = "CLOSE_WAIT" if lines[place].state == "ESTABLISHED" else "ESTABLISHED"
                lines[place] = lines[place]._replace(state=other)
            machine.show(*lines)
            read_for(terminal, 1)
        return (len(terminal.output) - before) / seconds


def made(number: int) -> Line:
    return Line(number, port=1024 + number % 60000, remote=f"203.0.{number % 113}.{number % 251}")


def quiet_and_one_row(size: tuple[int, int]) -> tuple[int, int, int]:
    """Return the bytes of ten quiet looks, of one changed row alone, and of everything that change made."""
    lines = [made(number) for number in range(10)]
    with program(size, *lines) as (machine, terminal):
        quiet = len(read_for(terminal, 10))
        machine.show(*lines[:5], lines[5]._replace(state="CLOSE_WAIT"), *lines[6:])
        before = len(terminal.output)
        terminal.shows("CLOSE_WAIT")
        row = next(y for y, text in enumerate(terminal.text.split("\n"), 1) if "CLOSE_WAIT" in text)
        read_for(terminal, 2.5)
        first = bytes_by_line(terminal.output[before:])
    return quiet, first[row], first.total()


def main(seconds: int) -> None:
    figures = []
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        quiet, row, everything = quiet_and_one_row(size)
        rate = busy(size, seconds)
        figures += [
            Figure(f"{name}: ten looks, nothing changes", quiet, "bytes", 0),
            Figure(f"{name}: one changed row, its own line", row, "bytes", ROW_BYTES),
            Figure(f"{name}: one changed row, status bar and all", everything, "bytes"),
            Figure(f"{name}: {CONNECTIONS:,} connections, {CHANGES} changes/s", rate, "B/s", BYTES_A_SECOND),
        ]
    show("Terminal traffic, 1 s between looks", figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
