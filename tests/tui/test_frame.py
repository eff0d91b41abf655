from __future__ import annotations

import pytest

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Rule, Severity
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.status import hints
from tcpview_tui.tui.theme import PALETTES
from tests.fakes import CURL, connection, listener
from tests.tui.harness import Live, live

DARK = PALETTES["dark"]

OTHERS = {
    action.id: f"F{number}"
    for number, action in enumerate((a for a in ACTIONS if a.id in {"limits", "clear", "marks", "clear_closed"}), 5)
}


@pytest.mark.parametrize(
    ("keys", "action"),
    [(["m"], "marks"), (["x"], "clear_closed"), (["t"], "clear"), ([], "limits")],
)
async def test_sentences_name_the_keys_of_this_run(keys: list[str], action: str) -> None:
    async with live(connection(1), listener(2, 80), keys=OTHERS) as program:
        await program.press(*keys)
        assert f"{OTHERS[action]}" in program.text
        assert "i: more" not in program.text
        assert "Esc shows" not in program.text


async def test_an_action_without_a_key_is_reached_by_the_palette() -> None:
    async with live(connection(1), keys={"limits": []}) as program:
        assert "Ctrl+P: more" in program.text


async def test_the_line_of_keys_names_what_a_newcomer_needs_at_80_columns() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        for word in ("/ Filter", "Space Freeze", "Enter Details", "w Whois", "k End process", "? Help", "q Quit"):
            assert word in program.lines[-1]


async def find(program: Live, severity: Severity, *answers: Hit | None) -> None:
    """Let something be found of the program curl, which has connections."""
    rule: Rule[object] = Rule("x", 1, "X", "process", "", severity, "T1014", "", lambda _: None)
    told = [(rule, answer) for answer in answers]
    program.app.session.bench.register.put("process", About(CURL.identity, "curl"), told, program.clock.wall())
    program.main.post_message(FindingsArrived())
    await program.settled()


async def test_where_something_grave_was_found_its_key_is_named_at_80_columns_and_the_rows_are_counted() -> None:
    async with live(connection(1), connection(2), listener(3, 80), size=(80, 24)) as program:
        assert "f Findings" not in program.lines[-1]
        assert "!" not in program.lines[-2]
        await find(program, Severity.LOW, Hit("found"))
        assert "f Findings" not in program.lines[-1]
        assert "!" not in program.lines[-2]
        await find(program, Severity.MEDIUM, Hit("found"))
        for word in ("/ Filter", "Space Freeze", "Enter Details", "f Findings", "? Help", "q Quit"):
            assert word in program.lines[-1]
        assert " ! 2 suspicious  LIVE" in program.lines[-2]
        assert "TW 0" in program.lines[-2]
        await program.look(connection(1), connection(4), connection(5), listener(3, 80))
        assert " ! 4 suspicious " in program.lines[-2]  # one of them is closed, and lingers
        await find(program, Severity.MEDIUM)
        assert "f Findings" not in program.lines[-1]
        assert "!" not in program.lines[-2]


async def test_rows_that_are_silenced_are_not_counted_any_more() -> None:
    async with live(connection(1), size=(80, 24)) as program:
        await find(program, Severity.HIGH, Hit("found"))
        register = program.app.session.bench.register
        register.silences.hush(register.findings[0])
        program.main.post_message(FindingsArrived())
        await program.settled()
        assert "!" not in program.lines[-2]


@pytest.mark.parametrize(("keys", "sign"), [([], " ! 1 suspicious "), (["space"], " ! 1 ")])
async def test_the_number_of_suspicious_rows_is_seen_however_little_room_there_is(keys: list[str], sign: str) -> None:
    for width in (40, 60, 80, 120, 200):
        async with live(connection(1), size=(width, 24)) as program:
            await find(program, Severity.HIGH, Hit("found"))
            await program.press(*keys)
            assert " ! 1 " in program.lines[-2]
            assert width < 80 or width > 120 or sign in program.lines[-2]


@pytest.mark.parametrize("width", range(1, 200, 3))
@pytest.mark.parametrize("pressing", [(), ("findings",)])
def test_keys_are_named_in_one_order_and_as_many_as_fit(width: int, pressing: tuple[str, ...]) -> None:
    hinted = [action for action in ACTIONS if action.hint]
    named = [text.strip() for text, paint in hints(hinted, DARK, width, pressing) if paint == DARK.hint]
    titles = [action.title for action in hinted]
    assert named == [title for title in titles if title in named]
    assert {"Help", "Quit"} <= set(named)
    assert not pressing or width < 29 or "Findings" in named
    length = sum(len(text) for text, _ in hints(hinted, DARK, width, pressing))
    assert length <= max(width, 16)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_a_sentence_is_seen_whole_and_gives_its_lines_back(size: tuple[int, int]) -> None:
    sentence = "Closing a connection needs root: run this program with sudo. TCP 127.0.0.1:5 - 127.0.0.1:7 stays open."
    async with live(*(connection(number) for number in range(40)), size=size) as program:
        await program.press("end")
        height, cursor = program.main.table.size.height, program.line_with("›")
        program.main.say(sentence, "error")
        await program.settled()
        assert sentence in " ".join(program.text.split())
        assert program.main.table.size.height < height
        assert cursor in program.lines
        await program.press("up")
        assert program.main.table.size.height == height
