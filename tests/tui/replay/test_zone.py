"""In which zone the times of a replay are, and in which the recorded machine was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tcpview_tui.text import LAST_DATE
from tcpview_tui.tui.replay.zone import local_zone, other_zone
from tests.fakes import EPOCH
from tests.tui.replay.harness import Camera, call, replay

SUMMER = EPOCH + 200 * 86_400


def zone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TZ", name)
    time.tzset()


@pytest.mark.parametrize(
    ("name", "epoch", "told"),
    [
        ("UTC", EPOCH, "UTC"), ("CET-1CEST,M3.5.0,M10.5.0/3", EPOCH, "+01:00"), ("XST3:30", EPOCH, "-03:30"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", SUMMER, "+02:00"), ("XXX-14", float(LAST_DATE), "+14:00"),
        ("YYY12", -1e18, "-12:00"),
    ],
)  # fmt: skip
def test_a_zone_is_told_by_its_distance_from_utc_then(
    name: str, epoch: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone(monkeypatch, name)
    assert local_zone(epoch) == told


@pytest.mark.parametrize("recorded", ["", "CET +0100", "+0100", "CET", "CET +01:00", "nonsense +1", "\n+0100"])
def test_a_zone_that_is_the_same_or_unknown_is_not_told(recorded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "CET-1")
    assert other_zone(recorded, EPOCH) == ""


def test_another_zone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "CET-1")
    assert other_zone("EST -0500", EPOCH) == "Times are local (+01:00); the machine that was recorded had -05:00."
    assert "had UTC." in other_zone("UTC +0000", EPOCH)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=str)
async def test_it_is_said_on_opening(size: tuple[int, int], tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview", time_zone="EST -0500")
    camera.look(call(1))
    camera.look(call(1), call(2))
    camera.close()
    async with replay(camera.path, size) as program:
        assert "Times are local (UTC); the machine that was recorded had -05:00." in program.text
        await program.go("full_stop")
        assert "Times are local" not in program.text
