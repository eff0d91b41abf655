from __future__ import annotations

import pytest
from textual import events

from tcpview_tui.tui.screens.choice import ChoiceScreen
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.question import QuestionScreen
from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.fakes import connection, listener
from tests.tui.harness import Live, live

ROWS = (connection(1), connection(2, remote=("198.51.100.4", 22)), listener(3, 80))


def filter_text(program: Live) -> str:
    query = program.app.session.sieve.query
    return query.text if query else ""


@pytest.mark.parametrize(
    ("keys", "text"),
    [("/kube", "kube"), ("/q", "q"), ("/k q w n", "k q w n"), ("/  .+-", ".+-"), ("/4", "4"), ("/a/b", "a/b")],
)
async def test_what_follows_a_slash_at_once_is_a_filter(keys: str, text: str) -> None:
    async with live(*ROWS) as program:
        await program.burst(keys)
        assert program.main.filter_bar._input.value.strip() == text
        assert isinstance(program.app.screen, MainScreen)
        assert program.app.is_running
        assert not program.app.session.view.frozen


async def test_keys_after_enter_are_for_the_table_again() -> None:
    async with live(*ROWS) as program:
        await program.burst("/curl\r ")
        assert filter_text(program) == "curl"
        assert program.app.session.view.frozen


async def test_keys_after_esc_are_for_the_table_again() -> None:
    async with live(*ROWS) as program:
        await program.burst("/curl")
        await program.press("escape")
        await program.burst("l")
        assert filter_text(program) == ""
        assert program.app.session.sieve.off == {"listeners"}


@pytest.mark.parametrize(
    ("opens", "screen"),
    [
        ("k", EndScreen),
        ("w", QuestionScreen),
        ("s", ChoiceScreen),
        ("?", ReadingScreen),
        ("i", ReadingScreen),
        ("a", ReadingScreen),
    ],
)
async def test_keys_after_the_one_that_opens_a_dialog_are_for_the_dialog(opens: str, screen: type) -> None:
    async with live(*ROWS) as program:
        await program.burst(opens + "tul")
        assert isinstance(program.app.screen, screen)
        assert program.app.session.sieve.off == frozenset()


@pytest.mark.parametrize("opens", ["k", "w", "s", "?", "i", "a"])
async def test_esc_in_the_same_burst_closes_the_dialog(opens: str) -> None:
    async with live(*ROWS) as program:
        await program.burst(opens)
        program.app.post_message(events.Key("escape", "\x1b"))
        await program.burst("u")
        assert isinstance(program.app.screen, MainScreen)
        assert program.app.session.sieve.off == {"udp"}


async def test_esc_and_a_letter_that_arrive_together_are_two_keys() -> None:
    async with live(*ROWS, filter="curl") as program:
        await program.burst("\x1bu")
        assert filter_text(program) == ""
        assert program.app.session.sieve.off == {"udp"}


async def test_enter_in_the_burst_that_opens_the_end_dialog_ends_nothing() -> None:
    async with live(*ROWS) as program:
        await program.burst("k\r")
        assert isinstance(program.app.screen, MainScreen)
        assert len(program.app.session.log) == 0


async def test_q_in_a_dialog_leaves_the_dialog_only() -> None:
    async with live(*ROWS) as program:
        await program.burst("?q")
        assert isinstance(program.app.screen, MainScreen)
        assert program.app.return_value is None


async def test_text_pasted_onto_the_table_is_a_filter() -> None:
    async with live(*ROWS) as program:
        program.app.post_message(events.Paste("198.51.100.4\nkill"))
        await program.settled()
        assert program.main.filter_bar._input.value == "198.51.100.4 kill"
        assert isinstance(program.app.screen, MainScreen)


async def test_a_long_burst_keeps_its_order() -> None:
    async with live(*ROWS) as program:
        text = "".join(chr(ord("a") + number % 26) for number in range(300))
        await program.burst("/" + text)
        assert program.main.filter_bar._input.value == text
