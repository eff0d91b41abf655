"""``tcpview-tui list``: what there is now, what happens from now on, or what differs, on the standard output."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import click

from tcpview_tui import glance
from tcpview_tui.exits import FAILED
from tcpview_tui.listing.reasons import reasons
from tcpview_tui.model.columns import BY_ID, COLUMNS
from tcpview_tui.model.lexer import tokenize
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.model.traffic_columns import TRAFFIC
from tcpview_tui.output import put
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.record.values import HOLDING, OTHERS, UNCHECKED, origin
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.glance import Glance, LookUp
    from tcpview_tui.listing.docket import Docket
    from tcpview_tui.listing.placed import Placed
    from tcpview_tui.model.column import Column, Context
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.base import Sampler

_LIVED = frozenset({"seen", "closed", "age"})
_LATER = _LIVED | {"host", "rate_in", "rate_out"}
"""Columns that a single look cannot fill: they take a look before, or several, or names of addresses."""

_UNCOMPARED = TRAFFIC | {"finding", *PLACES}
"""Columns that differ although nothing happened, or that no earlier file tells of."""

_USUAL = ("process", "pid", "user", "proto", "state", "dir", "local", "lport", "remote", "rport")
"""Columns of the table unless others are asked for: about as much as a screen is wide."""

_OWN_FIELDS = frozenset({"json", "jsonl"})
"""Formats with fields of their own, and no columns."""

_BY_LINE = ("table", "csv", "tsv", "jsonl")
"""Formats that can be written line by line; the others are one whole."""


_RELEVANCE = Order()


@dataclass(frozen=True, slots=True)
class Listing:
    """How to list, with `names` and `findings` or without. Without `columns`, those that go with the format.

    What is listed is what there is now; or what happens between looks that are `watch` seconds apart; or what differs
    from the file `diff`.
    """

    format: str
    names: bool = False
    watch: float | None = None
    diff: Path | None = None
    findings: bool = False
    columns: tuple[str, ...] = ()
    order: Order = _RELEVANCE

    def arranged(self, columns: str | None, sort: str | None) -> Listing:
        """Return the same with what the options ask for: ids with commas between, an id that may follow a ``-``.

        Who asks for the column of findings asks for findings.
        Raises `WrongUsageError` for what does not go together, for a column that cannot be filled, and for columns
        where there are none.
        """
        self._check(columns, sort)
        wanted = () if columns is None else self._known("--columns", columns.split(","))
        by = () if sort is None else self._known("--sort", [sort.removeprefix("-")])
        order = Order(tuple(By(name, reverse=name != sort) for name in by))
        return replace(self, columns=wanted, order=order, findings=self.findings or "finding" in (*wanted, *by))

    @property
    def fillable(self) -> tuple[str, ...]:
        """The ids of the columns that can be filled."""
        can = ({"host"} if self.names else set()) | (_LIVED if self.watch else set())
        cannot = (_LATER - can) | (_UNCOMPARED if self.diff else set())
        return tuple(column.id for column in COLUMNS if column.id not in cannot)

    def _check(self, columns: str | None, sort: str | None) -> None:
        if self.watch is not None and self.diff is not None:
            raise WrongUsageError("--watch and --diff answer two questions in one output; leave out one of them.")
        if self.findings and self.diff is not None:
            raise WrongUsageError("--diff: what an earlier file lists cannot be judged now; leave findings out.")
        if self.watch is not None and self.format not in _BY_LINE:
            whole = f"--watch writes a line whenever something happens, and {self.format} is one whole"
            raise WrongUsageError(f"{whole}; choose --format {', '.join(_BY_LINE[:-1])} or {_BY_LINE[-1]}.")
        if self.watch is not None and sort is not None:
            raise WrongUsageError("--sort: --watch tells what happens as it happens, in no other order; leave out one.")
        if columns is not None and self.format in _OWN_FIELDS and self.diff is None:
            own = f"--columns: {self.format} always has all its fields, and no columns"
            raise WrongUsageError(f"{own}; leave --columns out, or choose another --format.")

    def _known(self, option: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names, each once. Raises `WrongUsageError` for one that is no column here."""
        wanted = tuple(dict.fromkeys(name.strip() for name in names))
        for name in wanted:
            if name not in BY_ID:
                wrong = f"there is no column '{safe(name, 40)}'" if name else "the name of a column is missing"
                raise WrongUsageError(f"{option}: {wrong}; expected {', '.join(self.fillable)}.")
            if name not in self.fillable:
                raise WrongUsageError(f"{option}: {name} {self._reason(name)}.")
        return wanted

    def _reason(self, name: str) -> str:
        """Return why a column cannot be filled, and what to do."""
        if name == "host":
            return "takes the names of addresses, looked up with --names only; add it, or leave host out"
        if name == "finding":
            return "is what is judged now, and an earlier file cannot be; leave it out"
        if name in PLACES and self.diff is not None:
            return "is told by databases as they are now, and by no earlier file; leave it out"
        if self.diff is not None:
            return "differs although nothing has happened, so that --diff does not compare it; leave it out"
        if name in _LIVED:
            return "takes more than the single look there is here; add --watch SECONDS, or leave it out"
        return "is what the live table measures from look to look; leave it out"


