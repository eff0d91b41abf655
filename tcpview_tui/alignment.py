"""Text in columns, for terminals and for files that people read."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence

WIDEST = 60
"""Cells that a column is padded to at most: what is in one is often chosen by a stranger, and shifts every line."""


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes (Unicode Standard Annex 11; marks that combine take none)."""
    return len(text) if text.isascii() else sum(map(_width, text))


def aligned(lines: Sequence[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Return each line as one text, its columns as wide as their widest cell; those in `right` end where it ends.

    A column is never wider than `WIDEST`: a longer cell is not cut, and shifts the rest of its own line only.
    """
    columns = [_padded(column, place in right) for place, column in enumerate(zip(*lines, strict=True))]
    return ["  ".join(pieces).rstrip() for pieces in zip(*columns, strict=True)]


def _padded(column: Sequence[str], right: bool) -> list[str]:
    widths = [cells(text) for text in column]
    most = min(max(widths), WIDEST)
    paddings = (" " * (most - width) for width in widths)
    return [padding + text if right else text + padding for text, padding in zip(column, paddings, strict=True)]


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
