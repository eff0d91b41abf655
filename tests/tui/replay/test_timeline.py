"""The time line: what its two lines say, at any width."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.history import Place
from tcpview_tui.text import LAST_DATE
from tcpview_tui.tui.glyphs import UNICODE
from tcpview_tui.tui.replay.scene import SPEEDS, Scene
from tcpview_tui.tui.replay.timeline import Timeline, _share, _span
from tcpview_tui.tui.theme import PALETTES
from tests.tui.replay.harness import Camera, call, film, replay

if TYPE_CHECKING:
    from pathlib import Path

SIZES = [(200, 40), (120, 40), (80, 24), (40, 12), (20, 8)]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return film(tmp_path / "a.tcpview")


def scene(begin: float, here: float, end: float) -> Scene:
    return Scene(Place(2, here, here), Place(1, begin, begin), Place(3, end, end), is_playing=False, speed=1)


@pytest.mark.parametrize(
    ("times", "share"),
    [((0, 5, 10), 0.5), ((0, 0, 0), 0), ((10, 5, 0), 0), ((0, 20, 10), 1), ((5, 0, 10), 0), ((0, LAST_DATE, 1), 1)],
)
def test_a_share_is_one_whatever_the_clocks_say(times: tuple[float, float, float], share: float) -> None:
    assert _share(scene(*times)) == share


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (7.9, "0:07"), (724, "12:04"), (10800, "3:00:00"), (-5, "0:00"), (1e6, "277:46:40")],
)
def test_a_time_is_spelled_as_players_do(seconds: float, text: str) -> None:
    assert _span(seconds) == text


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_both_lines_fit(size: tuple[int, int], ascii_only: bool, recording: Path) -> None:
    async with replay(recording, size, ascii=ascii_only) as program:
        await program.until(lambda: len(program.scene.activity) == size[0])
        await program.go("full_stop")
        region = program.screen.timeline.region
        bars, times = (program.lines[y] for y in (region.y, region.y + 1))
        assert (region.height, len(bars), len(times)) == (2, size[0], size[0])
        assert bars.strip()
        assert "00:00:01" in times
        if ascii_only:
            assert (bars + times).isascii()
        assert ("UTC" in times) == (size[0] >= 40), "where there is room for more than the time"
        if size[0] >= 120:
            assert "event 3 of 118" in times
            assert "0:01 of 0:59" in times


DAY = 86_400.0


@pytest.mark.parametrize(
    ("days", "events", "speed"),
    [(0.04, 118, 1), (0.9, 240_980, 1), (3, 240_980, 10), (11, 1_000_000, 100)],
)
@pytest.mark.parametrize("width", [80, 100, 120, 170])
def test_a_long_recording_of_another_day_tells_where_it_is_at_any_place(
    days: float, events: int, speed: int, width: int
) -> None:
    line = Timeline(lambda: PALETTES["dark"], UNICODE)
    start, end = Place(1, 1000, 1e9), Place(events, 1000 + days * DAY, 1e9 + days * DAY)
    layouts = set()
    for share in (0, 0.001, 0.5, 1):
        here = Place(max(int(events * share), 1), 1000 + days * DAY * share, 1e9 + days * DAY * share)
        shown = line._times(Scene(here, start, end, is_playing=True, speed=speed), width)
        assert shown.cell_length == width
        assert f"event {here.event:,}" in shown.text
        assert f" {_span(here.clock - 1000)}" in shown.text
        assert shown.text.count("2001-09") == 1 + 2 * shown.text.startswith(" ")
        layouts.add((shown.text.startswith(" "), "/" in shown.text, "." in shown.text))
    assert len(layouts) == 1, "nothing comes and goes with the length of the numbers"


async def test_a_click_goes_there(recording: Path) -> None:
    async with replay(recording, (100, 30)) as program:
        region = program.screen.timeline.region
        for x, seconds in ((99, 59.0), (0, 0.0), (50, 29.8)):
            before = program.scene
            await program.pilot.click(offset=(x, region.y))
            await program.until(lambda before=before: program.scene is not before)
            assert program.scene.place.clock == pytest.approx(1000 + seconds, abs=0.1)


async def test_the_bars_tell_when_much_happened(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "b.tcpview")
    for look in range(100):
        camera.look(*(call(key) for key in range({0: 1, 50: 60, 99: 61}.get(look, 60 if look > 50 else 1))))
    camera.close()
    async with replay(camera.path, (100, 30)) as program:
        await program.until(lambda: len(program.scene.activity) == 100)
        bars = program.lines[program.screen.timeline.region.y]
        assert bars.count("█") == 1
        assert 49 <= bars.index("█") <= 51
        assert set(bars) == {"█", "▁", "▂"}, "what is little is more than nothing"


async def test_without_colour_the_place_is_told_in_words(recording: Path) -> None:
    async with replay(recording, (100, 30), no_color=True) as program:
        await program.jump("50%")
        assert "0:29/0:59" in program.text


@pytest.mark.parametrize(("zone", "told"), [("XST-5:30", "05:30:01.000 +05:30"), ("XST2", "22:00:01.000 -02:00")])
@pytest.mark.parametrize("size", SIZES[:4], ids=str)
async def test_the_zone_of_the_times_stands_beside_them(
    zone: str, told: str, size: tuple[int, int], recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    async with replay(recording, size) as program:
        await program.go("full_stop")
        assert told in program.lines[program.screen.timeline.region.y + 1]
        for _ in SPEEDS:
            await program.go("plus")
        times = program.lines[program.screen.timeline.region.y + 1]
        assert {"1000x", told[-6:]} <= set(times.split()), "and the milliseconds go before the speed does"
