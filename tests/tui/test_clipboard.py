from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.tui.clipboard import LIMIT, TooLongError, advice, sequence

PLAIN = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
TMUX = re.compile(r"\x1bPtmux;((?:[^\x1b]|\x1b\x1b)*)\x1b\\")
SCREEN = re.compile(r"\x1bP((?:(?!\x1b\\).)*)\x1b\\", re.DOTALL)
SEND = """
import os, sys, time
from tcpview_tui.tui.clipboard import sequence
print(sequence(sys.argv[1], os.environ), end="", flush=True)
time.sleep(600)
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=2000)


def taken(told: str) -> str:
    """What a terminal takes to its clipboard; nothing else may be there."""
    found = PLAIN.fullmatch(told)
    assert found
    return b64decode(found[1], validate=True).decode()


def through_tmux(told: str) -> str:
    """What tmux passes on."""
    found = TMUX.fullmatch(told)
    assert found
    return found[1].replace("\x1b\x1b", "\x1b")


def through_screen(told: str) -> str:
    """What GNU screen passes on."""
    pieces = SCREEN.findall(told)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == told
    assert all(len(piece) + 4 <= 768 for piece in pieces)
    return "".join(pieces)


@given(texts)
def test_a_terminal_takes_what_was_copied(text: str) -> None:
    assert taken(sequence(text, {"TERM": "xterm-256color"})) == text


@given(texts, st.sampled_from([{"TMUX": "/tmp/x,1,0", "TERM": "screen"}, {"TERM": "tmux-256color"}]))
def test_tmux_is_told_for_itself_and_for_the_terminal_around_it(text: str, environ: dict[str, str]) -> None:
    told = sequence(text, environ)
    own = PLAIN.match(told)
    assert own
    assert taken(own[0]) == text
    assert taken(through_tmux(told[own.end() :])) == text


@given(texts)
def test_gnu_screen_passes_it_on_in_pieces_that_it_can_hold(text: str) -> None:
    assert taken(through_screen(sequence(text, {"STY": "1.pts-0.box", "TERM": "screen"}))) == text


@pytest.mark.parametrize(("text", "plain_too"), [("short", True), ("long" * 500, False)])
def test_after_sudo_tmux_and_gnu_screen_look_alike_and_both_are_served(text: str, plain_too: bool) -> None:
    told = sequence(text, {"TERM": "screen-256color"})
    pieces = told.removesuffix(sequence(text, {})) if plain_too else told
    assert (pieces != told) is plain_too
    assert taken(through_screen(pieces)) == text


def test_the_longest_text_that_goes_makes_100_000_bytes() -> None:
    assert len(sequence("x" * LIMIT, {})) == 100_000
    assert taken(sequence("ü" * (LIMIT // 2), {})) == "ü" * (LIMIT // 2)


@pytest.mark.parametrize("text", ["x" * (LIMIT + 1), "ü" * (LIMIT // 2 + 1)])
def test_more_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(TooLongError, match=r"74,994 bytes.*Save it"):
        sequence(text, {})


def test_advice_is_for_tmux_only() -> None:
    assert "set-clipboard on" in advice({"TMUX": "x"})
    assert advice({"TERM": "xterm"}) == ""


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """A tmux server of our own."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    command = ["tmux", "-S", str(tmp_path / "socket"), "-f", os.devnull]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)


@pytest.mark.parametrize("environ", [(), ("env", "-u", "TMUX", "TERM=screen-256color")], ids=["as usual", "after sudo"])
def test_a_real_tmux_takes_it(tmux: list[str], environ: tuple[str, ...]) -> None:
    text = "sshd\t7\tStraße 漢字"
    started = [*tmux, "new-session", "-d", "sleep 600", ";", "set-option", "-s", "set-clipboard", "on"]
    subprocess.run(started, check=True)
    window = [*tmux, "new-window", "-n", "copying", *environ, sys.executable, "-c", SEND, text]
    subprocess.run(window, check=True)
    shown = [*tmux, "show-buffer"]
    deadline = time.monotonic() + 20
    while subprocess.run(shown, capture_output=True, check=False).returncode and time.monotonic() < deadline:
        pass
    assert subprocess.run(shown, capture_output=True, check=True).stdout.decode() == text
    screen = subprocess.run([*tmux, "capture-pane", "-p", "-t", "copying"], capture_output=True, check=True)
    assert screen.stdout.decode().strip() == ""
