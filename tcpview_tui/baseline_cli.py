"""The arguments of ``tcpview-tui baseline``."""

from __future__ import annotations

from pathlib import Path

import click

from tcpview_tui import options
from tcpview_tui.usage import WrongUsageError, chosen, settled

_FILE = click.Path(path_type=Path)
_baseline = click.option("--baseline", "path", type=_FILE, metavar="FILE", help="This one, not that of this user.")


@click.group("baseline", short_help="Learn what is normal here, show it, forget it.", invoke_without_command=True)
@click.pass_context
def baseline(context: click.Context) -> int:
    """Keep a file of what is normal here: who listens where, who talks to which networks, when, and how much."""
    if context.invoked_subcommand is None:
        raise WrongUsageError("baseline: write what to do with it behind: learn, show or forget.")
    return 0


@baseline.command("learn", short_help="Take recordings, other baselines, or what is there now as normal.")
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE]...")
@click.option(
    "-o", "--output", "--baseline", "output", type=_FILE, metavar="FILE", help="Add to this one, not that of this user."
)
@options.source
@options.config
def learn_files(files: tuple[Path, ...], output: Path | None, source: str | None, config: Path | None) -> int:
    """Take it that everything in recordings, or in other baselines, is normal; without a FILE, what is there now.

    Learning the same again changes nothing. What an intruder did meanwhile counts as normal, too: see what was rare
    with `baseline show`, and take back days with `baseline forget --days`.
    """
    from tcpview_tui.baseline import learn
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.findings.baseline.file import default_path
    from tcpview_tui.findings.baseline.traits import Networks
    from tcpview_tui.sources.base import Sampler

    settings, _ = settled(config, {"source": source} if source else {})
    clock = SystemClock()

    def sampler() -> Sampler:
        return Sampler(chosen(settings, clock, follows=False), clock)

    return learn(files, output or default_path(), sampler, clock, Networks())


@baseline.command("show", short_help="Show what a baseline knows, the rarest first.")
@_baseline
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", help="As what.")
def show_known(path: Path | None, form: str) -> int:
    """Show everything that a baseline knows, what was seen on the fewest days at the top."""
    from tcpview_tui.baseline import show
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.findings.baseline.file import default_path

    return show(path or default_path(), form, SystemClock())


@baseline.command("forget", short_help="Forget programs, days, or everything.")
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@_baseline
@click.option("--days", metavar="FROM..TO", help="Forget what was learned on these days (UTC): an intruder was in.")
@click.option("--all", "everything", is_flag=True, help="Delete the baseline.")
def forget_known(programs: tuple[str, ...], path: Path | None, days: str | None, everything: bool) -> int:
    """Forget programs, each named by its path, its name, or a pattern of paths as in '/opt/*'; or days; or all."""
    from tcpview_tui.baseline import forget, forget_all
    from tcpview_tui.findings.baseline.days import parsed
    from tcpview_tui.findings.baseline.file import default_path

    if everything + bool(programs) + (days is not None) != 1:
        raise WrongUsageError("baseline forget: write what to forget: either programs, or --days, or --all.")
    try:
        spans = parsed(days) if days is not None else ()
    except ValueError as error:
        raise WrongUsageError(f"--days: {error}.") from error
    file = path or default_path()
    return forget_all(file) if everything else forget(file, programs, spans)
