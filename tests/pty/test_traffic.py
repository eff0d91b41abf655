"""Bytes on the line: what a slow SSH session pays for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal
from tests.pty.wire import bytes_by_line

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

QUIET = [Line(number, port=50000 + number) for number in range(10)]
FOREVER = "3600"
ROW = 350
"""Bytes for a changed row (DESIGN, budgets)."""

SIZES = ((80, 24), (120, 40))

CURSOR = 2
"""The line of the screen that the cursor is on: the first below the titles."""


class Watched:
    """A running program whose bytes are counted from look to look."""

    def __init__(self, machine: Machine, terminal: Terminal) -> None:
        self.machine = machine
        self.terminal = terminal

    def bytes_for(self, *lines: Line) -> Counter[int]:
        """Show the program another machine; return the bytes by screen line until two looks saw no difference."""
        before = len(self.terminal.output)
        self.machine.show(*lines)
        self.looks(4)
        return bytes_by_line(self.terminal.output[before:])

    def looks(self, number: int) -> None:
        """Read until so many looks have begun from now on."""
        wanted = self.machine.looks + number
        self.terminal.until(lambda: self.machine.looks >= wanted, f"{number} looks")

    def line_of(self, text: str) -> int:
        return 1 + next(y for y, line in enumerate(self.terminal.text.split("\n")) if text in line)


@contextmanager
def watched(home: Path, size: tuple[int, int], linger: str = FOREVER) -> Iterator[Watched]:
    machine = Machine(home, *QUIET)
    argv = [*machine.argv, "--interval", "0.5", "--linger", linger]
    with Terminal(argv, home, size) as terminal:
        terminal.shows("50009", "i: more")
        watch = Watched(machine, terminal)
        watch.looks(2)
        yield watch


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_is_sent_when_nothing_changes(size: tuple[int, int], tmp_path: Path) -> None:
    with watched(tmp_path, size) as watch:
        assert not watch.bytes_for(*QUIET)


CHANGES = {
    "changed": ("~", [*QUIET[:-1], Line(9, "CLOSE_WAIT", 50009)], "CLOSE_WAIT"),
    "new": ("+", [*QUIET, Line(10, "SYN_SENT", 50010)], "SYN_SENT"),
    "closed": ("x", QUIET[:-1], "50009"),
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("change", CHANGES)
def test_one_row_costs_one_line(change: str, size: tuple[int, int], tmp_path: Path) -> None:
    """The row's own line, from the move to it to its last cell; beside it only the status bar is drawn, twice."""
    mark, lines, text = CHANGES[change]
    with watched(tmp_path, size) as watch:
        sent = watch.bytes_for(*lines)
        row, status = watch.line_of(f"{text} "), size[1] - 1
        assert watch.terminal.line_with(f"{text} ").startswith(mark)
    assert 0 < sent[row] <= ROW
    assert set(sent) <= {row, status, CURSOR}
    assert sent[CURSOR] <= 20  # where the terminal's cursor is put after each refresh, for who reads by Braille
    assert sent[status] <= 2 * ROW


@pytest.mark.parametrize(("key", "shown"), [("/ng", "10 of 10 rows"), ("/", "Filter:"), ("\x10", "Quit. Leave")])
def test_nothing_is_sent_while_one_thinks_what_to_type(key: str, shown: str, tmp_path: Path) -> None:
    with watched(tmp_path, (80, 24)) as watch:
        watch.terminal.send(key)
        watch.terminal.shows(shown)
        watch.looks(3)
        before = len(watch.terminal.output)
        watch.looks(4)
        assert not watch.terminal.output[before:]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_details_cost_nothing_while_nothing_changes(size: tuple[int, int], tmp_path: Path) -> None:
    with watched(tmp_path, size) as watch:
        watch.terminal.send("\r")
        watch.terminal.shows("Executable ")
        watch.looks(2)
        before = len(watch.terminal.output)
        watch.looks(4)
        assert not watch.terminal.output[before:]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_mark_fades_for_the_price_of_a_line(size: tuple[int, int], tmp_path: Path) -> None:
    with watched(tmp_path, size, linger="2") as watch:
        watch.machine.show(*QUIET[:4], Line(4, "CLOSE_WAIT", 50004), *QUIET[5:])
        watch.terminal.shows("~ nginx")
        watch.terminal.until(lambda: "~0 x0" in watch.terminal.text, "a look after the change")
        before = len(watch.terminal.output)
        watch.terminal.lacks("~ nginx")
        watch.looks(2)
        sent = bytes_by_line(watch.terminal.output[before:])
        row = watch.line_of("CLOSE_WAIT ")
    assert 0 < sent[row] <= ROW
    assert sent.total() <= ROW


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_one_step_of_the_cursor_costs_two_lines(size: tuple[int, int], tmp_path: Path) -> None:
    with watched(tmp_path, size) as watch:
        before = len(watch.terminal.output)
        watch.terminal.send("\x1b[B")
        watch.terminal.until(lambda: "›" in watch.terminal.line_with("50001"), "the cursor on the next row")
        watch.looks(2)
        assert bytes_by_line(watch.terminal.output[before:]).total() <= 2 * ROW
