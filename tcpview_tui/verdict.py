"""``tcpview-tui verify``: say whether a recording is as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.record.continuity import break_before
from tcpview_tui.record.reader import unreadable
from tcpview_tui.record.verify import verify
from tcpview_tui.text import count

if TYPE_CHECKING:
    from pathlib import Path


def tell(path: Path, key: bytes | None) -> int:
    """Print what was found, and return the exit status: 0 when the recording is intact."""
    try:
        verdict = verify(path, key)
    except OSError as error:
        click.echo(unreadable(path, error), err=True)
        return FAILED
    events = f"{count(verdict.events, 'event')} under {count(verdict.seals, 'seal')}"
    sealed = f"{events}, the last is {verdict.digest}"
    if verdict.fault is None:
        if verdict.closing is not None:
            click.echo(f"Intact: {events}, and every byte of the file. The closing digest is {verdict.closing}.")
        else:
            click.echo(f"Intact under its seals: {sealed}.")
            click.echo(f"{verdict.unclosed} Bytes outside of its rows are not vouched for, nor what came later.")
        broken = break_before(path)
        if broken is not None:  # older files of a series are removed by --keep: nothing is wrong with this one
            click.echo(broken)
        return 0
    click.echo(f"Not intact: {verdict.fault}")
    click.echo(f"What holds: {sealed}." if verdict.seals else "No seal was found to hold.")
    return FAILED