class Help(NamedTuple):
    """Who tells what a look alone does not: the names of addresses; findings or places. `None`: it is not asked for."""

    look_up: LookUp | None = None
    docket: Docket | Placed | None = None


def show(query: Query, listing: Listing, settings: Settings, sampler: Sampler, clock: Clock) -> int:
    """List what matches `query`, and return the exit status. Raises `WrongUsageError` for what cannot be done."""
    look_up: LookUp | None = None
    docket: Docket | Placed | None = None
    with ExitStack() as stack:
        if listing.names:
            from tcpview_tui.listing.reverse import ReverseNames

            look_up = stack.enter_context(closing(ReverseNames(settings, clock))).look_up
        if listing.findings:
            from tcpview_tui.listing.docket import judging

            docket = stack.enter_context(judging(query, settings, clock))
        elif settings.geo or _asks_places(query, listing):
            from tcpview_tui.listing.placed import placing

            docket = stack.enter_context(placing(settings, clock))
        return _show(query, listing, sampler, clock, Help(look_up, docket))


def _show(query: Query, listing: Listing, sampler: Sampler, clock: Clock, help_: Help) -> int:
    if listing.diff is not None:
        from tcpview_tui.listing.differences import tell_differences
        from tcpview_tui.listing.earlier import read

        return tell_differences(query, listing, read(listing.diff), sampler, clock, help_.look_up)
    if listing.watch is not None:
        from tcpview_tui.listing.notices import form_of
        from tcpview_tui.listing.watch import Watch, watch

        host = safe(socket.gethostname())
        form = form_of(listing.format, _columns(listing, origin(0.0, host)[1:]), host)
        return watch(Watch(query, listing.watch, *help_), form, sampler, clock)
    return _list_now(query, listing, sampler, clock, help_)


def _list_now(query: Query, listing: Listing, sampler: Sampler, clock: Clock, help_: Help) -> int:
    """Print what matches `query` now, and return the exit status; what could not be seen is said to people."""
    docket = help_.docket
    seen = glance.glance(query, sampler, clock, help_.look_up, docket.join if docket else None)
    status = FAILED if seen.failure else 0
    if seen.rows or not seen.failure:
        status = put(_written(seen, listing)) or status
    for sentence in [seen.failure] if seen.failure else seen.unseen:
        click.echo(sentence, err=True)
    if docket is not None:
        docket.report(one_look=listing.format == "table")
        status = status or docket.status
    return status


def _written(seen: Glance, listing: Listing) -> str:
    key, at, host = listing.order.key(), seen.context.now, safe(socket.gethostname())
    rows = sorted(seen.rows, key=lambda row: key(row, seen.context))
    if listing.findings and not listing.order.by:
        rows.sort(key=lambda row: _gravity(row, seen.context))
    where = () if listing.format == "html" else origin(at, host)  # a page says it once, at its head
    written = LISTINGS[listing.format](rows, _columns(listing, where), seen.context, at, host)
    return written + (reasons(rows, seen.context) if listing.findings and listing.format == "table" else "")


def _asks_places(query: Query, listing: Listing) -> bool:
    """Return whether the filter, a column or the order is about where addresses are registered."""
    named = {token.text.lower() for token in tokenize(query.text) if token.kind == "field"}
    return not PLACES.keys().isdisjoint({*named, *listing.columns, *(by.column for by in listing.order.by)})


def _gravity(row: Row, context: Context) -> int:
    """Return what sorts the rows first of which something grave was found."""
    return -max((finding.severity for finding in context.findings(row)), default=0)


def _columns(listing: Listing, where: Iterable[Column]) -> list[Column]:
    """Return the columns asked for; else, in a table, those people need first, and in a file all there are.

    In a file, `where` stands before them.
    """
    usual = (*_USUAL, *["host"] * listing.names, *["finding"] * listing.findings)
    is_table = listing.format == "table"
    there = [name for name in listing.fillable if name != "finding" or listing.findings]
    chosen = [BY_ID[name] for name in listing.columns or (usual if is_table else there)]
    return (
        chosen if listing.columns or is_table else [*where, *chosen, HOLDING, OTHERS, *[UNCHECKED] * listing.findings]
    )
