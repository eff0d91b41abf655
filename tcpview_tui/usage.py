"""What every command asks of its arguments: each thing it refuses is a sentence, and exit status 2."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from tcpview_tui.config import APP_NAME, ConfigError, Settings, build, default_path, load
from tcpview_tui.exits import WRONG_USAGE
from tcpview_tui.model.query import Query, QueryError, parse
from tcpview_tui.sources.choose import choose
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.sources.base import Source


class Number(click.FloatRange):
    """A number within bounds. click takes ``nan`` for one that is in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number, or fail with a sentence."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if math.isnan(number):
            self.fail(f"'{value}' is no number in the range {self._describe_range()}.", param, ctx)
        return float(super().convert(number, param, ctx))


class WrongUsageError(click.ClickException):
    """A sentence, shown as it is, without click's own "Error:". It is safe to print."""

    exit_code = WRONG_USAGE

    def __init__(self, sentence: str) -> None:
        super().__init__(f"{APP_NAME}: {sentence}")

    def show(self, file: Any = None) -> None:
        """Print it to the standard error stream."""
        click.echo(self.message, err=True)


def settled(config: Path | None, given: dict[str, Any]) -> tuple[Settings, Path]:
    """Return the settings of a run, `given` ones before those of the file, and that file; `None` is the default one.

    Raises `WrongUsageError` when they cannot be read or understood.
    """
    try:
        return build(msgspec.to_builtins(load(config)) | given), config or default_path()
    except ConfigError as error:
        raise WrongUsageError(str(error)) from error


def check_geo(settings: Settings) -> None:
    """Raise `WrongUsageError` when a folder of address databases was named that cannot be looked into."""
    if not settings.geo:
        return
    try:
        os.scandir(Path(settings.geo).expanduser()).close()
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: a home that nobody has; ValueError: a NUL
        reason = safe(getattr(error, "strerror", None) or str(error)).rstrip(".")
        told = f"--geo {safe(settings.geo)}: the folder cannot be looked into: {reason}."
        raise WrongUsageError(f"{told} Name one that has databases (.mmdb).") from error


def understood(expression: str, origin: str) -> Query:
    """Return the filter; `origin` is the option or file it came from.

    Raises `WrongUsageError`, which points at the place, when the filter has an error.
    """
    try:
        return parse(expression)
    except QueryError as error:
        before, marked = safe(expression[: error.start]), safe(expression[error.start : error.end])
        pointer = " " * len(before) + "^" * max(len(marked), 1)
        raise WrongUsageError(f"{safe(origin)}: {error}\n  {safe(expression)}\n  {pointer}") from error


def chosen(settings: Settings, clock: Clock, follows: bool = True) -> Source:
    """Return the source that the settings name, see `choose`. Raises `WrongUsageError` when there is none."""
    try:
        return choose(settings.source, clock, follows)
    except OSError as error:
        reason = safe(error.strerror or str(error))
        raise WrongUsageError(f"--source {settings.source}: {reason}. --source auto takes what works here.") from error
