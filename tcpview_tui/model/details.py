"""What there is to say about one row: sections of facts, of which the first three never change their lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from operator import attrgetter
from typing import TYPE_CHECKING

from tcpview_tui.model.about_connection import about_connection
from tcpview_tui.model.about_evidence import about_evidence, about_nobody
from tcpview_tui.model.about_process import about_process, why_nobody
from tcpview_tui.model.about_traffic import about_traffic
from tcpview_tui.model.facts import Fact, Section

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.inspection import Inspection
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem

LISTED = 50
"""Connections of the same process that are listed, unless more are asked for; their number is always told."""


def heading(row: Row) -> str:
    """Return one line that names a row."""
    owner = f"{row.owner.label}  " if row.owner else ""
    return owner + row.connection.ends


def details(
    row: Row,
    among: Iterable[Row],
    inspection: Inspection | None,
    context: Context,
    problems: Sequence[Problem],
    listed: int = LISTED,
) -> tuple[Section, ...]:
    """Return all that is known of `row`.

    Process, Connection and Traffic come first and have the same labels in the same places for every row: a missing
    value is a word; only the evidence of a row with findings stands before them. What varies in length follows: the
    evidence, the parents, up to `listed` other connections of the
    process, found `among` all rows, and further owners. `inspection` counts only if it is that of the row's process.
    """
    owner = row.owner
    held = [] if owner is None else _held_by(owner, among)
    fixed = (
        about_process(row, inspection, problems),
        about_connection(row, context),
        about_traffic(row, held, context),
    )
    if owner is None:
        reason = why_nobody(row, problems)
        return (*fixed, about_nobody(reason)) if reason else fixed
    dossier = inspection.dossier if inspection and inspection.identity == owner.identity else None
    evidence = about_evidence(dossier, held)
    both = (*evidence, *fixed) if context.findings(row) else (*fixed, *evidence)
    return (*both, _parents(owner), _others(row, held, listed), *_owners(row))


def _parents(owner: Process) -> Section:
    facts = tuple(Fact(str(parent.pid), parent.name) for parent in owner.parents)
    return Section("Parents", facts or (Fact("", "none known", quiet=True),))


def _others(row: Row, held: Iterable[Row], listed: int) -> Section:
    others = [other for other in held if other.key != row.key]
    facts = [_other(other) for other in nsmallest(listed, others, key=attrgetter("ordinal"))]
    if len(others) > len(facts):
        facts.append(Fact("", f"and {len(others) - len(facts):,} more", quiet=True))
    title = f"Other connections of the process ({len(others):,})"
    return Section(title, tuple(facts) or (Fact("", "none", quiet=True),))


def _held_by(owner: Process, among: Iterable[Row]) -> list[Row]:
    pid, started = owner.identity  # compared one by one: a tuple for each of 100,000 rows would be felt
    return [row for row in among for holder in row.owners if holder.pid == pid and holder.started == started]


def _other(row: Row) -> Fact:
    label = "closed" if row.is_closed else row.connection.state.label
    return Fact(label, row.connection.ends, quiet=row.is_closed, cut="middle")


def _owners(row: Row) -> tuple[Section, ...]:
    facts = tuple(Fact(str(other.pid), other.name) for other in row.owners[1:])
    return (Section(f"Other owners ({len(facts)})", facts),) if facts else ()
