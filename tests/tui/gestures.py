"""What a hand does to the terminal, as the bytes that come of it, and what an eye sees then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tests.tui.harness import Live

LEFT, RIGHT, NO_BUTTON = 0, 2, 3
SHIFT, CTRL, MOVING, WHEEL = 4, 16, 32, 64
"""Buttons and what is added to them in a report (xterm control sequences, "SGR mouse mode")."""

UP_ARROW, DOWN_ARROW, RIGHT_ARROW, LEFT_ARROW = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
SHIFT_DOWN, SHIFT_UP = "\x1b[1;2B", "\x1b[1;2A"
HOME, END, PAGE_DOWN, SHIFT_F10 = "\x1b[H", "\x1b[F", "\x1b[6~", "\x1b[21;2~"
CTRL_UP, CTRL_DOWN = "\x1b[1;5A", "\x1b[1;5B"
CTRL_A, CTRL_P, ESC = "\x01", "\x10", "\x1b"


def report(code: int, x: int, y: int, final: str = "M") -> str:
    """Return one report of the mouse at a cell of the screen."""
    return f"\x1b[<{code};{x + 1};{y + 1}{final}"


def click(x: int, y: int, code: int = LEFT) -> str:
    return report(code, x, y) + report(code, x, y, "m")


def drag(*places: tuple[int, int]) -> str:
    """Return the reports of a drag with the left button through these cells."""
    (x, y), last = places[0], places[-1]
    moves = (report(MOVING + LEFT, *place) for place in places[1:])
    return report(LEFT, x, y) + "".join(moves) + report(LEFT, *last, "m")


def wheel(x: int, y: int, down: bool = True) -> str:
    return report(WHEEL + down, x, y)


def row(program: Live, text: str) -> int:
    """Return the line of the screen with that text."""
    return next(number for number, line in enumerate(program.lines) if text in line)


def under_cursor(program: Live) -> str:
    """Return the line of the table that has the sign of the cursor; nothing when it is out of sight."""
    table = program.main.table.region
    lines = (line[table.x : table.right] for line in program.lines[table.y : table.bottom])
    return next((line for line in lines if line[1] == "›"), "")


def table_lines(program: Live) -> list[str]:
    """Return the lines of the table that show something."""
    table = program.main.table.region
    return [line[table.x : table.right] for line in program.lines[table.y : table.bottom] if line.strip()]


def keys(program: Live) -> list[Hashable]:
    """Return the keys of the rows that the filter lets through, in their order."""
    return [row.key for row in program.app.session.view.rows()]


def cursor(program: Live) -> Hashable:
    """Return the key of what is under the cursor."""
    return program.app.session.view.cursor


def order(program: Live) -> list[str]:
    """Return the columns the table is sorted by, with a minus before those that are reversed."""
    return [f"{'-' if by.reverse else ''}{by.column}" for by in program.app.session.view.order.by]


def chosen(program: Live) -> frozenset[Hashable]:
    """Return the keys of the selected rows."""
    return program.app.session.view.selection.keys


def edge(program: Live, name: str) -> int:
    """Return the last cell of a column."""
    slots = program.main.painter(program.main.table.size.width).slots
    return next(slot.x + slot.width - 1 for slot in slots if slot.column.id == name)
