"""Pages in a browser: only where there is a desktop for it, and never on this terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"

PATIENCE = 20.0
"""Seconds that a browser may take to start; what starts one returns as soon as it runs."""


def is_desktop(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether a browser would open in front of whoever is at this terminal.

    Over SSH none does: it would open at the other machine, or come slowly through X11 forwarding, whose displays are
    named ``localhost:10.0`` (sshd_config(5), X11DisplayOffset), which sudo keeps while it drops what SSH has set.
    """
    if any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return False
    display = environ.get("DISPLAY", "")
    is_here = bool(display) and not display.startswith("localhost:")
    return is_here or bool(environ.get("WAYLAND_DISPLAY")) or platform in {"darwin", "win32"}


def open_page(url: str) -> str:
    """Hand a URL over to the browser and wait, for worker threads only; return a sentence about it.

    In a process of its own without a terminal, because ``webbrowser`` falls back to w3m or lynx, which would draw over
    this screen, and because browsers write warnings; isolated (-I), so that no file of the current folder is run. The
    keys of services, which stand in variables of this program's own, are not handed on.
    """
    command = [sys.executable, "-I", "-c", _OPEN, url]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("TCPVIEW_TUI_")}
    try:
        subprocess.run(  # noqa: S603 - this interpreter, and a URL that is one argument
            command,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, timeout=PATIENCE, check=True, env=environ,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "No browser could be started. Enter copies the URL instead."
    return "Handed over to the browser."
