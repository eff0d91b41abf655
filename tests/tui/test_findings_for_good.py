"""What is silenced for good is written down; where that fails or cannot be, it is said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcpview_tui.findings.alone import alone
from tcpview_tui.tui.screens.main import MainScreen
from tests.tui.judged import NAME, OF_NGINX, fill, judged


@pytest.mark.skipif(os.name == "nt", reason="no flock")
async def test_while_another_program_writes_keys_are_answered_and_the_outcome_is_said_after(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        with alone(tmp_path):
            await here.program.press("p", "down", "p")
            assert [line.split()[0] for line in here.listed[:3]] == ["!", "low", "Could"]
            assert "is being written down" in here.program.text
            await here.program.press("escape")
            assert isinstance(here.program.app.screen, MainScreen)
            assert here.written is None
        await here.program.until(lambda: here.written is not None and len(here.written) == 2)
        await here.program.until(lambda: "Silent for good for every process of this program" in here.program.text)


async def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        (tmp_path / "silences.json").write_text("{")
        await here.open()
        await here.program.press("p")
        await here.program.until(lambda: "holds in this run only" in " ".join(here.program.text.split()))
        assert "Executable deleted" not in here.listed[0]
        assert here.listed[-1] == "Silenced: 1 in this run, 0 for good; h shows them"
        await here.program.press("h")
        assert here.listed[-1] == "- run program of curl (4242) Executable deleted"
        assert "Silent for curl (4242), in this run only" in " ".join(here.program.text.split())


async def test_what_fails_behind_the_screen_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        monkeypatch.setattr(here.register.silences, "save", dict[object, str]().__getitem__)
        await here.program.press("p")
        await here.program.until(lambda: "fault of this program: KeyError" in here.program.text)
        assert "is being written down" not in here.program.text


@pytest.mark.parametrize(("key", "why"), [("p", "hash of its program is not known"), ("u", "belongs to no unit")])
async def test_what_cannot_be_silenced_for_good_stays_and_says_why(tmp_path: Path, key: str, why: str) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_NGINX, name_mismatch=NAME)
        await here.open()
        await here.program.press(key)
        assert why in here.program.text
        assert here.marked == "nginx (812): Name of another program"


@pytest.mark.parametrize("key", ["p", "u"])
async def test_where_nothing_lasts_nothing_is_silenced_for_good_and_nothing_said_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        screen = await here.open()
        said: list[str] = []
        monkeypatch.setattr(screen, "_say", said.append)
        here.register.silences.lasts_not = "Nothing lasts here."
        await here.program.press(key)
        assert said == ["Nothing lasts here."]
        assert (here.written, here.listed[0]) == (None, "! high curl (4242) Executable deleted")
