from __future__ import annotations

import pytest

from tcpview_tui.tui.actions import ACTIONS
from tests.fakes import connection, listener
from tests.tui.harness import live

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
