"""Which columns stand where. It depends on the screen alone, never on the data, so that columns do not jump."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tcpview_tui.model.columns import COLUMNS, Column

GUTTER = 2
"""Cells before the first column: the mark of the row, and the sign of the cursor."""

GAP = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's place: its first cell and how many it has."""

    column: Column
    x: int
    width: int


@lru_cache(maxsize=64)
def layout(width: int, without: frozenset[str] = frozenset()) -> tuple[Slot, ...]:
    """Return the columns that fit into `width` cells, in their order, without those named.

    Columns are taken by priority until one does not fit; what room is left is shared so that each comes equally
    near to its ideal width. The first column is always there.
    """
    chosen = _chosen(width - GUTTER, without)
    widths = _grown(chosen, width - GUTTER - GAP * (len(chosen) - 1))
    slots, x = [], GUTTER
    for column in chosen:
        slots.append(Slot(column, x, widths[column.id]))
        x += widths[column.id] + GAP
    return tuple(slots)


def _chosen(room: int, without: frozenset[str]) -> list[Column]:
    taken: set[str] = set()
    for column in sorted(COLUMNS, key=lambda column: column.priority):
        if column.id in without:
            continue
        room -= column.width + (GAP if taken else 0)
        if room < 0 and taken:
            break
        taken.add(column.id)
    return [column for column in COLUMNS if column.id in taken]


def _grown(columns: list[Column], room: int) -> dict[str, int]:
    widths = {column.id: column.width for column in columns}
    spare = room - sum(widths.values())
    if spare < 0:  # a screen narrower than its first column
        return {columns[0].id: max(room, 1)}
    wishes = {column.id: column.ideal - column.width for column in columns}
    wanted = sum(wishes.values())
    for column in columns if wanted else []:
        widths[column.id] += wishes[column.id] * min(spare, wanted) // wanted
    left = min(spare, wanted) - (sum(widths.values()) - (room - spare))
    for column in sorted(columns, key=lambda column: column.priority):
        if left > 0 and widths[column.id] < column.ideal:
            widths[column.id] += 1
            left -= 1
    return widths
