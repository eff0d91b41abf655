"""Input that no person types: reports with strange numbers, keys glued together, pastes without an end."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.pty.target import target
from tests.pty.terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "i: more"


@pytest.mark.parametrize(
    "report",
    [
        b"\x1b[48;24;80;0;0t\x1b[<35;5;5M",
        b"\x1b[97;1:3u",
        b"\x1b[1114112u",
        b"\x1b[99999999999999u",
        b"\x1b[1;1:3A",
        b"\x1b[48;99999;99999;480;800t",
        b"\x1b[48;0;0;0;0t\x1b[6~\x1b[6~",
        b"\x1bP>|kitty(0.32.0)\x1b\\",
    ],
    ids=repr,
)
def test_a_strange_report_ends_nothing_and_types_nothing(report: bytes, tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path, (80, 24)) as terminal:
        terminal.shows(ROWS)
        terminal.send("s")
        terminal.shows("Sort by")
        terminal.send(report.decode())
        terminal.send("\x1b")
        terminal.lacks("Sort by")
        terminal.send("/still-here")
        terminal.shows("still-here")
        terminal.send("\x03\x03")
        assert terminal.wait() == 130


def test_esc_and_enter_in_one_write_do_not_confirm(tmp_path: Path) -> None:
    with target() as victim, Terminal((*PROGRAM, "--filter", f"pid:{victim.pid}"), tmp_path, (80, 24)) as terminal:
        terminal.shows("LISTEN")
        terminal.send("k")
        terminal.shows("TERM asks")
        terminal.send("\t")
        terminal.send("\x1b\r")
        terminal.lacks("TERM asks")
        os.kill(victim.pid, 0)
        terminal.send("a")
        terminal.shows("Nothing was done yet.")


def test_ctrl_c_works_after_a_paste_without_an_end(tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path, (80, 24)) as terminal:
        terminal.shows(ROWS)
        terminal.send("\x1b[200~abc")
        terminal.send("q")
        terminal.pump(0.5)
        terminal.send("\x03")
        assert terminal.wait() == 130


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_as_soon_as_the_terminal_is_changed_changes_it_back(number: int, status: int, tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path, (80, 24)) as terminal:
        terminal.until(lambda: b"\x1b[?1049h" in terminal.output, "the alternate screen")
        os.kill(terminal.process.pid, number)
        assert terminal.wait() == status
        assert b"\x1b[?1049l" in terminal.output


def test_the_size_is_that_of_the_terminal_and_not_of_the_environment(tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path, (80, 24), env={"COLUMNS": "99999999", "LINES": "40"}) as terminal:
        terminal.shows(ROWS, "LIVE", "q Quit")
