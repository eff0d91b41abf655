"""A glance at the machine without a screen: what there is now, and which of it a filter matches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Code
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem, Snapshot
    from tcpview_tui.model.traffic import Gauge
    from tcpview_tui.sources.base import Sampler

_LOOKS = 10
"""Looks until the processes are found: each searches for half a second at most (`sources.owners`)."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The rows that matched, what they are joined with, and what could not be seen."""

    rows: Sequence[Row]
    context: Context
    problems: Sequence[Problem]

    @property
    def failure(self) -> str:
        """Why nothing could be seen at all, in sentences; empty when something could."""
        return "\n".join(problem.detail for problem in self.problems if problem.code is Code.LOOK_FAILED)

    @property
    def unseen(self) -> list[str]:
        """What could not be seen, a sentence each: more may match."""
        return [f"Not all could be seen: {problem.summary}." for problem in self.problems]


def check(query: Query) -> None:
    """Raise `WrongUsageError` for a filter beyond a glance.

    A rate or name that is not known matches nothing, and its negation would match every connection.
    """
    if query.compares:
        terms = ", ".join(query.compares)
        raise WrongUsageError(f"{safe(terms)}: only several looks can answer that, over time; write without.")
    if query.named:
        terms = ", ".join(query.named)
        raise WrongUsageError(f"{terms}: no names are looked up here; write an address, as in remote:192.0.2.7.")


def glance(query: Query, sampler: Sampler, clock: Clock) -> Glance:
    """Return what matches `query` now."""
    snapshot = _look(sampler)
    table = LiveTable(clock)
    table.apply(snapshot)
    context = Context(now=snapshot.taken_at, service_name=sampler.service_name, gauges=snapshot.gauges)
    rows = [row for row in table.rows.values() if query.matches(row, context)]
    return Glance(rows, context, snapshot.problems)


def _look(sampler: Sampler) -> Snapshot:
    """Look until no process is being sought any more, at most `_LOOKS` times; return what is there at the last look."""
    gauges: dict[Key, Gauge] = {}
    for _ in range(_LOOKS):
        snapshot = sampler.sample()
        gauges |= snapshot.gauges  # each look tells only those that differ
        if all(each.unowned is not Unowned.PENDING for each in snapshot.connections.values()):
            break
    return replace(snapshot, gauges=gauges, passed=())
