"""``tcpview-tui list --diff``: what is new, gone or different since an earlier listing or recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tcpview_tui import glance
from tcpview_tui.exits import FAILED, WRONG_USAGE
from tcpview_tui.listing.compare import FACTS, USUAL, Side, Yardstick
from tcpview_tui.listing.found import written
from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.fields import FIELDS
from tcpview_tui.model.lexer import tokenize
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.output import put
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.glance import LookUp
    from tcpview_tui.listing.earlier import Earlier
    from tcpview_tui.listing.listing import Listing
    from tcpview_tui.model.query import Query
    from tcpview_tui.sources.base import Sampler

_TROUBLE = WRONG_USAGE
"""diff(1): 0 no differences, 1 differences, 2 trouble."""

_MOVING = frozenset(field.name for field in FIELDS if field.volatile) - {"is", *PLACES}
"""Fields of what a connection carries and how long: no file is sure to tell that."""


def tell_differences(
    query: Query, listing: Listing, earlier: Earlier, sampler: Sampler, clock: Clock, look_up: LookUp | None = None
) -> int:
    """Print what differs from `earlier`, of what matches `query`; return the exit status as diff(1) does.

    Raises `WrongUsageError` when `earlier` has not all that the comparison takes.
    """
    _check(query, listing, earlier)
    seen = glance.glance(query, sampler, clock, look_up)
    for sentence in [seen.failure] if seen.failure else seen.unseen:
        click.echo(sentence, err=True)
    if seen.failure:
        return _TROUBLE
    then = Context(now=seen.context.now, names=earlier.names)
    before = Side([row for row in earlier.rows if query.matches(row, then)], then)
    yardstick = Yardstick(listing.columns or USUAL, usual=not listing.columns)
    findings = yardstick.findings(before, Side(seen.rows, seen.context))
    if put(written(findings, listing, yardstick.columns, seen.context)):
        return _TROUBLE
    return FAILED if findings else 0


def _check(query: Query, listing: Listing, earlier: Earlier) -> None:
    named = [token.text.lower() for token in tokenize(query.text) if token.kind == "field"]
    placed = [name for name in named if name in PLACES]
    if placed:
        why = "where an address is registered is told by databases as they are now, and by no earlier file"
        raise WrongUsageError(f"--filter: {', '.join(placed)}: {why}, so that --diff cannot ask for it; leave it out.")
    moving = [name for name in named if name in _MOVING]
    if moving:
        why = "what a connection carries, and for how long, is not told by every earlier file"
        raise WrongUsageError(f"--filter: {', '.join(moving)}: {why}, so that --diff cannot ask for it; leave it out.")
    wanted = set(listing.columns or USUAL)
    if query.text:  # which may be about any column
        wanted |= {*USUAL, *FACTS} - (set() if query.named else {"host"})
    missing = [column.title for column in COLUMNS if column.id in wanted - earlier.columns]
    if missing:
        there = ",".join(name for name in listing.fillable if name in earlier.columns)
        way = "leave out --filter" if query.text else f"compare what it has with --columns {there}"
        needed = "--filter and the comparison need" if query.text else "the comparison needs"
        raise WrongUsageError(
            f"--diff: the file has no columns {', '.join(missing)}, which {needed}. "
            f"List it without --columns, or {way}."
        )
