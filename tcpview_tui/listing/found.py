"""What differs, in the formats of `list`: as rows with what became of them before, and what they were behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.model.columns import BY_ID, Column, Context
from tcpview_tui.record.ecs import action, listed
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.record.host import host_name
from tcpview_tui.record.values import STATUS, origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.listing.compare import Finding
    from tcpview_tui.listing.listing import Listing
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.ecs import Document

_WHOLE = frozenset({"table", "html"})
"""Formats that say once, at the top, where and when; and what was, beside what is."""


def written(findings: Sequence[Finding], listing: Listing, names: Sequence[str], context: Context) -> str:
    """Return the findings in the format and order of `listing`; `names` are the compared columns."""
    key, at, host, form = listing.order.key(), context.now, host_name(), listing.format
    ordered = sorted(findings, key=lambda finding: key(finding.entry.row, context))
    if form in {"json", "jsonl"}:
        documents = [_document(finding, names, context, host) for finding in ordered]
        return _lines(documents) if form == "jsonl" else "[\n" + ",\n".join(documents) + "\n]\n"
    rows = [replace(finding.entry.row, ordinal=place) for place, finding in enumerate(ordered)]
    where = () if listing.columns or form in _WHOLE else origin(at, host)
    before = [] if form in _WHOLE else [_column("before", "Before", lambda row: _was(ordered[row.ordinal], names))]
    compared = [_compared(ordered, place, name) for place, name in enumerate(names)]
    return LISTINGS[form](rows, [_verdict(ordered), *where, *compared, *before], context, at, host)


def _verdict(findings: Sequence[Finding]) -> Column:
    """Return the column that says of rows, by their ordinal, what became of them."""

    def signed(row: Row, _: Context) -> str:
        verdict = findings[row.ordinal].verdict
        return f"{verdict.sign} {verdict.value}"

    return replace(_column("difference", "Difference", lambda row: findings[row.ordinal].verdict.value), text=signed)


def _compared(findings: Sequence[Finding], place: int, name: str) -> Column:
    """Return a column that tells what was compared, and for people also what it was."""

    def text(row: Row, _: Context) -> str:
        finding = findings[row.ordinal]
        entry, before = finding.entry, finding.before
        is_same = before is None or before.values[place] == entry.values[place]
        return entry.texts[place] if is_same or before is None else f"{before.texts[place]} -> {entry.texts[place]}"

    return replace(BY_ID[name], value=lambda row, _: findings[row.ordinal].entry.values[place], text=text)


def _column(name: str, title: str, value: Callable[[Row], str]) -> Column:
    def told(row: Row, _: Context) -> str:
        return value(row)

    return replace(STATUS, id=name, title=title, help=title, value=told, text=told)


def _changes(finding: Finding, names: Sequence[str]) -> dict[str, str]:
    """Return what differs, as it was before, by column."""
    _, entry, before = finding
    old = before.values if before else entry.values
    return {name: was for name, was, now in zip(names, old, entry.values, strict=True) if was != now}


def _was(finding: Finding, names: Sequence[str]) -> str:
    return "; ".join(f"{BY_ID[name].title} {was}".rstrip() for name, was in _changes(finding, names).items())


def _document(finding: Finding, names: Sequence[str], context: Context, host: str) -> str:
    """Return an ECS document of a listing that says what became of the row."""
    row, verdict = finding.entry.row, finding.verdict.value
    document: Document = listed(row, context, context.now, host)
    document["event"]["action"] = action(row, verdict)
    document["tcpview"] |= {"difference": verdict} | ({"before": _changes(finding, names)} if finding.before else {})
    if verdict == "gone":  # when it was first seen, the file does not say
        document["tcpview"].pop("first_seen")
    return msgspec.json.encode(document).decode()


def _lines(documents: Sequence[str]) -> str:
    return "".join(f"{document}\n" for document in documents)
