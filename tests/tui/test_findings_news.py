"""While findings come and go, a key hits the one that it was meant for."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from textual.strip import Strip
from textual.widgets import Static

from tcpview_tui.findings.register import About
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.findings import FindingsScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import CURL
from tests.tui.judged import DELETED, NAME, OF_CURL, OF_NGINX, PLACE, fill, judged


async def test_lists_that_were_closed_are_let_go_with_what_they_had_drawn(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        kept: list[int] = []
        for _ in range(3):
            await here.open()
            await here.program.press("end", "space", "escape", "escape")
            gc.collect()
            kept.append(sum(isinstance(each, Strip) for each in gc.get_objects()))
        assert not any(isinstance(each, FindingsScreen) for each in gc.get_objects())
        assert kept[-1] <= kept[0] + 20, "an opening draws 250"


async def test_the_keys_stay_on_their_finding_while_others_come(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("down", "down")
        marked = here.marked
        here.put("process", OF_NGINX, name_mismatch=NAME, deleted_exe=DELETED, exe_place=PLACE)
        await here.tell()
        assert here.listed[0] == "! high nginx (812) Executable deleted"
        assert here.marked == marked
        assert "Findings: 2 high, 3 medium" in here.program.text


async def test_a_key_that_was_meant_for_a_finding_that_has_gone_silences_no_other(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        here.put("process", OF_CURL)
        await here.tell()
        before = here.marked
        await here.program.press("p")
        assert "is no longer found" in here.program.text
        assert here.marked == before
        assert not (tmp_path / "silences.json").exists()
        await here.program.press("s")
        assert here.marked != before


async def test_another_process_that_looks_the_same_is_another_finding(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_CURL, deleted_exe=DELETED)
        await here.open()
        here.put("process", OF_CURL)
        here.put("process", About((CURL.pid, 950.0), OF_CURL.name, OF_CURL.digest), deleted_exe=DELETED)
        await here.tell()
        await here.program.press("s")
        assert "is no longer found" in here.program.text
        assert here.register.findings


async def test_a_key_after_moving_on_from_what_has_gone_is_meant(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        here.put("process", OF_CURL)
        await here.tell()
        await here.program.press("down", "s")
        assert "Silent in this run" in here.program.text


async def test_nothing_new_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        drawn: list[object] = []
        monkeypatch.setattr(Options, "refresh", lambda *_, **__: drawn.append(1))
        monkeypatch.setattr(Static, "update", lambda *_, **__: drawn.append(1))
        here.screen.renew()
        await here.program.settled()
        assert drawn == []


async def test_keys_in_a_burst_hit_what_they_were_meant_for(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.burst("\x1b[Bs\x1b")
        hushed = {rule for rule, _ in here.register.silences._now}
        assert hushed == {"name-mismatch"}
        assert isinstance(here.program.app.screen, MainScreen)
