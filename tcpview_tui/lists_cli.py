"""The arguments of ``tcpview-tui lists``."""

from __future__ import annotations

from pathlib import Path

import click

from tcpview_tui.usage import WrongUsageError


@click.group("lists", short_help="Say what reputation lists were understood as.", invoke_without_command=True)
@click.pass_context
def lists(context: click.Context) -> int:
    """Addresses and programs that somebody else has written down, in files on this machine."""
    if context.invoked_subcommand is None:
        raise WrongUsageError("lists: write what to do with them behind: check FILE.")
    return 0


@lists.command("check", short_help="Say what each file was understood as.")
@click.argument("files", type=click.Path(path_type=Path), metavar="FILE...", nargs=-1, required=True)
def check_lists(files: tuple[Path, ...]) -> int:
    """Say what each file was understood as: kind, entries, date, hash, and every kind of line that was not."""
    from tcpview_tui.lists import check

    return check(files)
