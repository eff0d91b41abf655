"""The live table on a terminal: what must be right before it starts, and what is said when it ends by an error."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING

import click
import platformdirs

from tcpview_tui.config import APP_NAME, ConfigError, Settings
from tcpview_tui.exits import FAILED
from tcpview_tui.files import replace_content
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError, chosen

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.memory import Memory
    from tcpview_tui.tui.app import TcpviewApp

_MISLEADING = ("COLUMNS", "LINES", "TEXTUAL_COLOR_SYSTEM")
"""Variables that Textual and Rich believe more than the terminal: they may be of another one, or nonsense."""

_GARBAGE = 50_000
"""Objects between two searches for cyclic garbage. Rows are never cyclic, and Python's own 700 makes it search among
100,000 of them again and again."""


def check_terminal() -> None:
    """Raise `WrongUsageError` unless there is a terminal that the table can be drawn on."""
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if stream is None or not stream.isatty():
            raise WrongUsageError(f"{name} is not a terminal, and the live table needs one. Over SSH, use ssh -t.")
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise WrongUsageError("TERM says that this terminal cannot move its cursor; set TERM, for example to xterm.")


def run(settings: Settings, memory: Memory, file: Path) -> int:
    """Show the table until it is left, and return the exit status. `file` is where the settings are from."""
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.sources.base import Sampler

    prepare()
    clock = SystemClock()
    sampler = Sampler(chosen(settings, clock), clock)
    heed_signals()
    try:
        sampler.begin()
        from tcpview_tui.tui.app import TcpviewApp  # most of a start is this import: the first look runs beside it

        return show(TcpviewApp(sampler, clock, settings, cache(), no_color(), memory))
    except ConfigError as error:  # of the keys, which only the program with its actions can judge
        raise WrongUsageError(f"{safe(str(file))}: {error}") from error
    finally:
        sampler.close()


def prepare() -> None:
    """Make this process fit for a table."""
    gc.set_threshold(_GARBAGE)
    for name in _MISLEADING:
        os.environ.pop(name, None)


def cache() -> Path:
    """Return the folder for answers of look-ups."""
    return platformdirs.user_cache_path(APP_NAME, appauthor=False)


def no_color() -> bool:
    """Return whether no colour is to be sent at all (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def heed_signals() -> None:
    """Leave in good order at SIGTERM and SIGHUP, until the application heeds them itself: the kernel traces by then."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)


def show(app: TcpviewApp) -> int:
    """Run the application on the terminal, and return the exit status."""
    from tcpview_tui.tui.terminal import Terminal

    if sys.stderr is None or not sys.stderr.isatty():
        vars(sys)["__stderr__"] = sys.__stdout__  # Textual draws on the standard error stream, which may be a file
    terminal = Terminal()
    status = app.run(mouse=app.session.settings.mouse)
    if app.failure is not None:
        terminal.restore()
        return _report(app.failure)
    for sentence in app.farewell:
        click.echo(safe(sentence), err=True)
    return status if status is not None else app.return_code or 0


def _report(failure: Exception) -> int:
    """Write what went wrong to a file and say so in a sentence."""
    file = platformdirs.user_state_path(APP_NAME, appauthor=False) / "crash.txt"
    sentence = f"{APP_NAME} ended because of an error in itself ({type(failure).__name__})."
    try:
        told = "".join(traceback.format_exception(failure))
        replace_content(file, told.encode("utf-8", "backslashreplace"))
        click.echo(f"{sentence} Please report it with the file {safe(str(file))}.", err=True)
    except OSError as error:
        click.echo(f"{sentence} The details could not be written to {safe(str(file))}: {error.strerror}.", err=True)
    return FAILED
