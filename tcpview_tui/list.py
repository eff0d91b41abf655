"""``tcpview-tui list``: what there is now, on the standard output."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tcpview_tui import glance
from tcpview_tui.exits import FAILED
from tcpview_tui.model.columns import BY_ID, COLUMNS
from tcpview_tui.model.order import By, Order
from tcpview_tui.output import put
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.record.values import HOLDING, OTHERS, origin
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.glance import Glance
    from tcpview_tui.model.column import Column
    from tcpview_tui.model.query import Query
    from tcpview_tui.sources.base import Sampler

_LATER = frozenset({"host", "rate_in", "rate_out", "seen", "closed", "age"})
"""Columns that a single look cannot fill: they take several, or the names of addresses."""

_NOW = tuple(column.id for column in COLUMNS if column.id not in _LATER)

_USUAL = ("process", "pid", "user", "proto", "state", "dir", "local", "lport", "remote", "rport")
"""Columns of the table unless others are asked for: about as much as a screen is wide."""

_OWN_FIELDS = frozenset({"json", "jsonl"})
"""Formats with fields of their own, and no columns."""


@dataclass(frozen=True, slots=True)
class Listing:
    """How to list. Without `columns`, those that go with the format."""

    format: str
    columns: tuple[str, ...]
    order: Order

    @classmethod
    def of(cls, form: str, columns: str | None, sort: str | None) -> Listing:
        """Return what the options ask for: one of `LISTINGS`, ids with commas between, an id that may follow a ``-``.

        Raises `WrongUsageError` for a column that a single look cannot fill, and for columns where there are none.
        """
        if columns is not None and form in _OWN_FIELDS:
            raise WrongUsageError(f"--columns: {form} has fields of its own; leave them out, or choose another format.")
        wanted = () if columns is None else _known("--columns", columns.split(","))
        by = () if sort is None else _known("--sort", [sort.removeprefix("-")])
        return cls(form, wanted, Order(tuple(By(name, reverse=name != sort) for name in by)))


def list_now(query: Query, listing: Listing, sampler: Sampler, clock: Clock) -> int:
    """Print what matches `query` now, and return the exit status; what could not be seen is said to people."""
    seen = glance.glance(query, sampler, clock)
    status = FAILED if seen.failure else 0
    if seen.rows or not seen.failure:
        status = put(_written(seen, listing)) or status
    for sentence in [seen.failure] if seen.failure else seen.unseen:
        click.echo(sentence, err=True)
    return status


def _written(seen: Glance, listing: Listing) -> str:
    key, at, host = listing.order.key(), seen.context.now, safe(socket.gethostname())
    rows = sorted(seen.rows, key=lambda row: key(row, seen.context))
    return LISTINGS[listing.format](rows, _columns(listing, at, host), seen.context, at, host)


def _columns(listing: Listing, at: float, host: str) -> list[Column]:
    """Return the columns asked for; else, in a table, those people need first, and in a file all there are."""
    chosen = [BY_ID[name] for name in listing.columns or (_USUAL if listing.format == "table" else _NOW)]
    if listing.columns or listing.format == "table":
        return chosen
    where = () if listing.format == "html" else origin(at, host)  # a page says it once, at its head
    return [*where, *chosen, HOLDING, OTHERS]


def _known(option: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names, each once. Raises `WrongUsageError` for one that is no column here."""
    wanted = tuple(dict.fromkeys(name.strip() for name in names))
    for name in wanted:
        if name in _LATER:
            raise WrongUsageError(f"{option}: {name} takes more than the single look there is here.")
        if name not in BY_ID:
            raise WrongUsageError(f"{option}: there is no column '{safe(name, 40)}'; expected {', '.join(_NOW)}.")
    return wanted
