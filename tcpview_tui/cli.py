"""The command line: arguments become settings, settings become a run. The only place that prints or exits."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
import msgspec
import platformdirs

from tcpview_tui import __version__
from tcpview_tui.config import APP_NAME, ConfigError, Settings, bounds, build, default_path, describe, load
from tcpview_tui.exits import FAILED, INTERRUPTED, WRONG_USAGE
from tcpview_tui.files import replace_content
from tcpview_tui.memory import Memory
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.remembered import merged
from tcpview_tui.text import safe
from tcpview_tui.tui.terminal import Terminal
from tcpview_tui.tui.theme import THEME_NAMES

if TYPE_CHECKING:
    from tcpview_tui.tui.app import TcpviewApp

_MISLEADING = ("COLUMNS", "LINES", "TEXTUAL_COLOR_SYSTEM")
"""Variables that Textual and Rich believe more than the terminal: they may be of another one, or nonsense."""

_GARBAGE = 50_000
"""Objects between two searches for cyclic garbage. Rows are never cyclic, and Python's own 700 makes it search among
100,000 of them again and again."""


def main() -> NoReturn:
    """Run the program and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        status = live(standalone_mode=False)
    except click.ClickException as error:
        _say(error)
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        status = INTERRUPTED
    sys.exit(status)


def _say(error: click.ClickException) -> None:
    if isinstance(error, _WrongUsageError):
        error.show()
    else:  # click repeats what was typed, and a script may have taken that from a stranger
        click.echo(f"{APP_NAME}: {safe(error.format_message())}\nTry '{APP_NAME} --help'.", err=True)


def _range(name: str) -> click.FloatRange:
    least, most = bounds(name)
    return click.FloatRange(least, most)


@click.command(name=APP_NAME, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--interval", type=_range("interval"), help=describe("interval"))
@click.option("--filter", metavar="EXPR", help=describe("filter"))
@click.option("--names/--no-names", default=None, help=describe("names"))
@click.option("--theme", type=click.Choice(THEME_NAMES), help=describe("theme"))
@click.option("--ascii/--no-ascii", default=None, help=describe("ascii"))
@click.option("--mouse/--no-mouse", default=None, help=describe("mouse"))
@click.option("--read-only", is_flag=True, default=None, help=describe("read_only"))
@click.option("--offline", is_flag=True, default=None, help=describe("offline"))
@click.option("--linger", type=_range("linger"), metavar="SECONDS", help=describe("linger"))
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Read the settings from this file.")
@click.option("--fresh", is_flag=True, help="Ignore what was remembered, and remember nothing of this run.")
@click.version_option(__version__, prog_name=APP_NAME)
def live(config: Path | None, fresh: bool, **options: Any) -> int:
    """See every TCP and UDP connection of this machine and the process behind it, live."""
    given = {name: value for name, value in options.items() if value is not None}
    try:
        settings = build(msgspec.to_builtins(load(config)) | given)
    except ConfigError as error:
        raise _usage(str(error)) from error
    file = config or default_path()
    _check_filter(settings.filter, "--filter" if "filter" in given else f"{file}: filter")
    _check_terminal()
    memory = Memory(None if fresh else default_path().parent)
    return _run(merged(settings, memory.remembered, given), memory, file)


def _check_filter(expression: str, origin: str) -> None:
    try:
        parse(expression)
    except QueryError as error:
        before, marked = safe(expression[: error.start]), safe(expression[error.start : error.end])
        pointer = " " * len(before) + "^" * max(len(marked), 1)
        raise _usage(f"{safe(origin)}: {error}\n  {safe(expression)}\n  {pointer}") from error


def _check_terminal() -> None:
    for stream, name in ((sys.stdin, "standard input"), (sys.stdout, "standard output")):
        if stream is None or not stream.isatty():
            raise _usage(f"{name} is not a terminal, and the live table needs one. Over SSH, use ssh -t.")
    if os.environ.get("TERM") in ("dumb", "unknown"):
        raise _usage("TERM says that this terminal cannot move its cursor; set TERM, for example to xterm.")


def _run(settings: Settings, memory: Memory, file: Path) -> int:
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.sources.base import Sampler
    from tcpview_tui.sources.psutil_source import PsutilSource

    gc.set_threshold(_GARBAGE)
    for name in _MISLEADING:
        os.environ.pop(name, None)
    clock = SystemClock()
    sampler = Sampler(PsutilSource(), clock)
    sampler.begin()
    from tcpview_tui.tui.app import TcpviewApp  # most of a start is this import: the first look runs beside it

    cache = platformdirs.user_cache_path(APP_NAME, appauthor=False)
    no_color = bool(os.environ.get("NO_COLOR"))
    try:
        app = TcpviewApp(sampler, clock, settings, cache, no_color, memory)
    except ConfigError as error:  # of the keys, which only the program with its actions can judge
        raise _usage(f"{safe(str(file))}: {error}") from error
    if sys.stderr is None or not sys.stderr.isatty():
        vars(sys)["__stderr__"] = sys.__stdout__  # Textual draws on the standard error stream, which may be a file
    terminal = Terminal()
    status = app.run(mouse=settings.mouse)
    if app.failure is not None:
        terminal.restore()
        return _report(app)
    return status if status is not None else app.return_code or 0


def _report(app: TcpviewApp) -> int:
    """Write what went wrong to a file and say so in a sentence."""
    failure = app.failure
    assert failure is not None  # noqa: S101 - the caller has checked
    file = platformdirs.user_state_path(APP_NAME, appauthor=False) / "crash.txt"
    sentence = f"{APP_NAME} ended because of an error in itself ({type(failure).__name__})."
    try:
        told = "".join(traceback.format_exception(failure))
        replace_content(file, told.encode("utf-8", "backslashreplace"))
        click.echo(f"{sentence} Please report it with the file {safe(str(file))}.", err=True)
    except OSError as error:
        click.echo(f"{sentence} The details could not be written to {safe(str(file))}: {error.strerror}.", err=True)
    return FAILED


def _usage(sentence: str) -> click.ClickException:
    """Return an error that is shown as one sentence, without click's own "Error:", and exits with 2."""
    return _WrongUsageError(f"{APP_NAME}: {sentence}")


class _WrongUsageError(click.ClickException):
    exit_code = WRONG_USAGE

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)
