"""The terminal's own cursor stands on what the keys are for: screen readers and Braille displays follow it."""

from __future__ import annotations

from typing import cast

import pytest
from textual.widget import Widget

from tests.fakes import connection, listener
from tests.tui.gestures import DOWN_ARROW, END, ESC, RIGHT_ARROW
from tests.tui.harness import Live, live

ROWS = tuple(connection(n, remote=(f"203.0.113.{n}", 443)) for n in range(1, 5))


def followed(program: Live) -> str:
    """Return what the terminal is left at: the text from its cursor on."""
    x, y = program.app.cursor_position
    return program.lines[y][x:]


DIALOGS = {
    "sort": (f"s{DOWN_ARROW * 2}", "PID"),
    "sort, the last": (f"s{END}", "Command"),
    "states": (f"S{DOWN_ARROW}", "[x]      0  SYN_SENT"),
    "columns": (f"c{DOWN_ARROW}", "[x] PID"),
    "menu": (f"o{DOWN_ARROW}", ""),
    "palette": ("\x10", ""),
    "palette, typed": ("\x10save", "Ctrl+S    Save"),
    "palette, moved": (f"\x10sort{DOWN_ARROW}", ""),
}


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
@pytest.mark.parametrize("name", DIALOGS)
async def test_the_cursor_stands_on_the_marked_line_of_a_list(name: str, size: tuple[int, int]) -> None:
    typed, words = DIALOGS[name]
    async with live(*ROWS, size=size) as program:
        await program.burst(typed)
        position = program.app.cursor_position
        assert program.lines
        assert program.app.cursor_position == position
        assert followed(program).strip("▲▼› ").startswith(words[: size[0] - 20])
        assert program.app.screen.query_one(".dialog").region.contains_point(position)


async def test_buttons_are_followed_also_when_the_dialog_has_grown() -> None:
    async with live(connection(1)) as program:
        await program.burst("w")
        assert len(program.app.screen.query("Button")) > 1
        assert followed(program).strip().startswith("Cancel")
        await program.burst("\t")
        assert not followed(program).strip().startswith("Cancel")
        focused = cast("Widget", program.app.focused)
        assert focused.content_region.contains_point(program.app.cursor_position)
        await program.burst(RIGHT_ARROW)
        assert focused is not program.app.focused


@pytest.mark.parametrize("typed", ["s", "S", "k", "\x10so", "?"])
async def test_the_cursor_is_back_on_the_row_when_the_dialog_has_closed(typed: str) -> None:
    async with live(*ROWS, listener(9, 80)) as program:
        await program.burst(DOWN_ARROW * 2)
        at = program.app.cursor_position
        assert "203.0.113.3" in followed(program)
        await program.burst(typed)
        await program.burst(ESC)
        assert program.app.cursor_position == at
