"""The harness keeps to itself."""

from __future__ import annotations

from pathlib import Path

from tests.fakes import connection
from tests.tui.harness import live


async def test_what_a_test_saves_stays_in_its_own_folder(tmp_path: Path) -> None:
    async with live(connection(1)) as program:
        await program.press("ctrl+s", "enter")
        await program.until(lambda: list(tmp_path.iterdir()))
    assert Path(__file__).parent not in tmp_path.parents
