"""Where the terminal's own cursor is left: screen readers and Braille displays follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pty.test_traffic import watched

if TYPE_CHECKING:
    from pathlib import Path

DIALOGS = {"s\x1b[B": "Process", "S\x1b[B": "[x]      0  SYN_SENT", "\x10save": "Ctrl+S    Save", "w": " Cancel"}


@pytest.mark.parametrize("typed", DIALOGS)
def test_in_a_dialog_it_stands_on_what_the_keys_are_for_and_costs_nothing(typed: str, tmp_path: Path) -> None:
    with watched(tmp_path, (80, 24)) as watch:
        watch.terminal.send(typed)
        watch.terminal.shows(DIALOGS[typed])
        watch.looks(3)
        cursor = watch.terminal._screen.cursor
        assert watch.terminal.text.split("\n")[cursor.y][cursor.x :].lstrip().startswith(DIALOGS[typed].lstrip())
        before = len(watch.terminal.output)
        watch.looks(4)
        assert not watch.terminal.output[before:]
