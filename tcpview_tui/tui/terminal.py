"""The terminal as it was before, for a run that ended where Textual does not clean up."""

from __future__ import annotations

import sys
from typing import Any

LEAVE = "\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[<u"
"""Main screen, cursor, line wrap; no paste marks, mouse, focus reports or kitty keys (xterm's ctlseqs)."""


class Terminal:
    """Remembers the modes of the terminal (termios(3)), where there is such a thing."""

    def __init__(self) -> None:
        self._modes: list[Any] | None = None
        if sys.platform != "win32":
            import termios

            self._modes = termios.tcgetattr(sys.stdin.fileno())

    def restore(self) -> None:
        """Set the modes back and leave the alternate screen, unless Textual has done it."""
        if sys.platform != "win32" and self._modes is not None:
            import termios

            if termios.tcgetattr(sys.stdin.fileno()) == self._modes:
                return
            sys.stdout.write(LEAVE)
            sys.stdout.flush()
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._modes)
