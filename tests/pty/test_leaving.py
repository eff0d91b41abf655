"""Whatever ends the program, the terminal is as it was before."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.pty.runner import Line, Machine
from tests.pty.terminal import PROGRAM, Terminal
from tests.pty.wire import modes

if TYPE_CHECKING:
    from pathlib import Path

AFTERWARDS = {
    7: True,  # line wrap
    25: True,  # cursor shown
    1000: False,  # mouse: clicks
    1003: False,  # mouse: every move
    1004: False,  # focus reports
    1006: False,  # mouse: SGR coordinates
    1015: False,  # mouse: urxvt coordinates
    1049: False,  # alternate screen
    2004: False,  # bracketed paste
}
"""DEC private modes (ctlseqs, xterm) that the program may set, and how a shell wants them."""

SIZES = ((80, 24), (120, 40))
STARTED = "i: more"
"""Stands on the screen once the first look is taken in."""


def key(letter: str) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.send(letter)


def sent(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: os.kill(terminal.process.pid, number)


def stopped_and_continued(terminal: Terminal) -> None:
    for number in (signal.SIGSTOP, signal.SIGCONT):
        os.kill(terminal.process.pid, number)
    terminal.send("i")
    terminal.shows("What is not visible")
    terminal.send("\x1bq")


WAYS = {
    "q after SIGSTOP and SIGCONT": (stopped_and_continued, 0),
    "q": (key("q"), 0),
    "Ctrl-C": (key("\x03\x03"), 130),
    "Ctrl-C in a dialog": (key("?\x03\x03"), 130),
    "Ctrl-C in the filter": (key("/ab\x03\x03"), 130),
    "SIGINT": (sent(signal.SIGINT), 130),
    "SIGTERM": (sent(signal.SIGTERM), 143),
}


def left_clean(terminal: Terminal) -> str:
    """Check that the terminal is as it was; return what stands on it after the program."""
    assert terminal.attributes() == terminal.before
    assert modes(terminal.output) == {**modes(terminal.output), **AFTERWARDS}
    assert terminal.output.count(b"\x1b[<u") == len(re.findall(rb"\x1b\[>\d+u", terminal.output)) > 0
    said = terminal.output.rpartition(b"\x1b[?1049l")[2].decode()
    return re.sub(r"\x1b\[[^a-z]*[a-z]", "", said)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("way", WAYS)
def test_the_terminal_is_as_before(way: str, size: tuple[int, int], tmp_path: Path) -> None:
    end, status = WAYS[way]
    with Terminal(PROGRAM, tmp_path, size) as terminal:
        terminal.shows(STARTED)
        end(terminal)
        assert terminal.wait() == status
        assert left_clean(terminal).strip() == ""


def test_leaving_a_recording_that_lost_something_is_a_failure(tmp_path: Path) -> None:
    machine = Machine(tmp_path, Line(1))
    with Terminal(machine.argv, tmp_path) as terminal:
        terminal.shows("50000")
        terminal.send("R")
        terminal.shows("REC")
        recording = next(tmp_path.glob("*.tcpview"))
        recording.unlink()
        recording.mkdir()  # nothing can be made there again
        machine.show(Line(2))
        terminal.shows("REC: not written")
        terminal.send("q")
        assert terminal.wait() == 1
        said = left_clean(terminal)
    assert "rows were never written." in said
    assert "the last seal is" in said


STUCK = """
import sys, time
from pathlib import Path
from tcpview_tui.cli import main
from tcpview_tui.tui.session import Session
sign = Path(sys.argv.pop())
Session.mark = lambda self: (sign.touch(), time.sleep(60))
main()
"""


def test_ctrl_c_twice_ends_a_program_that_is_stuck_and_gives_the_terminal_back(tmp_path: Path) -> None:
    sign = tmp_path / "stuck"
    with Terminal((sys.executable, "-c", STUCK, str(sign)), tmp_path, (80, 24)) as terminal:
        terminal.shows(STARTED)
        terminal.send("m")
        terminal.until(sign.exists, "the program to be stuck")
        terminal.send("\x03\x03")
        assert terminal.wait() == 130
        left_clean(terminal)


def test_an_error_inside_ends_in_a_sentence(tmp_path: Path) -> None:
    machine = Machine(tmp_path, Line(1))
    with Terminal(machine.argv, tmp_path) as terminal:
        terminal.shows("50000")
        machine.show(Line(1), Line(2, pid=0))
        assert terminal.wait() == 1
        said = left_clean(terminal)
    crash = tmp_path / "state" / "tcpview-tui" / "crash.txt"
    assert "ended because of an error in itself (AttributeError)" in said
    assert str(crash) in said.replace("\r\n", "")
    assert "Traceback" not in terminal.output.decode()
    assert "Traceback" in crash.read_text()
    assert "AttributeError" in crash.read_text()


@pytest.mark.parametrize("noise", [b"\xff", b"\xe9", b"\x1b[\x1b[9;9\x1b]52;c;\x1b\\", b"\x00\x1b[M\xf0\xf0\xf0"])
def test_noise_on_the_line_ends_nothing(noise: bytes, tmp_path: Path) -> None:
    machine = Machine(tmp_path, Line(1))
    with Terminal(machine.argv, tmp_path) as terminal:
        terminal.shows("50000")
        terminal.send(noise)
        before = machine.looks
        terminal.until(lambda: machine.looks > before + 2, "two more looks")
        terminal.send("\x1b")
        machine.show(Line(1, port=50001))
        terminal.shows("50001")
        terminal.send("\x03\x03")
        assert terminal.wait() == 130
        left_clean(terminal)
