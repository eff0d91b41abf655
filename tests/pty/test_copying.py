"""Copying and saving in a real terminal: what reaches its clipboard, and whose mouse it is."""

from __future__ import annotations

import os
import re
import signal
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal
from tests.pty.wire import modes

MOUSE = (1000, 1003, 1006, 1015)
CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    machine = Machine(tmp_path, Line(1))
    with Terminal(machine.argv, tmp_path, (120, 24)) as terminal:
        terminal.shows("93.184.216.34", "LIVE")
        yield terminal


def mouse(terminal: Terminal) -> set[bool]:
    now = modes(terminal.output)
    return {now[mode] for mode in MOUSE}


def test_the_terminal_gets_the_row_and_then_the_mouse(terminal: Terminal) -> None:
    terminal.send("y")
    terminal.shows("Copied 1 row to the terminal's clipboard (OSC 52).")
    (copied,) = CLIPBOARD.findall(terminal.output)
    line = b64decode(copied).decode()
    assert line.startswith("nginx\t812\t")
    assert mouse(terminal) == {True}
    terminal.send("y")
    terminal.shows("1 row to copy by hand")
    terminal.until(lambda: mouse(terminal) == {False}, "the mouse for the terminal")
    terminal.until(lambda: "\nnginx   812     " in terminal.text, "the text from the first cell on")
    terminal.send("\x1b")
    terminal.until(lambda: mouse(terminal) == {True}, "the mouse for the program")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_leaves_from_the_text_has_a_mouse_afterwards(terminal: Terminal, number: signal.Signals) -> None:
    terminal.send("yy")
    terminal.shows("1 row to copy by hand")
    os.kill(terminal.process.pid, number)
    assert terminal.wait() == 128 + number
    assert mouse(terminal) == {False}


def test_a_file_is_saved_by_typing_its_name(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    terminal.send(f"\x13\x15{file}\r")
    terminal.until(file.exists, "the file")
    terminal.shows("Saved 1 row to")
    assert file.read_text().splitlines()[1].split(",")[2:4] == ["nginx", "812"]
