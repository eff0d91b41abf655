"""What runs behind the screen: whatever becomes of it is told."""

from __future__ import annotations

from tcpview_tui.tui.background import run_in_background
from tests.fakes import connection
from tests.tui.harness import live


def stumble() -> str:
    raise KeyError("a\x1b[2J")


async def test_a_result_is_told() -> None:
    async with live(connection(1)) as program:
        told: list[str] = []
        run_in_background(program.main, lambda: "done", told.append, told.append)
        await program.until(lambda: told)
        assert told == ["done"]


async def test_what_raises_is_told_in_a_safe_sentence_and_not_as_a_result() -> None:
    async with live(connection(1)) as program:
        results: list[str] = []
        told: list[str] = []
        run_in_background(program.main, stumble, results.append, told.append)
        await program.until(lambda: told)
        assert (results, len(told)) == ([], 1)
        assert told[0].startswith("That failed, which is a fault of this program: KeyError: ")
        assert "\x1b" not in told[0]
