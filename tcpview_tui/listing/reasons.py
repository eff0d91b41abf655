"""Why rows of a listing are marked: each finding with its evidence, and what speaks against it, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.rule import MARKED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.row import Row


def reasons(rows: Iterable[Row], context: Context) -> str:
    """Return the findings that mark these rows, each once, in the order of the rows; empty when nothing does."""
    told: dict[tuple[object, ...], Finding] = {}
    for row in rows:
        for each in context.findings(row):
            if each.severity >= MARKED:
                told.setdefault((each.rule, each.subject), each)
    return "".join(f"\n{_reason(each)}" for each in told.values())


def _reason(finding: Finding) -> str:
    against = f"  But: {finding.against}\n" if finding.against else ""
    return f"{finding.severity.label}: {finding.title}: {finding.name}\n  {finding.sentence}\n{against}"
