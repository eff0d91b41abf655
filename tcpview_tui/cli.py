"""The command line: arguments become settings, settings become a run. The only place that exits."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click

from tcpview_tui import __version__
from tcpview_tui.config import APP_NAME, Settings, bounds, choices, default_path, describe
from tcpview_tui.exits import INTERRUPTED
from tcpview_tui.live import check_terminal, run
from tcpview_tui.memory import Memory
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.record.lines import FORMS
from tcpview_tui.record.writing import WRITERS
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


def _range(name: str) -> Number:
    least, most = bounds(name)
    return Number(least, most)


_FRESH = "Ignore what was remembered, and remember nothing of this run."
_config = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Read the settings from this file."
)
_source = click.option("--source", type=click.Choice(choices("source")), help=describe("source"))
_hosts_only = click.option(
    "--offline", is_flag=True, default=None, help="Send nothing: names from the hosts file only."
)


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
@click.option("--fresh", is_flag=True, help=_FRESH)
@click.version_option(__version__, prog_name=APP_NAME)
@click.pass_context
def live(context: click.Context, /, config: Path | None, fresh: bool, **options: Any) -> int:
    """See every TCP and UDP connection of this machine and the process behind it, live."""
    given = _given(options)
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
@_hosts_only
@_source
@_config
def list_connections(
    form: str,
    columns: str | None,
    sort: str | None,
    expr: str,
    names: bool,
    watch: float | None,
    diff: Path | None,
    config: Path | None,
    **options: Any,
) -> int:
    """List the connections there are now, and the process behind each.

    --watch prints a line for each one that opens, changes or closes from now on, and matches the filter before or after
    it. Ctrl+C, SIGTERM or SIGHUP ends it, after a last look, with exit status 0.

    --diff prints what is new (+), gone (-) and changed (~) since FILE was written: a listing as CSV, TSV, JSON or JSON
    Lines, or a recording, which counts as it ends. Compared are the columns asked for; else process, user, path,
    protocol, direction, and addresses and ports but for the port that a system lent for one connection, and nothing in
    TIME_WAIT. What agrees in all of them counts once. Exit status: 0 nothing differs, 1 something does, 2 trouble.

    The filter of the config file, and whether it looks up names, are for the live table, and count for nothing here.
    """
    from tcpview_tui import glance
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.listing.listing import Listing, show
    from tcpview_tui.sources.base import Sampler

    settings, _ = settled(config, _given(options))
    query, listing = understood(expr, "--filter"), Listing(form, names, watch, diff).arranged(columns, sort)
    glance.check(query, names)
    clock = SystemClock()
    with closing(Sampler(chosen(settings, clock, follows=watch is not None), clock)) as sampler:
        return show(query, listing, settings, sampler, clock)


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


_seal_key = click.option(
    "--seal-key", type=click.File("rb"), metavar="FILE", help="Seal with the content of this file: HMAC-SHA-256."
)
_FORMS = tuple(form.id for form in FORMS)
_form = click.option("--format", "form", type=click.Choice(_FORMS), help="Of the lines; jsonl by default.")
_LONGEST_KEY = 1 << 20
_OUTPUT = click.Path(path_type=Path)


@live.command("record", short_help="Record everything until stopped.")
@click.option(
    "-o", "--output", type=_OUTPUT, metavar="FILE", help="Or a folder, for HOST-START.tcpview; - writes lines."
)
@_form
@click.option("--interval", type=_range("interval"), help=describe("interval"))
@click.option("--duration", type=Number(0), metavar="SECONDS", help="End after so many seconds.")
@click.option("--filter", "expr", metavar="EXPR", default="", help="Record what matches, from then until it closes.")
@click.option("--rotate", multiple=True, metavar="SIZE|TIME", help="Begin a new file after 100MB, 1h or so.")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Keep the newest N files, and delete older ones.")
@click.option("--names", is_flag=True, help=describe("names"))
@_hosts_only
@_seal_key
@_source
@_config
def record_all(config: Path | None, seal_key: Any, expr: str, interval: float | None, **options: Any) -> int:
    """Write down every connection as it opens, changes and closes: in one sealed file, in many, or as lines.

    The filter and the names of the config file are those of the live table, and count for nothing here.
    """
    from tcpview_tui.recorder.recorder import record
    from tcpview_tui.recorder.task import Task

    source, offline = options.pop("source"), options.pop("offline")
    settings, _ = settled(config, _given({"interval": interval, "source": source, "offline": offline}))
    query = understood(expr, "--filter")
    return record(settings, Task(query=query, key=_key(seal_key), **options))


@live.command("replay", short_help="Show a recording in the table.")
@click.argument("file", type=_OUTPUT)
@click.option("--filter", metavar="EXPR", help=describe("filter"))
@click.option("--theme", type=click.Choice(choices("theme")), help=describe("theme"))
@click.option("--ascii/--no-ascii", default=None, help=describe("ascii"))
@click.option("--mouse/--no-mouse", default=None, help=describe("mouse"))
@click.option("--offline", is_flag=True, default=None, help=describe("offline"))
@click.option("--linger", type=_range("linger"), metavar="SECONDS", help=describe("linger"))
@_config
@click.option("--fresh", is_flag=True, help=_FRESH)
def replay_recording(file: Path, config: Path | None, fresh: bool, **options: Any) -> int:
    """Show a recording in the table it was made from: time goes on, stands still, or jumps, as you say."""
    from tcpview_tui.replay import replay

    settings, memory, origin = _on_screen(config, fresh, _given(options), "a replay")
    return replay(file, settings, memory, origin)


@live.command("verify", short_help="Say whether a recording is as it was written.")
@click.argument("file", type=_OUTPUT)
@_seal_key
def verify_recording(file: Path, seal_key: Any) -> int:
    """Make every seal of a recording again, and name the first place that is not as it was written."""
    from tcpview_tui.verdict import tell

    return tell(file, _key(seal_key))


@live.command("export", short_help="Write the events of a recording for other programs.")
@click.argument("file", type=_OUTPUT)
@click.option("-o", "--output", type=_OUTPUT, metavar="FILE", help="A new file, instead of the standard output.")
@click.option("--format", "form", type=click.Choice(tuple(WRITERS)), default=_FORMS[0], help="As what.")
@click.option(
    "--from", "since", metavar="TIME", help="ISO 8601 (UTC without a zone), +5m after the start, -5m before the end."
)
@click.option("--to", "until", metavar="TIME", help="The same; what happened just then is in it.")
@click.option("--filter", "expr", metavar="EXPR", default="", help="Only events about connections that match then.")
def export_recording(file: Path, expr: str, output: Path | None, **options: Any) -> int:
    """Write what a recording tells: every event, or those of a time, or those that match a filter.

    With a filter, what is about no connection is left out: gaps, names, actions, what could not be seen.
    """
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.transfer.exporting import Order, export

    query = understood(expr, "--filter") if expr.strip() else None
    output = None if output is not None and str(output) == "-" else output
    return export(Order(file, output=output, query=query, **options), SystemClock())


@live.command("summary", short_help="Say what a recording comes to.")
@click.argument("file", type=_OUTPUT)
def summarise_recording(file: Path) -> int:
    """Say who talked most, what was new, what was long or short, and what could not be seen."""
    from tcpview_tui.summary import summarise

    return summarise(file)


@live.command("import", short_help="Make a recording of lines.")
@click.argument("stream", type=click.File(encoding="utf-8", errors="backslashreplace"))
@click.option("-o", "--output", type=_OUTPUT, metavar="FILE", required=True, help="The recording to make.")
@_seal_key
def import_stream(stream: Any, output: Path, seal_key: Any) -> int:
    """Make a recording of the JSON Lines that `record -o -` or `export` has written; - reads the standard input."""
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.transfer.importing import Source, take_in

    return take_in(Source.of(stream), output, SystemClock(), _key(seal_key))


def _key(file: Any) -> bytes | None:
    """Return the key in a file. One of no bytes is none: anybody could make such seals."""
    if file is None:
        return None
    key: bytes = file.read(_LONGEST_KEY + 1)
    if not 0 < len(key) <= _LONGEST_KEY:
        wrong = "has more" if key else "is empty"
        raise WrongUsageError(f"--seal-key: a key has 1 to {_LONGEST_KEY:,} bytes; that file {wrong}. Name another.")
    return key


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
