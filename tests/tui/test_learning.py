"""This is normal: what is shown is learned, after a question."""

from __future__ import annotations

from pathlib import Path

from tcpview_tui.tui.commands.judging import mark_normal
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.question import QuestionScreen
from tests.fakes import connection
from tests.tui.harness import live
from tests.tui.judged import NAME, OF_NGINX, ROWS, judged


async def test_this_is_normal_asks_and_learns_the_rows_that_were_shown_then(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.program.app.session.bench._prepare()
        here.put("process", OF_NGINX, name_mismatch=NAME)
        mark_normal(here.program.main)
        await here.program.settled()
        assert isinstance(here.program.app.screen, QuestionScreen)
        told = " ".join(here.program.text.replace("│", " ").split())
        assert "Learn 3 rows of 2 programs" in told
        assert "1 of them is suspicious" in told
        await here.program.look(*ROWS, connection(9, remote=("203.0.113.9", 4444)))
        await here.program.press("tab", "enter")
        assert "3 rows of 2 programs are normal here from now on." in here.program.text
        assert (tmp_path / "baseline.json").exists()
        assert "203.0.113.9" not in (tmp_path / "baseline.json").read_text()


async def test_nothing_is_learned_without_a_yes(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.program.app.session.bench._prepare()
        mark_normal(here.program.main)
        await here.program.settled()
        await here.program.press("enter")
        assert not (tmp_path / "baseline.json").exists()


async def test_where_nothing_is_judged_nothing_can_be_learned() -> None:
    async with live(*ROWS) as program:
        mark_normal(program.main)
        await program.settled()
        assert isinstance(program.app.screen, MainScreen)
        assert "nothing can be learned" in program.text
