"""The options that several commands have, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tcpview_tui.config import bounds, choices, describe
from tcpview_tui.usage import Number

config = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Read the settings from this file."
)
source = click.option("--source", type=click.Choice(choices("source")), help=describe("source"))
hosts_only = click.option("--offline", is_flag=True, default=None, help="Send nothing: names from the hosts file only.")


def within(name: str) -> Number:
    """Return the numbers that the setting of that name can have."""
    least, most = bounds(name)
    return Number(least, most)


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that were given."""
    return {name: value for name, value in options.items() if value is not None}
