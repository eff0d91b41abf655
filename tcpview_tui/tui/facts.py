"""Facts as lines: of a pane, where each has its place, or whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

from tcpview_tui.tui.cells import fit, wrapped

if TYPE_CHECKING:
    from tcpview_tui.model.facts import Fact, Section
    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.line import Piece
    from tcpview_tui.tui.theme import Palette

LABEL_WIDTH = 12
"""Cells of a label: the longest is a state, ``SYN_RECEIVED``."""

_INDENT = LABEL_WIDTH + 2
"""Cells before a value: a gap on either side of the label."""

Pieces = tuple["Piece", ...]


def lay_out(sections: Sequence[Section], width: int, palette: Palette, glyphs: Glyphs) -> list[Pieces]:
    """Return the lines of a pane. Which line a fact has depends on the facts before it, never on a value but prose."""
    return list(_lines(sections, width, palette, glyphs, uncut=False))


def whole(sections: Sequence[Section], width: int, palette: Palette, glyphs: Glyphs) -> list[Pieces]:
    """Return as many lines as it takes to leave nothing out."""
    return list(_lines(sections, width, palette, glyphs, uncut=True))


def _lines(
    sections: Sequence[Section], width: int, palette: Palette, glyphs: Glyphs, *, uncut: bool
) -> Iterator[Pieces]:
    empty = ("", palette.row)
    for number, section in enumerate(sections):
        if number:
            yield (empty,)
        title = fit(f" {glyphs.plain(section.title)}", width, ellipsis=glyphs.ellipsis)
        yield ((title, palette.key),)
        for place, fact in enumerate(section.facts):
            if fact.head and place and uncut:
                yield (empty,)
            yield from _fact(fact, width, palette, glyphs, uncut)


def _fact(fact: Fact, width: int, palette: Palette, glyphs: Glyphs, uncut: bool) -> Iterator[Pieces]:
    room = max(width - _INDENT - 1, 0)
    text = glyphs.plain(fact.value)
    first, *others = _prose(text, room, len(text) + 1) if uncut else _wrap(text, room, fact, glyphs.ellipsis)
    paint = f"bold {palette.row}" if fact.head else palette.quiet if fact.quiet else palette.row
    yield *_label(fact, palette, glyphs), (first, paint)
    for other in others:
        yield (" " * _INDENT, palette.hint), (other, paint)


def _label(fact: Fact, palette: Palette, glyphs: Glyphs) -> Pieces:
    """Return the label; the paint of a head is all that sets it off from what is above it in a pane."""
    label = fit(glyphs.plain(fact.label), LABEL_WIDTH, ellipsis=glyphs.ellipsis)
    if not fact.head:
        return ((f" {label} ", palette.hint),)
    word = f" {label.rstrip()} "
    paint = palette.suspicious if fact.head == "grave" else palette.quiet
    return (word, paint), (" " * (_INDENT - cell_len(word)), palette.row)


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
