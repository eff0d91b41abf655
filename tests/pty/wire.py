"""What the bytes on the line say: which screen line each of them is for, and which colours and modes they set."""

from __future__ import annotations

import re
from collections import Counter

_MOVE = re.compile(rb"\x1b\[(\d+);\d+H")
_SGR = re.compile(rb"\x1b\[([\d;]*)m")
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
_COLOURS = re.compile(r"3[0-8]|4[0-8]|9[0-7]|10[0-7]")


def bytes_by_line(data: bytes) -> Counter[int]:
    """Return how many bytes were sent for each screen line, the first is 1; 0 stands for what moves to none.

    A line pays for the move to it, its colours and its text, up to the next move.
    """
    count: Counter[int] = Counter()
    line, start = 0, 0
    for move in _MOVE.finditer(data):
        count[line] += move.start() - start
        line, start = int(move[1]), move.start()
    count[line] += len(data) - start
    return +count


def parameters(data: bytes) -> set[str]:
    """Return every SGR parameter list that was sent, such as ``1;38;2;0;0;0``."""
    return {match[1].decode() for match in _SGR.finditer(data)}


def colours(data: bytes) -> set[str]:
    """Return the SGR parameter lists that set a colour: 30-38, 40-48 (ECMA-48 8.3.117), 90-97, 100-107 (aixterm).

    39 and 49 are the terminal's own colours, so none.
    """
    return {sent for sent in parameters(data) if any(_COLOURS.fullmatch(part) for part in sent.split(";"))}


def modes(data: bytes) -> dict[int, bool]:
    """Return the DEC private modes as they stand in the end: True for set, False for reset."""
    found: dict[int, bool] = {}
    for match in _MODE.finditer(data):
        found.update({int(number): match[2] == b"h" for number in match[1].split(b";")})
    return found
