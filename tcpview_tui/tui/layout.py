"""Which columns stand where. It depends on screen and person alone, never on the data, so that columns do not jump.

Columns that do not fit stand on further pages, which one turns to sideways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from tcpview_tui.model.arrangement import Arrangement

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Column

Widths = Mapping[str, int]
"""Cells by the id of a column."""

GUTTER = 2
"""Cells before the first column: the mark of the row, and the sign of the cursor."""

GAP = 1

EDGE = 1
"""Cells after the last column when there are several pages: the sign that there is more."""

_LEAST_ROOM = 3
"""Cells that two columns and the gap between them need; a screen with fewer cuts them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A column's place: its first cell and how many it has."""

    column: Column
    x: int
    width: int


DEFAULT = Arrangement()
"""All columns as they come."""


def layout(
    width: int, arrangement: Arrangement = DEFAULT, without: frozenset[str] = frozenset(), page: int = 0
) -> tuple[Slot, ...]:
    """Return the columns of a page on a screen of `width` cells; past the last page, those of the last.

    Columns named in `without` are left out, unless nothing else is on. The first column stands on every page: it
    says whose row it is. Page 0 has those that matter most, by priority until one does not fit; the next pages have
    the others in their order. A column with a chosen width has exactly that as far as the screen is wide enough;
    what room is left is shared so that each of the others comes equally near to its ideal width.
    """
    every = _pages(width, arrangement, without)
    return every[min(page, len(every) - 1)]


def pages(width: int, arrangement: Arrangement = DEFAULT, without: frozenset[str] = frozenset()) -> int:
    """Return how many pages the columns take."""
    return len(_pages(width, arrangement, without))


@lru_cache(maxsize=64)
def _pages(width: int, arrangement: Arrangement, without: frozenset[str]) -> tuple[tuple[Slot, ...], ...]:
    columns = [column for column in arrangement.shown if column.id not in without] or list(arrangement.shown)
    chosen = dict(arrangement.widths)
    room = max(width - GUTTER, _LEAST_ROOM)
    least = _least(columns, chosen, room, room)
    if len(_fitting(columns, least, room)) == len(columns):
        return (_slots(columns, least, chosen, room),)
    room = max(room - EDGE, _LEAST_ROOM)
    least = _least(columns, chosen, room, room)
    page = _foremost(columns, least, chosen, room)
    every = [_slots(page, least, chosen, room)]
    left = [column for column in columns if column not in page]
    least = _least(columns, chosen, room, room // 2)
    while left:
        page = _fitting([columns[0], *left], least, room)
        every.append(_slots(page, least, chosen, room))
        left = left[len(page) - 1 :]
    return tuple(every)


def _least(columns: Sequence[Column], chosen: Widths, room: int, most: int) -> Widths:
    """Return the least widths: the first column has at most `most` cells, each other what that leaves of `room`."""
    first, *others = columns
    own = min(chosen.get(first.id, first.width), most)
    left = max(room - own - GAP, 1)
    return {first.id: own} | {column.id: min(chosen.get(column.id, column.width), left) for column in others}


def _foremost(columns: Sequence[Column], least: Widths, chosen: Widths, room: int) -> list[Column]:
    """Return the columns of page 0.

    A width chosen below the usual one makes room for further columns, a greater one pushes others out, but not
    the column itself: who makes it wider wants to see more of it.
    """
    first, *others = columns
    by_priority = [first, *sorted(others, key=lambda column: column.priority)]
    usual = {column.id: min(chosen.get(column.id, column.width), column.width) for column in others}
    likely = _fitting(by_priority, {first.id: min(least[first.id], first.width), **usual}, room)
    likely.sort(key=lambda column: (column is not first, column.id not in chosen))
    taken = _fitting(likely, least, room)
    return [column for column in columns if column in taken]


def _fitting(columns: Sequence[Column], widths: Widths, room: int) -> list[Column]:
    """Return the columns from the first on that fit side by side."""
    ends = accumulate(widths[column.id] + GAP for column in columns)
    return [column for column, end in zip(columns, ends, strict=True) if end - GAP <= room]


def _slots(columns: Sequence[Column], least: Widths, chosen: Widths, room: int) -> tuple[Slot, ...]:
    widths = _grown(columns, least, {column.id: chosen.get(column.id, column.ideal) for column in columns}, room)
    starts = accumulate((widths[column.id] + GAP for column in columns), initial=GUTTER)
    return tuple(Slot(column, x, widths[column.id]) for column, x in zip(columns, starts, strict=False))


def _grown(columns: Sequence[Column], least: Widths, most: Widths, room: int) -> Widths:
    """Return the widths after the room that is left has been shared."""
    wishes = {name: cells - least[name] for name, cells in most.items()}
    wanted = sum(wishes.values())
    spare = min(room - sum(least[name] for name in most) - GAP * (len(columns) - 1), wanted)
    shares = {name: wish * spare // max(wanted, 1) for name, wish in wishes.items()}
    left = spare - sum(shares.values())
    for column in sorted(columns, key=lambda column: column.priority):
        if left > 0 and shares[column.id] < wishes[column.id]:
            shares[column.id] += 1
            left -= 1
    return {name: least[name] + share for name, share in shares.items()}
