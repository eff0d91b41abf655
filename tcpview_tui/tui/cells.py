"""Text into a number of terminal cells: padded, or cut where it hurts least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Cut


def fit(text: str, width: int, cut: Cut = "end", right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` in exactly `width` cells; what does not fit is replaced by `ellipsis` (at most one cell)."""
    length = len(text) if text.isascii() else cell_len(text)
    if length <= width:
        padding = " " * (width - length)
        return padding + text if right else text + padding
    if width < 2:
        return ellipsis[:width] or " " * width
    return _cut(text, width, cut, ellipsis)


def wrapped(text: str, width: int, most: int) -> list[str]:
    """Return `text` in lines of at most `width` cells where its words allow that; line number `most` has all the rest.

    There is one line at least.
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and len(lines) < most and cell_len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _cut(text: str, width: int, cut: Cut, ellipsis: str) -> str:
    room = width - len(ellipsis)
    if cut == "end":
        return set_cell_size(text, room) + ellipsis
    tail = room if cut == "start" else room // 2
    head = set_cell_size(text, room - tail)
    return head + ellipsis + _last_cells(text, tail)


def _last_cells(text: str, width: int) -> str:
    """Return the end of `text` in exactly `width` cells."""
    if text.isascii():
        return text[len(text) - width :]
    piece = text[-width:]
    while cell_len(piece) > width:
        piece = piece[1:]
    return " " * (width - cell_len(piece)) + piece
