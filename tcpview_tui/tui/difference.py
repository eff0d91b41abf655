"""Which cells of a line differ: Textual never compares, so that what is refreshed is paid in full over SSH."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.cells import get_character_cell_size

if TYPE_CHECKING:
    from textual.strip import Strip

_Cell = tuple[str, object]


def difference(old: Strip, new: Strip) -> tuple[int, int] | None:
    """Return the first cell in which two lines differ and the one after the last; `None` when they are alike."""
    before, after = _cells(old), _cells(new)
    differ = [x for x, (one, other) in enumerate(zip_longest(before, after)) if one != other]
    if not differ:
        return None
    start, end = differ[0], differ[-1] + 1
    while start > 0 and (_is_second_half(before, start) or _is_second_half(after, start)):
        start -= 1
    while _is_second_half(before, end) or _is_second_half(after, end):
        end += 1
    return start, end


def _cells(strip: Strip) -> list[_Cell]:
    """Return a line cell by cell, each with its style; the second cell of a wide character is empty."""
    return [(cell, style) for text, style, _ in strip for cell in _by_cell(text)]


def _by_cell(text: str) -> list[str]:
    if text.isascii():
        return list(text)
    cells: list[str] = []
    for character in text:
        size = get_character_cell_size(character)
        if size == 0 and cells:  # a combining mark belongs to the cell before it
            cells[-1 if cells[-1] else -2] += character
        else:
            cells += (character, "")[:size]
    return cells


def _is_second_half(cells: list[_Cell], x: int) -> bool:
    return x < len(cells) and cells[x][0] == ""
