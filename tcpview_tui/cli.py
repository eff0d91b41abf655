"""The command line: arguments become settings, settings become a run. The only place that exits."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from tcpview_tui import __version__
from tcpview_tui.config import APP_NAME, bounds, choices, default_path, describe
from tcpview_tui.exits import INTERRUPTED
from tcpview_tui.live import check_terminal, run
from tcpview_tui.memory import Memory
from tcpview_tui.remembered import merged
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError, chosen, settled, understood


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
    if isinstance(error, WrongUsageError):
        error.show()
    else:  # click repeats what was typed, and a script may have taken that from a stranger
        click.echo(f"{APP_NAME}: {safe(error.format_message())}\nTry '{APP_NAME} --help'.", err=True)


def _range(name: str) -> click.FloatRange:
    least, most = bounds(name)
    return click.FloatRange(least, most)


_config = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Read the settings from this file."
)
_source = click.option("--source", type=click.Choice(choices("source")), help=describe("source"))


@click.group(name=APP_NAME, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option("--interval", type=_range("interval"), help=describe("interval"))
@click.option("--filter", metavar="EXPR", help=describe("filter"))
@click.option("--names/--no-names", default=None, help=describe("names"))
@click.option("--theme", type=click.Choice(choices("theme")), help=describe("theme"))
@click.option("--ascii/--no-ascii", default=None, help=describe("ascii"))
@click.option("--traffic/--no-traffic", default=None, help=describe("traffic"))
@click.option("--mouse/--no-mouse", default=None, help=describe("mouse"))
@click.option("--read-only", is_flag=True, default=None, help=describe("read_only"))
@click.option("--offline", is_flag=True, default=None, help=describe("offline"))
@_source
@click.option("--linger", type=_range("linger"), metavar="SECONDS", help=describe("linger"))
@_config
@click.option("--fresh", is_flag=True, help="Ignore what was remembered, and remember nothing of this run.")
@click.version_option(__version__, prog_name=APP_NAME)
@click.pass_context
def live(context: click.Context, /, config: Path | None, fresh: bool, **options: Any) -> int:
    """See every TCP and UDP connection of this machine and the process behind it, live."""
    given = _given(options)
    if command := context.invoked_subcommand:
        if given or config or fresh:
            raise WrongUsageError(f"options before {command} are those of the live table; write them after {command}.")
        return 0
    settings, file = settled(config, given)
    understood(settings.filter, "--filter" if "filter" in given else f"{file}: filter")
    check_terminal()
    memory = Memory(None if fresh else default_path().parent)
    return run(merged(settings, memory.remembered, given), memory, file)


@live.command("close", short_help="Close the connections that match a filter.")
@click.argument("expr")
@click.option("--dry-run", is_flag=True, help="Show what would be closed, and close nothing.")
@click.option("--yes", is_flag=True, help="Close without asking; not what carries this SSH session.")
@click.option("--yes-my-session", is_flag=True, help="Close also what carries this SSH session.")
@_source
@_config
def close_matching(
    expr: str, dry_run: bool, yes: bool, yes_my_session: bool, config: Path | None, **options: Any
) -> int:
    """Close the connections that match the filter EXPR, and leave their processes alone.

    Listeners and UDP sockets count as connections. It needs root and the sockdiag source.
    """
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.close import Consent, check, close
    from tcpview_tui.sources.base import Sampler

    settings, file = settled(config, _given(options))
    query, consent = understood(expr, "EXPR"), Consent(dry_run, yes, yes_my_session)
    check(query, consent)
    if settings.read_only and not dry_run:
        raise WrongUsageError(f"{safe(str(file))}: read_only is set, so that nothing is closed; --dry-run only looks.")
    clock = SystemClock()
    sampler = Sampler(chosen(settings, clock, follows=False), clock)
    try:
        return close(query, consent, sampler, clock)
    finally:
        sampler.close()


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
