"""``tcpview-tui lists check``: what a reputation list was understood as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.lookup.lists.reputation import Reputation, load
from tcpview_tui.lookup.lists.shelf import UNUSABLE, reason
from tcpview_tui.lookup.lists.understood import told
from tcpview_tui.output import put
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def check(paths: Sequence[Path]) -> int:
    """Print what each file was understood as, and return the exit status: 0 when every line of every one was."""
    found = [(path, _read(path)) for path in paths]
    text = "\n".join(_shown(path, list_) for path, list_ in found if list_)
    status = put(text) if text else 0
    whole = all(list_ and not list_.entries.broken for _, list_ in found)
    return status or (0 if whole else FAILED)


def _read(path: Path) -> Reputation | None:
    try:
        return load(path)
    except UNUSABLE as error:
        click.echo(f"{safe(str(path))} is no list that can be used: {reason(error)}.", err=True)
        return None


def _shown(path: Path, of: Reputation) -> str:
    facts = "".join(f"  {name:<15} {text}\n" for name, text in told(of))
    return f"{safe(str(path))}\n{facts}"
