"""Hostile text in every place where somebody else's words are shown."""

from __future__ import annotations

import unicodedata

import pytest
from textual import events

from tcpview_tui.lookup.answer import WhoisAnswer, WhoisFailure, washed
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.respond.outcome import Outcome
from tcpview_tui.text import safe
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.whois import WhoisScreen
from tests.fakes import connection
from tests.tui.harness import Live, live

HOSTILE = {
    "escape": "\x1b[2J\x1b[31mred",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "title": "\x1b]0;owned\x1b\\",
    "c1": "\x9d52;c;eA==\x9c\x9b31m",
    "bidi": "user\u202etxt.exe\u2066",
    "zero width": "a\u200b\u200d\ufeffb",
    "markup": "[/] [/x] [bold]x[/bold] [@click=app.exit]q[/]",
    "newlines": "one\ntwo\r\nthree\x0b\x0c\u2028four",
    "bytes": b"caf\xe9 \xff\xfe".decode("utf-8", "surrogateescape"),
    "long": "x" * 4096,
    "wide": "漢" * 500,
    "zalgo": "e" + "\u0301" * 200,
    "percent": "%s %d {0} {name} $variable \\x1b",
    "tabs": "a\tb\x00c\x7f",
}
FORBIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def assert_harmless(program: Live) -> None:
    for line in program.lines:
        assert not [character for character in line if unicodedata.category(character) in FORBIDDEN]


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_processes_in_table_dialogs_messages_and_log(kind: str) -> None:
    text = safe(HOSTILE[kind])
    process = Process(2**22 + 1, 1.0, text, text, text, text, text, (Ancestor(1, text),))
    async with live(connection(1, owners=(process,)), size=(200, 50)) as program:
        assert_harmless(program)
        await program.press("k")
        await program.until(lambda: isinstance(program.app.screen, EndScreen) and "Looking for" not in program.text)
        assert_harmless(program)
        await program.press("escape")
        program.app.session.log.record("TERM", text, Outcome(False, "failed", text))
        program.main.say(text, "error")
        assert_harmless(program)
        await program.press("a")
        assert_harmless(program)
        await program.press("escape")
        program.source.problems = (Problem(Code.OWNERLESS, text, text),)
        await program.sample()
        assert_harmless(program)
        await program.press("i")
        assert_harmless(program)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_answers_from_whois_and_dns(kind: str) -> None:
    text = HOSTILE[kind]
    answer = washed(WhoisAnswer("192.0.2.1", text, text, text, text, 1, text, (text,), text, text, text, notes=(text,)))
    async with live(connection(1), names=False, size=(200, 50)) as program:
        screen = WhoisScreen(program.app.session, "192.168.0.1")
        await program.app.push_screen(screen)
        await program.settled()
        screen._show(answer)
        await program.pilot.pause()
        assert_harmless(program)
        screen._show(WhoisFailure("192.0.2.1", safe(text)))
        await program.pilot.pause()
        assert_harmless(program)


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_text_pasted_into_table_and_filter(kind: str) -> None:
    async with live(connection(1), size=(200, 20)) as program:
        for _ in range(2):
            program.app.post_message(events.Paste(HOSTILE[kind]))
            await program.settled()
            assert_harmless(program)
        await program.press("escape")
        assert_harmless(program)


async def test_ascii_draws_no_other_character() -> None:
    process = Process(7, 1.0, "naïve✓", "ü", "/é", "ß", "ø")
    async with live(connection(1, owners=(process,)), ascii=True, size=(160, 45)) as program:
        for keys in (
            ("down",),
            ("question_mark",),
            ("escape", "i"),
            ("escape", "s"),
            ("escape", "k"),
            ("escape", "w"),
            ("escape", "ctrl+p"),
            (*"interval", "down"),
            ("escape", "slash"),
        ):
            await program.press(*keys)
            assert program.text.isascii(), [line for line in program.lines if not line.isascii()]
