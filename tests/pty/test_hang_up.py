"""A lost line (the SSH session is gone) ends the program soon, and it does not spin until then."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.pty.runner import Line, Machine
from tests.pty.terminal import PATIENCE, Terminal

if TYPE_CHECKING:
    from pathlib import Path

CPU = 2.0
"""Seconds of processor time for coming to an end; a program that spins has used PATIENCE by then."""

LINES: dict[str, dict[str, Any]] = {
    "SIGHUP": {},
    "SIGHUP ignored, as nohup does": {"ignore": (signal.SIGHUP,)},
    "no signal, only a dead line": {"tty": False},
}


@pytest.mark.parametrize("dialog", ["", "?"])
@pytest.mark.parametrize("line", LINES)
def test_a_hang_up_ends_the_program(line: str, dialog: str, tmp_path: Path) -> None:
    machine = Machine(tmp_path, Line(1))
    with Terminal(machine.argv, tmp_path, **LINES[line]) as terminal:
        terminal.shows("50000")
        terminal.send(dialog)
        if dialog:
            terminal.shows("Sort. Choose")
        used = sum(psutil.Process(terminal.process.pid).cpu_times()[:2])
        terminal.hang_up()
        assert spent(terminal) - used < CPU


def spent(terminal: Terminal) -> float:
    """Return the processor time in seconds that the program has used when it ends."""
    descriptor = os.pidfd_open(terminal.process.pid)
    try:
        import select

        assert select.select([descriptor], [], [], PATIENCE)[0], "the program goes on without a terminal"
    finally:
        os.close(descriptor)
    _, status, usage = os.wait4(terminal.process.pid, 0)
    terminal.process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime
