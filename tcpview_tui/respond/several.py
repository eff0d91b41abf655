"""Ending several processes at once: what it would do, and what came of it, in one answer each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.respond.guard import ALLOWED, Guard, Level, Verdict
from tcpview_tui.respond.outcome import Kind, Outcome, worst
from tcpview_tui.respond.plan import affected, obstacle
from tcpview_tui.sources import proctable

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.proctable import Table

LIMIT = 200
"""Processes ended at once: a person can still read the list, and each is held by a descriptor until it has ended."""

_WORDS: dict[Kind, str] = {
    "done": "ended",
    "gone": "had ended before",
    "running": "still there",
    "refused": "refused",
    "changed": "replaced by another process",
    "denied": "not permitted",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One process among several. `ending` counts its connections that end when all targets do."""

    process: Process
    ending: int = 0
    verdict: Verdict = ALLOWED


@dataclass(frozen=True, slots=True)
class JointPlan:
    """What the dialog shows. It is a look at one moment: `terminate_all` verifies everything again.

    `targets` would be ended, `left_out` not: the verdict of each says why. `ending` counts the connections that end
    with all targets, each once. `beyond` processes came after the first `LIMIT`; they are in neither list.
    """

    targets: tuple[Target, ...]
    left_out: tuple[Target, ...]
    ending: int
    beyond: int = 0


def plan_several(processes: Sequence[Process], rows: Iterable[Row], table: Table | None = None) -> JointPlan:
    """Return the plan for `processes`, which differ in identity, with what they hold among `rows`.

    `table` is the process table to plan with, the machine's own when left out: it is read once, in a worker then.
    """
    table = proctable.read_table() if table is None else table
    judge = Guard(table)
    judged = [(each, obstacle(each, table.get(each.pid)) or judge.judge(each.pid)) for each in processes[:LIMIT]]
    going = {each.pid: each.started for each, verdict in judged if verdict.level is Level.ALLOWED}
    ending = [held.row for held in affected((row for row in rows if not row.is_closed), going) if held.ends]
    counts = Counter(identity for row in ending for identity in {owner.identity for owner in row.connection.owners})
    targets = [Target(each, counts[each.identity], verdict) for each, verdict in judged]
    return JointPlan(
        targets=tuple(target for target in targets if target.verdict.level is Level.ALLOWED),
        left_out=tuple(target for target in targets if target.verdict.level is not Level.ALLOWED),
        ending=len(ending),
        beyond=max(len(processes) - LIMIT, 0),
    )


def summary(action: str, outcomes: Sequence[Outcome], words: Mapping[Kind, str] = _WORDS) -> Outcome:
    """Return one outcome for those of several targets; the sentence counts them and gives the gravest reason.

    It is `ok` when every target has ended, some perhaps before their turn: workers end with their master. `words`
    tell each kind that can occur. Raises ValueError when there are no outcomes.
    """
    counts = Counter(outcome.kind for outcome in outcomes)
    counted = ", ".join(f"{counts[kind]} {told}" for kind, told in words.items() if kind in counts)
    gravest = worst(outcomes)
    if all(outcome.kind in {"done", "gone"} for outcome in outcomes):
        return Outcome(True, "done", f"{action}: {counted}.")
    reasons = tuple(outcome.sentence for outcome in outcomes if outcome.kind not in {"done", "gone"})
    return Outcome(False, gravest.kind, f"{action}: {counted}. {gravest.sentence}", reasons)
