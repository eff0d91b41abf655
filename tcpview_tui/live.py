"""The live table on a terminal: what must be right before it starts, and what is said when it ends by an error."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from contextlib import closing
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


def check_terminal(what: str) -> None:
    """Raise `WrongUsageError` unless there is a terminal that `what` can be drawn on."""
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if stream is None or not stream.isatty():
            raise WrongUsageError(f"{name} is not a terminal, and {what} needs one. Over SSH, use ssh -t.")
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise WrongUsageError("TERM says that this terminal cannot move its cursor; set TERM, for example to xterm.")


def run(settings: Settings, memory: Memory, file: Path) -> int:
    """Show the table until it is left, and return the exit status. `file` is where the settings are from."""
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.judging.bench import Bench
    from tcpview_tui.seating import seated
    from tcpview_tui.sources.base import Sampler

    prepare()
    heed_signals()
    clock = SystemClock()
    with closing(Sampler(chosen(settings, clock), clock)) as sampler:
        sampler.begin()
        try:
            from tcpview_tui.tui.app import TcpviewApp  # most of a start is this import: the first look runs beside it

            bench = seated(settings, clock, Bench) if settings.findings else Bench(clock)
            return show(TcpviewApp(sampler, clock, settings, cache(), no_color(), memory, bench))
        except ConfigError as error:  # of the keys, which only the program with its actions can judge
            raise WrongUsageError(f"{safe(str(file))}: {error}") from error


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
    """Let SIGINT, SIGTERM and SIGHUP wait for the application, which leaves in good order (`catch_signals`).

    The kernel traces for this program by then, and has to be told to stop. No handler can see to that by an exception:
    while modules are imported, Python makes another one of it (``__set_name__``), or drops it (``__del__``).
    """
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


def show(app: TcpviewApp) -> int:
    """Run the application on the terminal, and return the exit status: not 0 when a recording has lost something."""
    from tcpview_tui.tui.terminal import Terminal

    if sys.stderr is None or not sys.stderr.isatty():
        vars(sys)["__stderr__"] = sys.__stdout__  # Textual draws on the standard error stream, which may be a file
    terminal = Terminal()
    status = app.run(mouse=app.session.settings.mouse)
    if app.failure is not None:
        terminal.restore()
        status = _report(app.failure)
    for sentence in app.farewell:
        click.echo(safe(sentence), err=True)
    return status or app.return_code or (FAILED if app.session.taping.losses else 0)


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
