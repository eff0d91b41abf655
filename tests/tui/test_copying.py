from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import pytest

from tcpview_tui.tui.clipboard import LIMIT
from tcpview_tui.tui.commands.copying import copy_remote, copy_rows, interrupt
from tcpview_tui.tui.screens.copy import CopyScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection, listener
from tests.tui.harness import Live, live


class Terminal:
    """What the program writes to its terminal beside the screen."""

    def __init__(self, program: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[str] = []
        self.mouse: list[bool] = []
        driver: Any = program.app._driver
        monkeypatch.setattr(driver, "write", self.told.append)
        monkeypatch.setattr(driver, "_enable_mouse_support", lambda: self.mouse.append(True), raising=False)
        monkeypatch.setattr(driver, "_disable_mouse_support", lambda: self.mouse.append(False), raising=False)

    @property
    def clipboard(self) -> str | None:
        found = re.findall(r"\x1b\]52;c;([^\x07]*)\x07", "".join(self.told))
        return b64decode(found[-1]).decode() if found else None


@pytest.fixture(autouse=True)
def _no_multiplexer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


async def do(program: Live, action: Callable[[MainScreen], None]) -> None:
    action(program.main)
    await program.settled()


async def test_the_row_under_the_cursor_is_copied_as_a_line_with_tabs(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_rows)
        assert terminal.clipboard is not None
        values = terminal.clipboard.split("\t")
        assert values[:2] == ["curl", "4242"]
        assert values[-1] == "2026-01-01T00:00:00.000Z"
        assert {"ESTABLISHED", "10.0.0.5", "50000", "93.184.216.34", "443"} < set(values)
        assert "Copied 1 row to the terminal's clipboard (OSC 52)." in program.text


async def test_a_narrow_screen_copies_what_tells_a_connection_and_nothing_that_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with live(connection(1), size=(40, 12)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_rows)
        assert terminal.clipboard == (
            "curl\t4242\tTCP\tESTABLISHED\t10.0.0.5\t50000\t93.184.216.34\t443\t2026-01-01T00:00:00.000Z"
        )


async def test_columns_that_the_details_leave_no_room_for_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1), size=(170, 40)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_rows)
        assert "session-3.scope" in (terminal.clipboard or "")
        await program.press("enter")
        assert "Service" not in program.lines[0]
        await do(program, copy_rows)
        assert "session-3.scope" not in (terminal.clipboard or "")


async def test_the_targets_are_copied_without_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1), listener(2, 80), connection(3)) as program:
        terminal = Terminal(program, monkeypatch)
        rows = tuple(program.app.session.view.rows())
        monkeypatch.setattr(program.app.session.view, "targets", lambda: rows)
        await do(program, copy_rows)
        assert terminal.clipboard is not None
        assert len(terminal.clipboard.split("\n")) == 3
        assert "Copied 3 rows" in program.text
        await do(program, copy_remote)
        assert terminal.clipboard == "93.184.216.34"
        assert "Copied 1 address to" in program.text


async def test_a_row_without_remote_address_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(listener(1, 80)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_remote)
        assert terminal.told == []
        assert "no remote address to copy" in program.text


@pytest.mark.parametrize("action", [copy_rows, copy_remote])
async def test_nothing_to_copy_is_said(action: Callable[[MainScreen], None], monkeypatch: pytest.MonkeyPatch) -> None:
    async with live() as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, action)
        assert terminal.told == []
        assert "There is no row" in program.text


@pytest.mark.parametrize("action", [copy_rows, copy_remote])
async def test_a_row_that_has_just_gone_is_not_copied_in_place_of_another(
    action: Callable[[MainScreen], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        monkeypatch.setattr(program.app.session.view, "slipped", lambda now: True)
        await do(program, action)
        assert terminal.told == []
        assert "Another row has just come" in program.text


async def test_more_than_a_clipboard_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        rows = tuple(program.app.session.view.rows()) * LIMIT
        monkeypatch.setattr(program.app.session.view, "targets", lambda: rows)
        for _ in range(2):
            await do(program, copy_rows)
            assert terminal.told == []
            assert isinstance(program.app.screen, MainScreen)
            assert "more than a terminal takes at once (74,994 bytes)" in program.text


async def test_the_same_again_shows_the_text_and_leaves_the_mouse_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_rows)
        await do(program, copy_rows)
        assert isinstance(program.app.screen, CopyScreen)
        assert terminal.mouse == [False]
        assert [line for line in program.lines if line.startswith("curl    4242    ")]
        assert "2026-01-01T00:00:00.000Z" in "".join(program.lines)
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)
        assert terminal.mouse == [False, True]
        await do(program, copy_rows)
        assert isinstance(program.app.screen, MainScreen)


async def test_another_row_is_copied_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1), connection(2, remote=("198.51.100.7", 1))) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, copy_remote)
        first = terminal.clipboard
        program.app.session.view.move(1, 0.0)
        await do(program, copy_remote)
        assert isinstance(program.app.screen, MainScreen)
        assert {first, terminal.clipboard} == {"93.184.216.34", "198.51.100.7"}


async def test_leaving_the_program_from_the_text_does_not_take_the_mouse_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        await program.app.push_screen(CopyScreen("Row", "x"))
        await program.settled()
    assert terminal.mouse == [False]


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_long_text_has_no_frame_beside_it_and_scrolls_by_key(size: tuple[int, int]) -> None:
    text = "\n".join(f"{number:03}|" + "漢x" * size[0] for number in range(100)) + "\nthe end"
    async with live(connection(1), size=size) as program:
        await program.app.push_screen(CopyScreen("Rows", text))
        await program.settled()
        assert "Esc goes back" in " ".join(" ".join(program.lines).split())
        start = next(number for number, line in enumerate(program.lines) if line.startswith("000|"))
        pieces = [line.rstrip() for line in program.lines[start : start + 3]]
        assert text.startswith("".join(pieces))
        await program.press("end")
        assert any(line.rstrip() == "the end" for line in program.lines)


async def test_ctrl_c_copies_first_and_leaves_second(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, interrupt)
        assert (terminal.clipboard or "").startswith("curl\t4242")
        assert "Copied 1 row to the terminal's clipboard (OSC 52). Ctrl+C again leaves." in program.text
        program.clock.advance(2.5)
        await do(program, interrupt)
        assert program.app.return_code is None
        program.clock.advance(1.5)
        await do(program, interrupt)
        assert program.app.return_code == 130


async def test_ctrl_c_leaves_also_when_there_is_nothing_to_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live() as program:
        terminal = Terminal(program, monkeypatch)
        await do(program, interrupt)
        assert "Nothing to copy. Ctrl+C again leaves." in program.text
        assert terminal.told == []
        await do(program, interrupt)
        assert program.app.return_code == 130


async def test_another_copy_in_between_takes_ctrl_c_for_the_first_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        Terminal(program, monkeypatch)
        for action in (interrupt, copy_rows, interrupt):
            await do(program, action)
        assert program.app.return_code is None
