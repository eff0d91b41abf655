"""The arguments of the commands that make recordings, and work on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tcpview_tui import options
from tcpview_tui.config import describe
from tcpview_tui.record.lines import FORMS
from tcpview_tui.record.writing import WRITERS
from tcpview_tui.usage import Number, WrongUsageError, settled, understood

_seal_key = click.option(
    "--seal-key", type=click.File("rb"), metavar="FILE", help="Seal with the content of this file: HMAC-SHA-256."
)
_FORMS = tuple(form.id for form in FORMS)
_form = click.option("--format", "form", type=click.Choice(_FORMS), help="Of the lines; jsonl by default.")
_LONGEST_KEY = 1 << 20
_OUTPUT = click.Path(path_type=Path)


@click.command("record", short_help="Record everything until stopped.")
@click.option(
    "-o", "--output", type=_OUTPUT, metavar="FILE", help="Or a folder, for HOST-START.tcpview; - writes lines."
)
@_form
@click.option("--interval", type=options.within("interval"), help=describe("interval"))
@click.option("--duration", type=Number(0), metavar="SECONDS", help="End after so many seconds.")
@click.option("--filter", "expr", metavar="EXPR", default="", help="Record what matches, from then until it closes.")
@click.option("--rotate", multiple=True, metavar="SIZE|TIME", help="Begin a new file after 100MB, 1h or so.")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Keep the newest N files, and delete older ones.")
@click.option("--names", is_flag=True, help=describe("names"))
@click.option("--findings", is_flag=True, help="Judge what is seen, and record what was found, too.")
@click.option("--baseline", metavar="FILE", help=describe("baseline"))
@options.hosts_only
@_seal_key
@options.source
@options.config
def record_all(config: Path | None, seal_key: Any, expr: str, **rest: Any) -> int:
    """Write down every connection as it opens, changes and closes: in one sealed file, in many, or as lines.

    The filter of the config file, and whether it looks up names or judges, are for the live table, and count for
    nothing here.
    """
    from tcpview_tui.recorder.recorder import record
    from tcpview_tui.recorder.task import Task

    given = options.given({name: rest.pop(name) for name in ("interval", "source", "offline", "baseline")})
    settings, _ = settled(config, given)
    query = understood(expr, "--filter")
    findings = rest.pop("findings") or "baseline" in given
    return record(settings, Task(query=query, key=_key(seal_key), findings=findings, **rest))


@click.command("verify", short_help="Say whether a recording is as it was written.")
@click.argument("file", type=_OUTPUT)
@_seal_key
def verify_recording(file: Path, seal_key: Any) -> int:
    """Make every seal of a recording again, and name the first place that is not as it was written."""
    from tcpview_tui.verdict import tell

    return tell(file, _key(seal_key))


@click.command("export", short_help="Write the events of a recording for other programs.")
@click.argument("file", type=_OUTPUT)
@click.option("-o", "--output", type=_OUTPUT, metavar="FILE", help="A new file, instead of the standard output.")
@click.option("--format", "form", type=click.Choice(tuple(WRITERS)), default=_FORMS[0], help="As what.")
@click.option(
    "--from", "since", metavar="TIME", help="ISO 8601 (UTC without a zone), +5m after the start, -5m before the end."
)
@click.option("--to", "until", metavar="TIME", help="The same; what happened just then is in it.")
@click.option("--filter", "expr", metavar="EXPR", default="", help="Only events about connections that match then.")
def export_recording(file: Path, expr: str, output: Path | None, **rest: Any) -> int:
    """Write what a recording tells: every event, or those of a time, or those that match a filter.

    With a filter, what is about no connection is left out: gaps, names, actions, what could not be seen.
    """
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.transfer.exporting import Order, export

    query = understood(expr, "--filter") if expr.strip() else None
    output = None if output is not None and str(output) == "-" else output
    return export(Order(file, output=output, query=query, **rest), SystemClock())


@click.command("summary", short_help="Say what a recording comes to.")
@click.argument("file", type=_OUTPUT)
def summarise_recording(file: Path) -> int:
    """Say who talked most, what was new, what was long or short, and what could not be seen."""
    from tcpview_tui.summary import summarise

    return summarise(file)


@click.command("import", short_help="Make a recording of lines.")
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


COMMANDS = (record_all, verify_recording, export_recording, summarise_recording, import_stream)
"""All of them, in the order in which the help names them."""
