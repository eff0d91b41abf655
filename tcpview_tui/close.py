"""``tcpview-tui close EXPR``: show the connections that a filter matches, ask, and close them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tcpview_tui import glance
from tcpview_tui.alignment import aligned
from tcpview_tui.exits import FAILED
from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.respond.closing import HEADING, Target, cells, plan_closing
from tcpview_tui.respond.disconnect import disconnect
from tcpview_tui.respond.guard import Level
from tcpview_tui.text import count
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.glance import Glance
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.respond.closing import ClosingPlan
    from tcpview_tui.sources.base import Sampler


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to in advance. `session`: also to close what carries this SSH session."""

    dry_run: bool = False
    yes: bool = False
    session: bool = False


def check(query: Query, consent: Consent) -> None:
    """Raise `WrongUsageError` for a filter that is empty or beyond a glance, and when nobody could be asked."""
    if not query.text:
        raise WrongUsageError("an empty filter would close every connection; write which ones, as in remote:192.0.2.7.")
    glance.check(query)
    asks = not (consent.dry_run or consent.yes)
    if asks and (sys.stdin is None or not sys.stdin.isatty()):
        raise WrongUsageError("standard input is not a terminal, so nobody can be asked; --yes closes without asking.")


def close(query: Query, consent: Consent, sampler: Sampler, clock: Clock) -> int:
    """Close what matches `query` now, and return the exit status: 0 when all of it is closed.

    Prints the connections and what came of each; what went wrong, and the questions, on the standard error stream.
    """
    seen = glance.glance(query, sampler, clock)
    rows = _without_doubt(query, seen.rows) if query.denied else seen.rows
    obstacle = sampler.source.cannot_disconnect
    if not rows:
        _tell_unseen(seen, found=False)
        return FAILED
    if obstacle and not consent.dry_run:
        click.echo(f"Nothing was closed. {obstacle}", err=True)
        return FAILED
    plan = plan_closing(rows)
    _show(plan)
    _tell_unseen(seen, found=True)
    if consent.dry_run:
        return _rehearsed(obstacle)
    if not consent.yes and not click.confirm(f"Close {count(len(rows), 'connection')}?", err=True):
        click.echo("Nothing was closed.", err=True)
        return FAILED
    return _carry_out(plan, consent, sampler)


def _rehearsed(obstacle: str | None) -> int:
    """Return the exit status of a dry run, and say what would keep everything open."""
    if obstacle:
        click.echo(f"Nothing would be closed. {obstacle}", err=True)
    return FAILED if obstacle else 0


def _without_doubt(query: Query, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a known process, and of none by design: what is unknown may be just what was excepted."""
    sure = [row for row in rows if row.owners or row.connection.state in KERNEL_STATES]
    if len(sure) < len(rows):
        left, terms = count(len(rows) - len(sure), "connection"), ", ".join(dict.fromkeys(query.denied))
        click.echo(f"Left out: {left} of an unknown process, which may be what {terms} excepts.", err=True)
    return sure


def _tell_unseen(seen: Glance, found: bool) -> None:
    """Say when nothing was `found`, and what the program did not see: more may match."""
    none = [] if found else ["No connection matches; nothing was closed."]
    for sentence in [seen.failure] if seen.failure else [*none, *seen.unseen]:
        click.echo(sentence, err=True)


def _show(plan: ClosingPlan) -> None:
    for line in aligned([HEADING, *(cells(target.row) for target in plan.targets)]):
        click.echo(line)
    click.echo(f"{count(len(plan.targets), 'connection matches', 'connections match')}.")
    for target in plan.at(Level.TYPED):
        click.echo(target.verdict.reason, err=True)


def _carry_out(plan: ClosingPlan, consent: Consent, sampler: Sampler) -> int:
    agreed = plan.agreed(lambda target: consent.session or (not consent.yes and _is_typed(target)))
    left = [target.connection for target in plan.at(Level.TYPED) if target.connection not in agreed]
    for connection in left:
        click.echo(f"Left open: {connection.ends}. --yes-my-session closes it, too.", err=True)
    outcomes = disconnect(sampler.disconnect, agreed)
    for outcome in outcomes:
        click.echo(outcome.sentence, err=not outcome.ok)
    return 0 if not left and all(outcome.kind in {"done", "gone"} for outcome in outcomes) else FAILED


def _is_typed(target: Target) -> bool:
    question = f"Type the remote port {target.number} to close {target.connection.ends}, too"
    typed = click.prompt(question, default="", show_default=False, err=True)
    return bool(typed.strip() == str(target.number))
