"""Keys that arrive in one write go where they were meant, and a burst never ends a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.pty.target import Target, target
from tests.pty.terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from pathlib import Path

DIALOG = "Enter cancels"


@pytest.fixture(scope="module")
def victim() -> Iterator[Target]:
    with target() as running:
        yield running


@contextmanager
def on_row_of(victim: Target, home: Path) -> Iterator[Terminal]:
    """The program with the cursor on the only row of the target."""
    with Terminal([*PROGRAM, "--filter", f"pid:{victim.pid}"], home) as terminal:
        terminal.shows("LISTEN ", "pty-target")
        yield terminal
        assert victim.lives


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_a_listener_is_on_the_screen_with_its_process(victim: Target, size: tuple[int, int], tmp_path: Path) -> None:
    with Terminal([*PROGRAM, "--filter", f"port:{victim.port}"], tmp_path, size) as terminal:
        terminal.shows("LISTEN ", "pty-target")
        line = terminal.line_with("LISTEN ")
        assert "pty-target" in line
        assert str(victim.pid) in line
        assert str(victim.port) in line


@pytest.mark.parametrize("text", ["kube", "q", "kq?", "xk s"])
def test_what_follows_a_slash_is_a_filter(text: str, victim: Target, tmp_path: Path) -> None:
    with on_row_of(victim, tmp_path) as terminal:
        terminal.send(f"/{text}")
        terminal.shows(f"Filter: {text}")
        terminal.send("\r")
        terminal.shows(f"Filter  {text} ")
        assert DIALOG not in terminal.output.decode()


def test_a_filter_is_kept_before_the_key_behind_it(victim: Target, tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path) as terminal:
        terminal.shows("i: more")
        terminal.send(f"/pid:{victim.pid}\rk")
        terminal.shows(DIALOG, f"PID      {victim.pid} ", "pty-target")
        terminal.send("\r")
        terminal.lacks(DIALOG)
        assert victim.lives


@pytest.mark.parametrize("burst", ["k\r", "kq\r", "kkkk\r", "k\x1b", "kk\rk\r"])
def test_enter_cancels(burst: str, victim: Target, tmp_path: Path) -> None:
    with on_row_of(victim, tmp_path) as terminal:
        terminal.send(f"{burst}a")
        terminal.shows("Action log (UTC)", "Nothing was done yet")


def test_escape_and_a_letter_are_two_keys(victim: Target, tmp_path: Path) -> None:
    with on_row_of(victim, tmp_path) as terminal:
        terminal.send("/zzz\x1bk")
        terminal.shows(DIALOG, f"PID      {victim.pid} ")


def test_a_paste_onto_the_table_is_a_filter(victim: Target, tmp_path: Path) -> None:
    with on_row_of(victim, tmp_path) as terminal:
        terminal.send("\x1b[200~/kq k 10.1.2.3\r\nq\x1b[201~")
        terminal.shows("Filter: kq k 10.1.2.3 q")
        assert DIALOG not in terminal.output.decode()
