"""The real program in a real pseudo-terminal: its bytes, and the screen that pyte makes of them."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pyte

PATIENCE = 30.0
"""Seconds after which something that should happen counts as never happening. Only a failing test waits so long."""

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "tcpview_tui")

_KITTY = re.compile(rb"\x1b\[[<>=]\d*u")
"""Keyboard protocol of kitty: pyte would print the last letter of it."""


class Terminal:
    """A program on a pseudo-terminal of `columns` x `lines`. The test reads; nothing is read behind its back."""

    def __init__(self, argv: Sequence[str], home: Path, size: tuple[int, int] = (80, 24), **options: Any) -> None:
        """`options`: `env` is added to an otherwise empty environment; `tty`, `ignore`, `stderr`: see `_start`."""
        self.output = b""
        self.columns, self.lines = size
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.master, slave = pty.openpty()
        self._set_size(*size)
        self.before = termios.tcgetattr(self.master)
        try:
            self.process = _start(argv, home, slave, **options)
        finally:
            os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def text(self) -> str:
        """The screen as it stands, line by line."""
        return "\n".join(self._screen.display)

    def line_with(self, text: str) -> str:
        return next(line for line in self._screen.display if text in line)

    def send(self, keys: str | bytes) -> None:
        """Type all of `keys` in one write."""
        os.write(self.master, keys.encode() if isinstance(keys, str) else keys)

    def until(self, condition: Callable[[], object], what: str = "the condition") -> None:
        """Read until `condition` holds; fail with the screen when it does not in time, or the program has ended."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if not self.pump(0.05) or time.monotonic() > deadline:
                if condition():
                    return
                raise AssertionError(f"{what} did not come about; status {self.process.poll()}, screen:\n{self.text}")

    def shows(self, *texts: str) -> None:
        """Read until every one of `texts` is on the screen."""
        self.until(lambda: all(text in self.text for text in texts), f"{texts!r} on the screen")

    def lacks(self, *texts: str) -> None:
        """Read until none of `texts` is on the screen."""
        self.until(lambda: not any(text in self.text for text in texts), f"{texts!r} off the screen")

    def pump(self, seconds: float = 0.0) -> bool:
        """Take in what there is, waiting at most `seconds` for it; False when the line is dead."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # EIO: the last process that had the terminal open is gone, and all it wrote was read
            return False
        self.output += data
        self._stream.feed(_KITTY.sub(b"", data))
        return True

    def resize(self, columns: int, lines: int) -> None:
        """Resize as a terminal emulator does: the kernel sends SIGWINCH."""
        self._screen.resize(lines, columns)
        self.columns, self.lines = columns, lines
        self._set_size(columns, lines)

    def redraw(self, columns: int, lines: int) -> None:
        """Resize, and read until the program has drawn something for the new size."""
        before = len(self.output)
        self.resize(columns, lines)
        self.until(lambda: len(self.output) > before, f"a redraw at {columns}x{lines}")

    def wait(self) -> int:
        """Read until the program has ended and nothing more can come; return its exit status."""
        deadline = time.monotonic() + PATIENCE
        while self.pump(0.05):
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; screen:\n{self.text}")
        return self.process.wait(PATIENCE)

    def attributes(self) -> list[Any]:
        """The settings of the line, as tcgetattr(3) tells them."""
        return termios.tcgetattr(self.master)

    def hang_up(self) -> None:
        """Drop the line, as a lost SSH session does."""
        if self.master >= 0:
            os.close(self.master)
            self.master = -1

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def environment(home: Path, **more: str) -> dict[str, str]:
    """A small environment of its own, so that neither this machine's settings nor its caches play a part."""
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "CACHE", "STATE", "DATA")}
    fixed = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", "TZ": "UTC", "PYTHONPATH": str(ROOT)}
    return {**fixed, **folders, "TERM": "xterm-256color", "COLORTERM": "truecolor", **more}


def _start(
    argv: Sequence[str],
    home: Path,
    slave: int,
    *,
    env: dict[str, str] | None = None,
    tty: bool = True,
    ignore: tuple[signal.Signals, ...] = (),
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `argv`. Without `tty` the line is not its controlling terminal, so that no signal tells of a hang-up."""

    def prepare() -> None:
        if tty:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for number in ignore:
            signal.signal(number, signal.SIG_IGN)

    return subprocess.Popen(
        argv,
        stdin=slave,
        stdout=slave,
        stderr=slave if stderr is None else stderr,
        start_new_session=True,
        preexec_fn=prepare,
        cwd=home,
        env=environment(home, **(env or {})),
    )
