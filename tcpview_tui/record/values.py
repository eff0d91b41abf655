"""What is written of a row: each value in full, and as columns also what the table says by marks and brackets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.columns import Column, Context
from tcpview_tui.record.spreadsheet import inert
from tcpview_tui.record.timestamp import timestamp

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

_TIMES = frozenset({"listed", "seen", "closed"})
"""Columns whose values are seconds UTC."""


def raw(column: Column, row: Row, context: Context) -> str:
    """Return the value of a column in full: times in UTC, numbers as they are; empty when it is unknown."""
    return _spelled(column, column.value(row, context))


def shown(column: Column, row: Row, context: Context) -> str:
    """Return the value as people read it, but times in UTC."""
    return raw(column, row, context) if column.id in _TIMES else column.text(row, context)


def cell(column: Column, row: Row, context: Context) -> str:
    """Return the value in full, and a text so that no spreadsheet runs it, see `inert`. A number stays a number."""
    value = column.value(row, context)
    return inert(value) if isinstance(value, str) else _spelled(column, value)


def origin(at: float, host: str) -> tuple[Column, Column]:
    """Return columns that say of every row when it was so (seconds UTC) and on which host."""
    listed = _column("listed", "Listed at", "When the row was as it stands here.", lambda _: at)
    return listed, _column("machine", "Host", "Machine that was looked at.", lambda _: host)


def _spelled(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.id in _TIMES:
        return timestamp(value)
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _column(name: str, title: str, help_: str, value: Callable[[Row], Any]) -> Column:
    return Column(name, title, title, help_, 0, 0, 0, lambda row, _: value(row), lambda row, _: str(value(row)))


def _others(row: Row) -> str:
    return "; ".join(owner.label for owner in row.owners[1:])


def _holding(row: Row) -> str:
    return "" if not row.owners else "no" if row.owners_past else "yes"


def _unchecked(row: Row, context: Context) -> str:
    return "; ".join(f"{', '.join(each.rules)}: {each.reason}" for each in context.unchecked(row))


STATUS = _column("status", "Status", "open or closed.", lambda row: "closed" if row.is_closed else "open")
OPENING = _column(
    "opening",
    "Opening seen",
    "Whether the program ran when it opened, so that First seen is when it did.",
    lambda row: "no" if row.preexisting or row.is_brief else "yes",
)
HOLDING = _column("holding", "Process holds it", "Whether the process still has it, or had it once.", _holding)
OTHERS = _column("others", "Other processes", "The other processes that have the same socket.", _others)
UNCHECKED = Column(
    "unchecked", "Not checked", "Not checked", "Which rules could not be checked, and why.", 0, 0, 0,
    _unchecked, _unchecked,
)  # fmt: skip
FACTS = (STATUS, OPENING, HOLDING, OTHERS)
"""What the table says by marks and brackets."""
