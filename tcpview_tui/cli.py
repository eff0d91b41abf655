"""The command line: arguments become settings, settings become a run. The only place that exits."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click

from tcpview_tui import __version__, options
from tcpview_tui.baseline_cli import baseline
from tcpview_tui.config import APP_NAME, Settings, choices, default_path, describe
from tcpview_tui.exits import INTERRUPTED
from tcpview_tui.lists_cli import lists
from tcpview_tui.live import check_terminal, run
from tcpview_tui.memory import Memory
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.recording_cli import COMMANDS
from tcpview_tui.remembered import merged
from tcpview_tui.text import safe
from tcpview_tui.usage import Number, WrongUsageError, chosen, settled, understood


def main() -> NoReturn:
    """Run the program and exit: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    try:
        status = live(prog_name=APP_NAME, standalone_mode=False)
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
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else APP_NAME
        click.echo(f"{APP_NAME}: {safe(error.format_message())}\nTry '{command} --help'.", err=True)


_FRESH = "Ignore what was remembered, and remember nothing of this run."


@click.group(name=APP_NAME, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option("--interval", type=options.within("interval"), help=describe("interval"))
@click.option("--filter", metavar="EXPR", help=describe("filter"))
@click.option("--names/--no-names", default=None, help=describe("names"))
@click.option("--theme", type=click.Choice(choices("theme")), help=describe("theme"))
@click.option("--ascii/--no-ascii", default=None, help=describe("ascii"))
@click.option("--traffic/--no-traffic", default=None, help=describe("traffic"))
@click.option("--mouse/--no-mouse", default=None, help=describe("mouse"))
@click.option("--findings/--no-findings", default=None, help=describe("findings"))
@click.option("--baseline", metavar="FILE", help=describe("baseline"))
@click.option("--geo", metavar="FOLDER", help=describe("geo"))
@click.option("--read-only", is_flag=True, default=None, help=describe("read_only"))
@click.option("--offline", is_flag=True, default=None, help=describe("offline"))
@options.source
@click.option("--linger", type=options.within("linger"), metavar="SECONDS", help=describe("linger"))
@options.config
@click.option("--fresh", is_flag=True, help=_FRESH)
@click.version_option(__version__, prog_name=APP_NAME)
@click.pass_context
def live(context: click.Context, /, config: Path | None, fresh: bool, **rest: Any) -> int:
    """See every TCP and UDP connection of this machine and the process behind it, live."""
    given = options.given(rest)
    if command := context.invoked_subcommand:
        if given or config or fresh:
            raise WrongUsageError(f"options before {command} are those of the live table; write them after {command}.")
        return 0
    return run(*_on_screen(config, fresh, given))


def _on_screen(
    config: Path | None, fresh: bool, given: dict[str, Any], what: str = "the live table"
) -> tuple[Settings, Memory, Path]:
    """Return the settings of a table, what is remembered, and where the settings are from. `what` needs a terminal."""
    settings, file = settled(config, given)
    understood(settings.filter, "--filter" if "filter" in given else f"{file}: filter")
    check_terminal(what)
    memory = Memory(None if fresh else default_path().parent)
    return merged(settings, memory.remembered, given), memory, file


@live.command("list", short_help="List the connections there are now.")
@click.option(
    "--format", "form", type=click.Choice(tuple(LISTINGS)), default="table", help="As what; a table by default."
)
@click.option("--columns", metavar="A,B,C", help="Only these, in this order.")
@click.option("--sort", metavar="COLUMN", help="Sort by this column; -COLUMN the other way round.")
@click.option("--filter", "expr", metavar="EXPR", default="", help=describe("filter"))
@click.option("--names", is_flag=True, help=f"{describe('names')[:-1]}, for 3 seconds at most.")
@click.option("--watch", type=Number(0.5, 86_400), metavar="SECONDS", help="Look again and again; tell what happens.")
@click.option("--diff", type=click.Path(path_type=Path), metavar="FILE", help="Tell what differs from what FILE lists.")
@click.option("--findings", is_flag=True, help="Judge what is seen, and tell what was found, the gravest first.")
@click.option("--baseline", metavar="FILE", help=describe("baseline"))
@click.option("--geo", metavar="FOLDER", help=describe("geo"))
@options.hosts_only
@options.source
@options.config
def list_connections(
    form: str,
    columns: str | None,
    sort: str | None,
    expr: str,
    names: bool,
    watch: float | None,
    diff: Path | None,
    findings: bool,
    config: Path | None,
    **rest: Any,
) -> int:
    """List the connections there are now, and the process behind each.

    --watch prints a line for each one that opens, changes or closes from now on, and matches the filter before or after
    it. Ctrl+C, SIGTERM or SIGHUP ends it, after a last look, with exit status 0.

    --diff prints what is new (+), gone (-) and changed (~) since FILE was written: a listing as CSV, TSV, JSON or JSON
    Lines, or a recording, which counts as it ends. Compared are the columns asked for; else process, user, path,
    protocol, direction, and addresses and ports but for the port that a system lent for one connection, and nothing in
    TIME_WAIT. What agrees in all of them counts once. Exit status: 0 nothing differs, 1 something does, 2 trouble.

    --findings judges by one look; so do a filter, a column or an order that take findings, and --baseline. What takes
    time is told by --watch and the live table: beacons, bursts, long connections, sockets that no process has.

    The filter of the config file, and whether it looks up names or judges, count for the live table only.
    """
    from tcpview_tui import glance
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.listing.listing import Listing, show
    from tcpview_tui.sources.base import Sampler

    settings, _ = settled(config, options.given(rest))
    query = understood(expr, "--filter")
    judges = findings or bool(query.judged) or rest["baseline"] is not None
    listing = Listing(form, names, watch, diff, judges).arranged(columns, sort)
    glance.check(query, names, judges=judges)
    clock = SystemClock()
    with closing(Sampler(chosen(settings, clock, follows=watch is not None), clock)) as sampler:
        return show(query, listing, settings, sampler, clock)


@live.command("close", short_help="Close the connections that match a filter.")
@click.argument("expr")
@click.option("--dry-run", is_flag=True, help="Show what would be closed, and close nothing.")
@click.option("--yes", is_flag=True, help="Close without asking; not what carries this SSH session.")
@click.option("--yes-my-session", is_flag=True, help="Close also what carries this SSH session.")
@options.source
@options.config
def close_matching(expr: str, dry_run: bool, yes: bool, yes_my_session: bool, config: Path | None, **rest: Any) -> int:
    """Close the connections that match the filter EXPR, and leave their processes alone.

    Listeners and UDP sockets count as connections. It needs root and the sockdiag source.
    """
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.close import Consent, check, close
    from tcpview_tui.sources.base import Sampler

    settings, file = settled(config, options.given(rest))
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


@live.command("replay", short_help="Show a recording in the table.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--filter", metavar="EXPR", help=describe("filter"))
@click.option("--theme", type=click.Choice(choices("theme")), help=describe("theme"))
@click.option("--ascii/--no-ascii", default=None, help=describe("ascii"))
@click.option("--mouse/--no-mouse", default=None, help=describe("mouse"))
@click.option("--offline", is_flag=True, default=None, help=describe("offline"))
@click.option("--linger", type=options.within("linger"), metavar="SECONDS", help=describe("linger"))
@options.config
@click.option("--fresh", is_flag=True, help=_FRESH)
def replay_recording(file: Path, config: Path | None, fresh: bool, **rest: Any) -> int:
    """Show a recording in the table it was made from: time goes on, stands still, or jumps, as you say."""
    from tcpview_tui.replay import replay

    settings, memory, origin = _on_screen(config, fresh, options.given(rest), "a replay")
    return replay(file, settings, memory, origin)


for command in (*COMMANDS, baseline, lists):
    live.add_command(command)
