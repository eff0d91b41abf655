"""Findings are silenced, shown as silenced, and told again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.tui.judged import DELETED, OF_CURL, fill, judged


async def test_s_silences_in_this_run_and_o_takes_that_back(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s")
        assert "high" not in here.listed[0]
        assert here.marked == "nginx (812): Name of another program"
        assert "Silent in this run" in here.program.text
        assert not (tmp_path / "silences.json").exists()
        await here.program.press("o")
        assert here.listed[0] == "! high curl (4242) Executable deleted"
        assert here.marked == "nginx (812): Name of another program"
        await here.program.press("o")
        assert "Nothing was silenced in this run." in here.program.text


@pytest.mark.parametrize(
    ("key", "kept", "done"),
    [
        ("p", {"program": "ab" * 32}, "Silent for good for every process of this program (SHA-256)."),
        ("u", {"unit": "session-3.scope"}, "Silent for good for this unit."),
    ],
)
async def test_p_and_u_silence_for_good(tmp_path: Path, key: str, kept: dict[str, str], done: str) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press(key)
        await here.program.until(lambda: done in here.program.text)
        assert here.written == [{"rule": "deleted-exe", "name": "curl (4242)"} | kept]
        assert "Executable deleted" not in here.listed[0]
        assert here.listed[-1] == "Silenced: 0 in this run, 1 for good; h shows them"
        assert here.program.app.session.bench.register.of(here.program.app.session.live.rows[1])[0].rule == "exe-place"


async def test_h_shows_what_is_silenced_and_l_tells_one_again(tmp_path: Path) -> None:
    async with judged(tmp_path, size=(80, 24)) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "down", "u")
        await here.program.until(lambda: here.written)
        await here.program.press("h")
        assert here.listed[-3:] == [
            "Silenced: 1 in this run, 1 for good; l tells one again, h hides them",
            "- run curl (4242) Executable deleted",
            "- good unit session-3.scope Executable in an unusual place",
        ]
        assert here.marked == "curl (4242): Executable deleted"
        assert "l tells it again" in here.program.text
        await here.program.press("l")
        assert here.listed[0] == "! high curl (4242) Executable deleted"
        await here.program.press("end", "l")
        await here.program.until(lambda: "Told again from now on." in here.program.text)
        assert here.written == []
        assert not any("Silenced" in line for line in here.listed)
        assert "! medium curl (4242) Executable in an unusual place" in here.listed


async def test_h_hides_again_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("h")
        assert "Nothing is silenced." in here.program.text
        await here.program.press("s")
        assert here.listed[-1].endswith("h shows them")
        assert "; 1 silent" in here.program.text
        await here.program.press("h")
        assert here.listed[-1] == "- run curl (4242) Executable deleted"
        await here.program.press("h")
        assert here.listed[-1].endswith("h shows them")
        await here.program.press("l")
        assert "This is not silenced." in here.program.text


async def test_that_all_that_was_found_is_silenced_is_not_called_nothing(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_CURL, deleted_exe=DELETED)
        await here.open()
        await here.program.press("s")
        assert "Nothing but what is silenced was found." in here.program.text
        assert "Findings: none; 1 silent" in here.program.text


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_what_is_silenced_is_within_reach_on_a_small_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with judged(tmp_path, size=size) as here:
        fill(here)
        await here.open()
        await here.program.burst("sp" + "h")
        assert here.marked.startswith("curl (4242): Executable deleted")
        assert "- run" in here.program.text
        assert "Esc" in here.program.text
        await here.program.burst("l")
        assert here.listed[0].startswith("! high curl (4242) Executable")


async def test_a_finding_that_is_silent_is_explained_and_has_no_row_to_go_to(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "h", "enter")
        assert isinstance(here.program.app.screen, ReadingScreen)
        assert DELETED.sentence in here.program.text


@pytest.mark.parametrize("key", ["s", "p", "u"])
async def test_what_is_no_finding_cannot_be_silenced_and_says_so(tmp_path: Path, key: str) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "end", key)
        assert "This is no finding that could be silenced." in here.program.text
        assert "Silent in this run" not in here.program.text
        assert here.register.silences.number == 1
