"""A process that names itself to harm whoever looks: nothing of it is ever more than visible text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.pty.target import target
from tests.pty.terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a process renames itself with prctl(2)")

NAMES = {
    "OSC 52": (b"\x1b]52;c;QQ==\x07", r"\x1b]52;c;QQ=="),
    "markup": (b"[/x][red]", "[/x][red]"),
    "bidi": ("\u202egpj.exe".encode(), r"\u202egpj.exe"),
    "C1": (b"\xc2\x9b31mred", r"\x9b31mred"),
    "not UTF-8": (b"\x9b5i\xff", r"\x9b5i\xff"),
    "parentheses": (b") R 1 (\n\r\x1bc", r") R 1 (\x0a"),
}
"""Names of at most 15 bytes (TASK_COMM_LEN - 1, linux/sched.h), and how they are to be seen."""

ARGUMENTS = (
    b"\x1b]0;owned\x1b\\",
    b"[/x]",
    "\u202e\u200b".encode(),
    b"\x1b[2J\x1bc",
    b"\x9d52;c;QQ==\x9c",
    b"\xff\n\r",
)

ARGUMENTS_SHOWN = (r"\x1b]0;owned\x1b\ ", "[/x]", r"\u202e\u200b", r"\x9d52;c;QQ==\x9c", r"\xff\x0a\x0")

RAW = (b"\x1b]52", b"\x1b]0;", b"\x1b[2J", b"\x1bc", b"\xc2\x9b", b"\xc2\x9d", b"\x9b5i", b"\xff", b"\x1b[31m")
HIDDEN = ("\u202e", "\u200b")
"""What must not reach the terminal in any form. The program itself never sends one of them."""


def visible(text: str) -> str:
    """Return `text` as far as the narrowest place shows it."""
    return text[:11]


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_visible_text(name: str, tmp_path: Path) -> None:
    raw, shown = NAMES[name]
    options = ("--linger", "60")  # the closed row stays for as long as a machine may need to show it
    with target(raw, *ARGUMENTS) as hostile, Terminal([*PROGRAM, *options, "--filter", f"pid:{hostile.pid}"], tmp_path, (220, 40)) as terminal:  # fmt: skip  # noqa: E501
        terminal.shows("LISTEN ", str(hostile.port), visible(shown))
        terminal.send("k")
        terminal.shows("Enter cancels", f"Process  {visible(shown)}", *ARGUMENTS_SHOWN)
        terminal.send("\t\r")
        hostile.process.wait(20)
        terminal.shows(f"x›{visible(shown)}")
        terminal.send("a")
        terminal.shows("Action log", visible(shown))
        terminal.send("\x1b")
        terminal.lacks("Action log")
        terminal.send("q")
        assert terminal.wait() == 0
    assert not [bytes_ for bytes_ in RAW if bytes_ in terminal.output]
    assert not [character for character in HIDDEN if character in terminal.output.decode()]


SIZES = ((40, 10), (20, 5), (1, 1), (80, 1), (1, 24), (200, 60), (80, 24))


@pytest.mark.parametrize("dialog", {"": "", "?": "Help", "k": "End process", "s": "Sort by", "/x": "Filter: x"}.items())
def test_any_size_is_survived(dialog: tuple[str, str], tmp_path: Path) -> None:
    keys, title = dialog
    with target("[/x]\x1b[2J", *ARGUMENTS) as hostile, Terminal([*PROGRAM, "--filter", f"pid:{hostile.pid}"], tmp_path) as terminal:  # fmt: skip  # noqa: E501
        terminal.shows("LISTEN ")
        terminal.send(keys)
        terminal.shows(title)
        for size in SIZES:
            terminal.redraw(*size)
        terminal.shows(title)
        terminal.send("\x1b")
        terminal.shows("i: more")
        terminal.send("q")
        assert terminal.wait() == 0
