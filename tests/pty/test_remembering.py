"""What is changed in one run is there in the next, and other keys are there in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.memory import Memory
from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path


def folder(home: Path) -> Path:
    return home / "config" / "tcpview-tui"


def start(home: Path, *options: str) -> Terminal:
    machine = Machine(home, Line(1))
    return Terminal((*machine.argv, *options), home)


def leave(terminal: Terminal, key: str = "q") -> None:
    terminal.send(key)
    assert terminal.wait() == 0


def test_what_was_changed_is_there_at_the_next_start_unless_it_is_fresh(tmp_path: Path) -> None:
    with start(tmp_path) as terminal:
        terminal.shows("nginx")
        terminal.send("/nginx\r")
        terminal.shows("Filter  nginx")
        leave(terminal)
    assert Memory(folder(tmp_path)).remembered.filter == "nginx"
    with start(tmp_path) as terminal:
        terminal.shows("Filter  nginx")
        leave(terminal)
    with start(tmp_path, "--fresh") as terminal:
        terminal.shows("nginx")
        terminal.lacks("Filter  nginx")
        terminal.send("/curl\r")
        terminal.shows("Filter  curl")
        leave(terminal)
    assert Memory(folder(tmp_path)).remembered.filter == "nginx"


def test_an_option_is_not_remembered(tmp_path: Path) -> None:
    with start(tmp_path, "--filter", "nginx") as terminal:
        terminal.shows("Filter  nginx")
        leave(terminal)
    assert Memory(folder(tmp_path)).remembered.filter is None


def test_a_damaged_memory_is_set_aside_and_said(tmp_path: Path) -> None:
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "remembered.toml").write_text("damaged")
    with start(tmp_path) as terminal:
        terminal.shows("nginx", "remembered.toml is now remembered.damaged.toml")
        leave(terminal)
    assert (folder(tmp_path) / "remembered.damaged.toml").read_text() == "damaged"


def test_other_keys_are_obeyed_and_shown(tmp_path: Path) -> None:
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "config.toml").write_text('[keys]\nquit = "F8"\nfilter = "Ctrl+F"\n')
    with start(tmp_path) as terminal:
        terminal.shows("nginx", "Ctrl+F Filter", "F8 Quit")
        terminal.send("q/\x06nginx\r")
        terminal.shows("Filter  nginx")
        leave(terminal, "\x1b[19~")


def test_an_action_without_keys_has_none(tmp_path: Path) -> None:
    folder(tmp_path).mkdir(parents=True)
    (folder(tmp_path) / "config.toml").write_text("[keys]\nlog = []\n")
    with start(tmp_path) as terminal:
        terminal.shows("nginx")
        terminal.send("a/nginx\r")
        terminal.shows("Filter  nginx")
        leave(terminal)
