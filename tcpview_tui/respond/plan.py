"""What ending a process would do, for the dialog that asks before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.model.process import Process, label
from tcpview_tui.respond.guard import Guard, Level, Verdict
from tcpview_tui.sources import proctable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.proctable import Entry, Table


@dataclass(frozen=True, slots=True)
class Descendant:
    """A child, grandchild, ... of the process, at its `depth` (1 for a child). `name` is safe to show."""

    pid: int
    name: str
    started: float | None
    depth: int

    @property
    def label(self) -> str:
        """The process in words."""
        return label(self.name, self.pid)


@dataclass(frozen=True, slots=True)
class Affected:
    """A connection that the process, or its tree, holds; `others` are the processes that would still hold it."""

    row: Row
    others: tuple[Process, ...] = ()

    @property
    def ends(self) -> bool:
        """True when nobody else is known to hold the connection."""
        return not self.others


@dataclass(frozen=True, slots=True)
class TerminationPlan:
    """What the dialog shows. It is a look at one moment: `terminate` verifies everything again.

    `descendants` lists each process before its children. `verdict` is on the process alone, `tree_verdict` on
    it with its descendants; both are REFUSED when the process has ended or another one has its pid.
    """

    process: Process
    descendants: tuple[Descendant, ...]
    connections: tuple[Affected, ...]
    tree_connections: tuple[Affected, ...]
    verdict: Verdict
    tree_verdict: Verdict


def make_plan(process: Process, rows: Iterable[Row], table: Table | None = None) -> TerminationPlan:
    """Return the plan for `process` with the connections among `rows` that it holds. Reads every process: use a worker.

    `table` is the process table to plan with, the machine's own when left out.
    """
    table = proctable.read_table() if table is None else table
    refusal = obstacle(process, table.get(process.pid))
    tree = () if refusal else proctable.descendants(table, [process.pid])
    below = tuple(Descendant(entry.pid, entry.name, entry.started, depth) for depth, entry in tree)
    live = [row for row in rows if not row.is_closed]
    alone = {process.pid: process.started}
    whole = alone | {descendant.pid: descendant.started for descendant in below}
    judge = Guard(table)
    return TerminationPlan(
        process=process,
        descendants=below,
        connections=affected(live, alone),
        tree_connections=affected(live, whole),
        verdict=refusal or judge.judge(process.pid),
        tree_verdict=refusal or judge.judge_all(whole),
    )


def obstacle(process: Process, entry: Entry | None) -> Verdict | None:
    """Return why `process` cannot be ended, by the `entry` that has its pid now; `None` when it still is who it was."""
    if process.started is None:
        reason = f"It is unknown when {process.label} started, so it could be another process by now."
        return Verdict(Level.REFUSED, reason)
    if entry is None:
        return Verdict(Level.REFUSED, f"{process.label} has ended already, or the system hides it.")
    if entry.started is not None and not proctable.same_start(process.started, entry.started):
        reason = f"{process.label} has ended; its pid now belongs to another process, {entry.name}."
        return Verdict(Level.REFUSED, reason)
    return None


def affected(rows: Iterable[Row], ending: Mapping[int, float | None]) -> tuple[Affected, ...]:
    """Return the connections among `rows` that the processes `ending` hold; these are start times by pid."""
    found: list[Affected] = []
    for row in rows:
        others = tuple(owner for owner in row.connection.owners if not _is_among(owner, ending))
        if len(others) < len(row.connection.owners):
            found.append(Affected(row, others))
    return tuple(found)


def _is_among(owner: Process, ending: Mapping[int, float | None]) -> bool:
    return owner.pid in ending and proctable.same_start(owner.started, ending[owner.pid])
