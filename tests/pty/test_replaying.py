"""A recording on a real terminal: it stands still for nothing, and gives the terminal back."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.pty.terminal import PROGRAM, Terminal
from tests.pty.test_leaving import left_clean
from tests.pty.wire import bytes_by_line
from tests.record.tapes import everything
from tests.tui.replay.harness import film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZES = ((80, 24), (120, 40))


def replayed(path: Path) -> tuple[str, ...]:
    return (*PROGRAM, "replay", str(path), "--fresh")


def sent(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: os.kill(terminal.process.pid, number)


def typed(keys: str) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.send(keys)


WAYS = {
    "q": (typed("q"), 0),
    "q while it plays": (typed("+++++ q"), 0),
    "Ctrl-C": (typed("\x03\x03"), 130),
    "SIGTERM": (sent(signal.SIGTERM), 143),
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("way", WAYS)
def test_the_terminal_is_as_before(way: str, size: tuple[int, int], tmp_path: Path) -> None:
    end, status = WAYS[way]
    with Terminal(replayed(film(tmp_path / "a.tcpview")), tmp_path, size) as terminal:
        terminal.shows("PAUSED")
        end(terminal)
        assert terminal.wait() == status
        assert left_clean(terminal).strip() == ""


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_nothing_is_sent_while_it_stands_still(size: tuple[int, int], tmp_path: Path) -> None:
    with Terminal(replayed(film(tmp_path / "a.tcpview")), tmp_path, size) as terminal:
        terminal.shows("PAUSED", "40000")
        terminal.send("...")
        terminal.shows("40001")
        terminal.send("i")
        terminal.shows("What is not visible")
        terminal.send("\x1b")
        terminal.lacks("What is not visible")
        settle(terminal)
        before = len(terminal.output)
        for _ in range(6):  # seconds in which the player looks whether the file has grown
            terminal.pump(0.5)
        assert not bytes_by_line(terminal.output[before:])


def settle(terminal: Terminal) -> None:
    """Read until nothing came for a second."""
    before = -1
    while before != len(terminal.output):
        before = len(terminal.output)
        for _ in range(10):
            terminal.pump(0.1)


def test_a_file_that_vanishes_is_replayed_to_its_end(tmp_path: Path) -> None:
    path = film(tmp_path / "a.tcpview")
    with Terminal(replayed(path), tmp_path, (80, 24)) as terminal:
        terminal.shows("PAUSED", "40000")
        path.unlink()
        terminal.send("jend\r")
        terminal.shows("40059")
        terminal.send(" ")
        terminal.shows("This is the end of the recording.")
        terminal.send("z")
        terminal.shows("cannot be read")
        terminal.send("\x1bq")
        assert terminal.wait() == 0
        left_clean(terminal)


REFUSALS: dict[str, Callable[[Path], object]] = {
    "no file": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "an empty file": lambda path: path.touch(),
    "no recording": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(5000)),
    "of a later version": lambda path: path.write_bytes(_later(path)),
}


def _later(path: Path) -> bytes:
    raw = bytearray(everything(path.parent).read_bytes())
    raw[60:64] = (99).to_bytes(4, "big")  # user_version (fileformat2.html, 1.3)
    return bytes(raw)


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_no_recording_is_refused_in_a_sentence(what: str, tmp_path: Path) -> None:
    path = tmp_path / "b.tcpview"
    REFUSALS[what](path)
    with Terminal(replayed(path), tmp_path, (200, 24)) as terminal:
        assert terminal.wait() == 1
        assert "b.tcpview" in terminal.text
        assert "Traceback" not in terminal.text
        assert "\x1b[?1049h" not in terminal.output.decode()


def test_without_a_terminal_there_is_no_replay(tmp_path: Path) -> None:
    command = replayed(film(tmp_path / "a.tcpview"))
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"is not a terminal, and a replay needs one." in run.stderr
