"""Terminals that can do less, and people who want less."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal
from tests.pty.wire import colours, modes, parameters

if TYPE_CHECKING:
    from pathlib import Path

FIRST = (Line(1), Line(2, port=50002), Line(3, port=50003))
THEN = (Line(1), Line(2, "CLOSE_WAIT", 50002), Line(4, "SYN_SENT", 50004))
"""After these two looks one row is changed, one new and one closed."""

DIALOGS = {
    "?": "Sort. Choose",
    "s": "Sort by",
    "k": "Cancel",
    "w": "Whois: first use",
    "i": "What is not visible",
    "a": "Action log",
    "\x10": "Actions: type",
}
"""A key, and what the dialog shows that it opens."""


@contextmanager
def marked(home: Path, *options: str, config: str = "", **terminal_options: Any) -> Iterator[Terminal]:
    """The program with a row of each mark on the screen."""
    (home / "config" / "tcpview-tui").mkdir(parents=True)
    (home / "config" / "tcpview-tui" / "config.toml").write_text(config)
    machine = Machine(home, *FIRST)
    argv = [*machine.argv, "--interval", "0.5", "--linger", "3600", *options]
    with Terminal(argv, home, (100, 30), **terminal_options) as terminal:
        terminal.shows("50003")
        machine.show(*THEN)
        terminal.shows("50004")
        assert terminal.line_with("50002").startswith("~")
        assert terminal.line_with("50003").startswith("x")
        assert terminal.line_with("50004").startswith("+")
        yield terminal
        terminal.send("\x03\x03")
        assert terminal.wait() == 130


def through_all_dialogs(terminal: Terminal) -> None:
    for key, title in DIALOGS.items():
        terminal.send(key)
        terminal.shows(title)
        terminal.send("\x1b")
        terminal.lacks(title)
        terminal.shows("i: more", "50003")
    terminal.send("/age<")
    terminal.shows("Filter: age<", "^")
    terminal.send("\x1b")
    terminal.lacks("Filter: ")


def test_no_color_sends_no_colour(tmp_path: Path) -> None:
    with marked(tmp_path, env={"NO_COLOR": "1"}) as terminal:
        through_all_dialogs(terminal)
    assert not colours(terminal.output)
    assert parameters(terminal.output) - {"0"}


def test_sixteen_colours_are_enough(tmp_path: Path) -> None:
    with marked(tmp_path, env={"TERM": "xterm", "COLORTERM": ""}) as terminal:
        through_all_dialogs(terminal)
    sent = colours(terminal.output)
    assert sent
    assert not {part for part in sent if {"38", "48"} & set(part.split(";"))}


def test_true_colour_is_used_where_it_is_offered(tmp_path: Path) -> None:
    with marked(tmp_path) as terminal:
        pass
    assert any("38;2;" in sent for sent in colours(terminal.output))


def test_ascii_sends_only_ascii(tmp_path: Path) -> None:
    with marked(tmp_path, "--ascii") as terminal:
        through_all_dialogs(terminal)
    assert sorted({character for character in terminal.output.decode() if not character.isascii()}) == []


def test_ascii_has_an_ascii_spinner(tmp_path: Path) -> None:
    """The look-up goes to a port where nobody answers: the listener is this test, and it accepts nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with marked(tmp_path, "--ascii", config=f'lookup.rdap_url = "{url}"') as terminal:
            terminal.send("w")
            terminal.shows("Whois: first use")
            terminal.send("\t\r")
            terminal.shows("Asking the registries")
            for sign in "|/-\\":
                terminal.shows(f"{sign} Asking")
            terminal.send("\x1b")
            terminal.lacks("Asking")
    assert terminal.output.isascii()


@pytest.mark.parametrize("options", [[], ["--no-mouse"]], ids=str)
def test_the_mouse_is_asked_for_only_when_wanted(options: list[str], tmp_path: Path) -> None:
    with marked(tmp_path, *options) as terminal:
        pass
    assert bool({1000, 1002, 1003, 1006, 1015} & modes(terminal.output).keys()) is not bool(options)


def test_errors_to_a_file_leave_the_screen_alone(tmp_path: Path) -> None:
    file = tmp_path / "errors"
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY)
    try:
        with marked(tmp_path, stderr=descriptor):
            pass
    finally:
        os.close(descriptor)
    assert file.read_bytes() == b""


@pytest.mark.parametrize("size", [(80, 24), (60, 16)], ids=str)
def test_a_long_dialog_shows_its_buttons_and_its_foot(size: tuple[int, int], tmp_path: Path) -> None:
    machine = Machine(tmp_path, *(Line(number, port=50000 + number, pid=99999999) for number in range(60)))
    with Terminal(machine.argv, tmp_path, size) as terminal:
        terminal.shows("ESTABLISHED", "i: more")
        terminal.send("k")
        terminal.shows("Cancel", "Enter goes back")
        terminal.send("\r?")
        terminal.shows("Help", "Esc goes back")
