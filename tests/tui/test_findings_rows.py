"""From a finding to its rows in the table."""

from __future__ import annotations

from pathlib import Path

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Whom
from tcpview_tui.model.query import parse
from tcpview_tui.tui.screens.main import MainScreen
from tests.tui.judged import NAME, OF_NGINX, fill, judged


async def test_enter_goes_to_the_row(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("down", "enter")
        assert isinstance(here.program.app.screen, MainScreen)
        current = here.program.app.session.view.current
        assert current is not None
        assert current.key == 3


async def test_of_several_rows_the_number_is_told_and_how_to_see_all(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("enter")
        assert "The first of 2 rows" in here.program.text
        assert "finding:deleted-exe" in here.program.text


async def test_of_a_finding_about_a_program_the_first_of_its_rows_is_found(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        for key in (2, 1):
            hit = Hit("was never seen", whom=Whom("curl", "/usr/bin/curl"))
            here.put("connection", About(key, f"curl  {key}"), new_program=hit)
        await here.open()
        assert [line for line in here.listed if "curl" in line] == ["low /usr/bin/curl Program new to the baseline"]
        await here.program.press("enter")
        assert "The first of 2 rows" in here.program.text


async def test_a_finding_without_a_row_says_so(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("machine", About(("ld-so-preload", "/etc/ld.so.preload"), "/etc/ld.so.preload"), ld_so_preload=NAME)
        await here.open()
        await here.program.press("enter")
        assert "No row belongs to it now" in here.program.text


async def test_a_row_that_a_filter_hides_is_said_to_be_hidden(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        here.program.app.session.filter(parse("nginx"))
        await here.open()
        await here.program.press("enter")
        assert "A filter or a closed group hides its rows. Esc shows everything." in here.program.text


async def test_the_table_behind_follows_what_was_silenced(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_NGINX, name_mismatch=NAME)
        await here.tell()
        assert here.program.line_with("nginx").startswith("!")
        await here.open()
        await here.program.press("s", "escape")
        assert not here.program.line_with("nginx").startswith("!")
