"""A file of a series that is missing, cut off or replaced shows in the one that continues it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.continuity import break_before
from tcpview_tui.record.event import Acted, Moment
from tcpview_tui.record.recording import Recording
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path


def recorded(path: Path, *sentences: str, **facts: str) -> str:
    with closing(Recording(path, facts.items(), FakeClock())) as recording:
        for sentence in sentences:
            recording.write([Acted(Moment(0.0, 0.0, 1), sentence)])
        return recording.digest


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "first.tcpview", tmp_path / "second.tcpview"
    recorded(second, continues=first.name, continues_seal=recorded(first, "one", "two"))
    return first, second


def test_a_chain_that_holds_says_nothing(pair: tuple[Path, Path]) -> None:
    assert [break_before(path) for path in pair] == [None, None]


def test_a_file_that_is_missing_shows(pair: tuple[Path, Path]) -> None:
    pair[0].unlink()
    assert (break_before(pair[1]) or "").startswith("It continues first.tcpview, which is not beside it")


@pytest.mark.parametrize("sentences", [("one",), ("one", "two", "three"), ("one", "three")])
def test_a_file_that_is_another_shows(pair: tuple[Path, Path], sentences: tuple[str, ...]) -> None:
    pair[0].unlink()
    recorded(pair[0], *sentences)
    assert "ends with another now" in (break_before(pair[1]) or "")


def test_what_is_no_recording_is_not_judged_here(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("mine")
    assert break_before(tmp_path / "text") is None
    assert break_before(tmp_path / "none") is None


def test_a_hostile_name_is_told_safely(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    recorded(path, continues="../\x1b[2J", continues_seal="\u202e")
    assert "\x1b" not in (break_before(path) or "")


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    recorded(path, continues="../elsewhere", continues_seal="")
    assert "not beside it" in (break_before(path) or "")
