"""Whatever ends the program, the kernel traces nothing for it any more (Linux, root)."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from tests.pty.terminal import PROGRAM, Terminal
from tests.pty.test_leaving import STARTED, STUCK
from tests.sources.traced import instances, traced

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = traced


def made_by(pid: int) -> list[str]:
    return [name for name in instances() if name.startswith(f"tcpview-tui-{pid}-")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_ended_while_starting_leaves_no_trace(number: signal.Signals, tmp_path: Path) -> None:
    with Terminal(PROGRAM, tmp_path) as terminal:
        pid = terminal.process.pid
        terminal.until(lambda: made_by(pid), "the trace")
        os.kill(pid, number)
        assert terminal.wait() == 128 + number
        assert not made_by(pid)


IMPORTING = """
import importlib.abc, os, signal, sys
from tcpview_tui.cli import main

class Swallowing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *_):
        if name == "textual.app":
            try:
                os.kill(os.getpid(), signal.{0})
                for _ in range(1000):
                    pass
            except BaseException:
                pass

sys.meta_path.insert(0, Swallowing())
main()
"""
"""A start in which a module is imported that lets no exception pass."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_ended_while_a_module_swallows_exceptions_ends(number: signal.Signals, tmp_path: Path) -> None:
    with Terminal((sys.executable, "-c", IMPORTING.format(number.name)), tmp_path) as terminal:
        assert terminal.wait() == 128 + number
        assert terminal.attributes() == terminal.before
        assert not made_by(terminal.process.pid)


def test_who_is_stuck_and_abandoned_leaves_no_trace(tmp_path: Path) -> None:
    sign = tmp_path / "stuck"
    with Terminal((sys.executable, "-c", STUCK, str(sign)), tmp_path) as terminal:
        terminal.shows(STARTED)
        terminal.send("m")
        terminal.until(sign.exists, "the program to be stuck")
        assert made_by(terminal.process.pid)
        terminal.send("\x03\x03")
        assert terminal.wait() == 130
        assert not made_by(terminal.process.pid)
