"""Facts as the lines of a pane, where each has its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import chop_cells

from tcpview_tui.tui.cells import fit, wrapped

if TYPE_CHECKING:
    from tcpview_tui.model.facts import Fact, Section
    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.line import Piece
    from tcpview_tui.tui.theme import Palette

LABEL_WIDTH = 12
"""Cells of a label: the longest is a state, ``SYN_RECEIVED``."""

Pieces = tuple["Piece", ...]


def lay_out(sections: Sequence[Section], width: int, palette: Palette, glyphs: Glyphs) -> list[Pieces]:
    """Return the lines of a pane. Which line a fact has depends on the facts before it, never on a value but prose."""
    lines: list[Pieces] = []
    for section in sections:
        if lines:
            lines.append((("", palette.row),))
        title = fit(f" {glyphs.plain(section.title)}", width, ellipsis=glyphs.ellipsis)
        lines.append(((title, palette.key),))
        for fact in section.facts:
            lines += _fact_lines(fact, width, palette, glyphs)
    return lines


def _fact_lines(fact: Fact, width: int, palette: Palette, glyphs: Glyphs) -> list[Pieces]:
    room = max(width - LABEL_WIDTH - 3, 0)
    paint = palette.quiet if fact.quiet else palette.row
    label = fit(glyphs.plain(fact.label), LABEL_WIDTH, ellipsis=glyphs.ellipsis)
    values = _wrap(glyphs.plain(fact.value), room, fact, glyphs.ellipsis)
    labels = [label, *(" " * LABEL_WIDTH for _ in values[1:])]
    return [((f" {name} ", palette.hint), (value, paint)) for name, value in zip(labels, values, strict=True)]


def _wrap(text: str, width: int, fact: Fact, ellipsis: str) -> list[str]:
    """Return `text` in exactly as many lines as the fact has, each of at most `width` cells; the last one is cut.

    Our own words break at spaces; of a value every character is kept, so that it can be read as it is. Prose takes no
    more lines than it needs.
    """
    if fact.prose:
        lines = _prose(text, width, fact.lines)
    else:
        lines = wrapped(text, width, fact.lines) if fact.quiet else _chopped(text, width, fact.lines)
        lines += [""] * (fact.lines - len(lines))
    return [fit(line, width, fact.cut, ellipsis=ellipsis).rstrip() for line in lines]


def _prose(text: str, width: int, most: int) -> list[str]:
    """Return `text` broken at spaces; a word that is longer than a line, as a path may be, goes on in the next one."""
    pieces = (piece for word in text.split(" ") for piece in chop_cells(word, max(width, 2)) or [""])
    return wrapped(" ".join(pieces), width, most)


def _chopped(text: str, width: int, most: int) -> list[str]:
    above = chop_cells(text, width)[: most - 1] if most > 1 and width > 1 else []
    return [*above, text[sum(map(len, above)) :]]
