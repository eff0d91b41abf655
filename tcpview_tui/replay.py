"""``tcpview-tui replay``: a recording in the table it was made from."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from tcpview_tui.config import ConfigError, Settings
from tcpview_tui.exits import FAILED
from tcpview_tui.live import cache, heed_signals, no_color, prepare, show
from tcpview_tui.record.closing import read_line
from tcpview_tui.record.history import History
from tcpview_tui.record.opening import beside
from tcpview_tui.record.reader import Reader, unreadable
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.recorded import Recorded
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.text import Text

    from tcpview_tui.memory import Memory


def replay(path: Path, settings: Settings, memory: Memory, file: Path) -> int:
    """Show a recording until it is left, and return the exit status. `file` is where the settings are from."""
    try:
        with closing(Reader(path)) as reader:
            return _replay(reader, path, settings, memory)
    except ConfigError as error:  # of the keys, which only the program with its actions can judge
        raise WrongUsageError(f"{safe(str(file))}: {error}") from error
    except OSError as error:
        click.echo(unreadable(path, error), err=True)
        return FAILED


def _replay(reader: Reader, path: Path, settings: Settings, memory: Memory) -> int:
    from tcpview_tui.clock import SystemClock

    prepare()
    heed_signals()
    clock = SystemClock()
    sampler = Sampler(Recorded(reader.facts), clock)
    from tcpview_tui.tui.replay.app import ReplayApp

    return show(
        ReplayApp(
            History(reader, lambda: is_written(path)), lambda: _summary(path),
            sampler, clock, settings, cache(), no_color(), memory,
        )
    )  # fmt: skip


def is_written(path: Path) -> bool:
    """Return whether somebody may still write a recording: it has neither its closing line nor lost its log."""
    try:
        with path.open("rb") as file:
            return read_line(file)[1] is None and beside(path, "-wal").exists()
    except OSError:
        return False


def _summary(path: Path) -> Text:
    """Return what the recording comes to, or why nobody can tell. It is read anew, in a thread of its own."""
    from rich.text import Text

    from tcpview_tui.summary import summary

    lines, fault = summary(path)
    return Text("\n".join([*filter(None, [fault]), *lines]))
