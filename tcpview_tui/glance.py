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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem, Snapshot
    from tcpview_tui.model.traffic import Gauge
    from tcpview_tui.sources.base import Sampler

    LookUp = Callable[[Iterable[Row]], Mapping[str, str]]
    """Returns the names of the remote addresses of rows, by address, as far as they can be had."""

    Join = Callable[[Update, Context], Context]
    """Takes in the rows of a look that differ, and returns what they are joined with, and what was found of them."""

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


def check(query: Query, names: bool | None = None, *, judges: bool = False) -> None:
    """Raise `WrongUsageError` for a filter beyond a glance. `names` is whether they are looked up; `None`: never.

    `judges` is whether what is seen is judged. A rate or name that is not known matches nothing, and its negation would
    match every connection.
    """
    beyond = [term for term in query.compares if not judges or term not in query.judged]
    if beyond:
        terms = ", ".join(beyond)
        again = "only the live table can answer that, which looks again and again"
        who = "only the live table and list can answer that, which judge" if {*beyond} <= {*query.judged} else again
        raise WrongUsageError(f"--filter: {safe(terms)}: {who}; leave it out of the filter.")
    if query.named and not names:
        terms, way = ", ".join(query.named), "write" if names is None else "add --names, or write"
        raise WrongUsageError(f"{terms}: no names are looked up here; {way} an address, as in remote:192.0.2.7.")


def glance(
    query: Query, sampler: Sampler, clock: Clock, look_up: LookUp | None = None, join: Join | None = None
) -> Glance:
    """Return what matches `query` now, joined by `join`, with the names that `look_up` finds.

    It is asked for those of the rows that match; for those of all when names decide what matches.
    """
    snapshot = look(sampler)
    table = LiveTable(clock)
    update = table.apply(snapshot)
    context = Context(now=snapshot.taken_at, service_name=sampler.service_name, gauges=snapshot.gauges)
    if join is not None:
        context = join(update, context)
    rows = list(table.rows.values())
    if look_up is not None:
        wanted = rows if query.needs_names else [row for row in rows if query.matches(row, context)]
        context = replace(context, names=look_up(wanted))
    return Glance([row for row in rows if query.matches(row, context)], context, snapshot.problems)


def look(sampler: Sampler) -> Snapshot:
    """Look until no process is being sought any more, at most `_LOOKS` times; return what is there at the last look."""
    gauges: dict[Key, Gauge] = {}
    for _ in range(_LOOKS):
        snapshot = sampler.sample()
        gauges |= snapshot.gauges  # each look tells only those that differ
        if all(each.unowned is not Unowned.PENDING for each in snapshot.connections.values()):
            break
    return replace(snapshot, gauges=gauges, passed=())
