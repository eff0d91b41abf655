"""What stands in the dialog before a process is ended: who it is, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.respond.guard import Level
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.respond.plan import Affected, TerminationPlan

SHOWN = 200
"""Children and connections listed; the counts above them are complete."""


def plan_text(plan: TerminationPlan, plain: Callable[[str], str] = str) -> Text:
    """Return everything a person should know before ending the process of `plan`."""
    text = facts(plan.process, plain)
    if plan.verdict.level is not Level.REFUSED:
        text.append("\nTERM asks it to end, KILL ends it at once.\n")
    _verdicts(text, plan, plain)
    _connections(text, "Connections that would end", [a for a in plan.connections if a.ends], plain)
    _connections(text, "Connections that others hold too and keep", [a for a in plan.connections if not a.ends], plain)
    if plan.connections:
        text.append("What it shares with a process that is not known here stays open.\n")
    _tree(text, plan, plain)
    return text


def facts(process: Process, plain: Callable[[str], str] = str) -> Text:
    """Return who `process` is; `plain` makes foreign text what the terminal can show."""
    text = Text()
    for title, value in (
        ("Process", process.name),
        ("PID", str(process.pid)),
        ("Command", process.command_line or "unknown"),
        ("User", process.user or "unknown"),
        ("Service", process.service or "none known"),
    ):
        text.append(f"{title:<9}", "bold")
        text.append(f"{plain(value)}\n")
    return text


def _verdicts(text: Text, plan: TerminationPlan, plain: Callable[[str], str]) -> None:
    reasons = dict.fromkeys(
        verdict.explain(plan.process.pid) for verdict in (plan.verdict, plan.tree_verdict) if verdict.level
    )
    for reason in reasons:
        text.append(f"\n{plain(reason)}\n", "bold reverse")


def _tree(text: Text, plan: TerminationPlan, plain: Callable[[str], str]) -> None:
    if not plan.descendants:
        if plan.verdict.level is not Level.REFUSED:
            text.append("\nIt has no children.")
        return
    text.append(f"\n{count(len(plan.descendants), 'child', 'children')} below it (the tree):\n", "bold")
    for child in plan.descendants[:SHOWN]:
        text.append(f"  {'  ' * min(child.depth - 1, 8)}{plain(child.label)}\n")
    alone = {affected.row.key for affected in plan.connections if affected.ends}
    more = [affected for affected in plan.tree_connections if affected.ends and affected.row.key not in alone]
    _connections(text, "With the tree also", more, plain)


def _connections(text: Text, title: str, affected: list[Affected], plain: Callable[[str], str]) -> None:
    if not affected:
        return
    text.append(f"\n{title} ({len(affected)}):\n", "bold")
    for each in affected[:SHOWN]:
        connection = each.row.connection
        text.append(f"  {plain(connection.ends)} {connection.state.label}\n")
