"""Moving through a recording, without a thread and without waiting."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.record.reader import Reader
from tcpview_tui.tui.replay.jumping import target
from tcpview_tui.tui.replay.scene import SPEEDS
from tests.tui.replay.harness import Camera, Stage, call, film, stage

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.record.event import Event

END = "This is the end of the recording."


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("film") / "a.tcpview")


def all_events(path: Path, first: int) -> list[Event]:
    with closing(Reader(path)) as reader:
        return list(reader.events(first))


def fresh_rows(path: Path, event: int, clock: float) -> dict[object, object]:
    """Return the rows that one has who begins at the start and plays up to an event and a time."""
    with stage(path) as other:
        place = other.history.place(event)
        for number in range(other.scene.place.event + 1, event + 1):
            if number == other.history.last_with(number) or number == event:
                other.deck._go(other.history.place(number))
        other.deck._go(place._replace(clock=clock, wall=place.wall + clock - place.clock))
        return other.rows


def test_it_begins_after_the_first_look_and_stands_still(recording: Path) -> None:
    with stage(recording) as replay:
        scene = replay.scene
        assert (scene.place.event, scene.place.clock, scene.is_playing, scene.speed) == (2, 1000.0, False, 1)
        assert set(replay.rows) == {1, 2}
        shown = len(replay.scenes)
        replay.beat(30)
        assert len(replay.scenes) == shown


@pytest.mark.parametrize("speed", SPEEDS)
def test_every_event_comes_once_and_in_order_and_then_it_stands_still(recording: Path, speed: int) -> None:
    with stage(recording) as replay:
        while replay.scene.speed < speed:
            replay.do(replay.deck.pace, 1)
        replay.do(replay.deck.toggle)
        beats = 0
        while replay.scene.is_playing:
            replay.beat()
            beats += 1
            assert beats < 1000
        assert replay.played == all_events(recording, 3)
        assert replay.scene.place == replay.scene.end
        assert replay.scene.told == END
        assert beats >= 59 / speed / 0.1


def test_time_passes_as_fast_as_it_is_told(recording: Path) -> None:
    with stage(recording) as replay:
        replay.do(replay.deck.toggle)
        assert replay.beat(0.25).place.clock == pytest.approx(1000.25)
        replay.do(replay.deck.pace, 1)
        replay.do(replay.deck.pace, 1)
        assert replay.beat(2).place.clock == pytest.approx(1010.25)
        replay.do(replay.deck.toggle)
        replay.clock.advance(60)
        replay.do(replay.deck.toggle)
        assert replay.beat(0.1).place.clock == pytest.approx(1010.75), "nothing passes while it stands still"


def test_a_speed_beyond_the_ends_is_refused(recording: Path) -> None:
    with stage(recording) as replay:
        assert "between 1x and 1000x" in replay.do(replay.deck.pace, -1).told
        speeds = [replay.do(replay.deck.pace, 1).speed for _ in SPEEDS]
        assert tuple(speeds) == (*SPEEDS[1:], SPEEDS[-1])
        assert "between 1x and 1000x" in replay.scene.told


def test_a_step_back_undoes_a_step(recording: Path) -> None:
    with stage(recording) as replay:
        places = [replay.scene.place]
        while not replay.do(replay.deck.step, 1).told:
            places.append(replay.scene.place)
        assert [place.event for place in places] == list(range(2, len(all_events(recording, 1)) + 1))
        assert replay.scene.told == END
        for place in reversed(places[:-1]):
            assert replay.do(replay.deck.step, -1).place == place
        assert replay.do(replay.deck.step, -1).told == "This is the beginning of the recording."
        assert replay.scene.place == replay.scene.start


def test_a_step_back_reaches_a_beginning_that_no_event_tells_of(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look()
    camera.look(call(1))
    camera.close()
    with stage(camera.path) as replay:
        assert replay.scene.place.event == 0
        assert replay.do(replay.deck.step, 1).place.event == 1
        assert replay.do(replay.deck.step, -1).place == replay.scene.start
        assert not replay.rows


def test_a_step_stops_the_time(recording: Path) -> None:
    with stage(recording) as replay:
        replay.do(replay.deck.toggle)
        assert not replay.do(replay.deck.step, 1).is_playing


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(jumps=st.lists(st.floats(-2, 62), min_size=1, max_size=5))
def test_a_jump_from_anywhere_shows_what_a_fresh_start_shows(recording: Path, jumps: list[float]) -> None:
    with stage(recording) as replay:
        for seconds in jumps:
            scene = replay.do(replay.deck.jump, target(f"{seconds / 59 * 100 if seconds > 0 else 0:.4f}%"))
            assert replay.rows == fresh_rows(recording, scene.place.event, scene.place.clock)


def test_a_jump_back_within_the_same_event_brings_back_what_lingers(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    camera.look()
    camera.look(call(2), after=60)
    camera.close()
    with stage(camera.path) as replay:
        replay.do(replay.deck.jump, target("+2s"))
        assert set(replay.rows) == {1}
        replay.do(replay.deck.jump, target("+30s"))
        assert not replay.rows
        replay.do(replay.deck.jump, target("-30s"))
        assert set(replay.rows) == {1}
        assert replay.rows[1].is_closed


def test_what_is_far_is_leaped_to_and_what_is_near_is_played(recording: Path) -> None:
    with stage(recording) as replay:
        assert replay.do(replay.deck.jump, target("+10s")).whole is None
        assert replay.do(replay.deck.jump, target("-1s")).whole is not None


def test_a_look_is_never_cut_in_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.deck._AT_ONCE", 5)
    camera = Camera(tmp_path / "a.tcpview")
    for number in range(6):
        camera.look(*(call(key) for key in range(number * 7, number * 7 + 7)))
    camera.close()
    with stage(camera.path) as replay:
        while replay.scene.speed < 1000:
            replay.do(replay.deck.pace, 1)
        replay.do(replay.deck.toggle)
        while replay.scene.is_playing:
            replay.beat()
        sizes = [sum(map(len, scene.moments)) for scene in replay.scenes if scene.moments]
        assert sizes == [14, 14, 14, 14, 14]
        assert all(len({event.at[:3] for event in events}) == 1 for scene in replay.scenes for events in scene.moments)
        assert replay.rows == fresh_rows(camera.path, replay.scene.place.event, replay.scene.place.clock)


def test_a_long_way_is_shown_in_parts_that_lose_nothing(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.deck._AT_ONCE", 10)
    monkeypatch.setattr("tcpview_tui.tui.replay.deck._NEAR", 0)
    with stage(recording) as replay:
        before = len(replay.scenes)
        replay.do(replay.deck.jump, target("end"))
        assert len(replay.scenes) > before + 3
        assert replay.scenes[before].whole
        assert not any(scene.whole for scene in replay.scenes[before + 1 :])
        assert replay.scene.place == replay.scene.end
        assert replay.played == all_events(recording, 3)


def test_the_end_of_a_finished_recording_is_said_and_nothing_pretends_to_play(recording: Path) -> None:
    with stage(recording) as replay:
        replay.do(replay.deck.jump, target("end"))
        scene = replay.do(replay.deck.toggle)
        assert (scene.told, scene.is_playing) == (END, False)


def test_what_is_still_written_is_followed(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    with stage(camera.path, is_written=True) as replay:
        assert replay.do(replay.deck.toggle).is_playing
        assert replay.beat().is_playing
        for number in range(2, 6):
            camera.look(*(call(key) for key in range(1, number + 1)))
            replay.beat()
            assert set(replay.rows) == set(range(1, number + 1)), "without waiting for a second to pass"
        camera.look()
        replay.is_written = False
        camera.close()
        assert all(row.is_closed for row in replay.beat() and replay.rows.values())
        assert replay.scene.is_playing
        scene = replay.beat()
        assert (scene.told, scene.is_playing) == (END, False)
        assert replay.played == all_events(camera.path, 2)


def test_a_recording_that_grows_while_it_stands_still_has_a_longer_time_line(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    with stage(camera.path, is_written=True) as replay:
        replay.do(replay.deck.divide, 10)
        camera.look(call(1), call(2), after=10)
        scene = replay.beat(1)
        assert (scene.place.event, scene.end.event, scene.end.clock) == (1, 3, 1010.0)
        assert sum(filter(None, scene.activity)) == 2
        shown = len(replay.scenes)
        replay.beat(1)
        assert len(replay.scenes) == shown
    camera.close()


def test_a_recording_without_looks_opens_and_begins_with_the_first(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    with stage(camera.path, is_written=True) as replay:
        replay.do(replay.deck.divide, 20)
        for way in (1, -1):
            assert replay.do(replay.deck.step, way).told
        for text in ("start", "end", "50%", "+5m", "-5m", "14:02", "2026-01-01"):
            assert replay.do(replay.deck.jump, target(text)).told == ""
        camera.look(call(1))
        camera.look(call(1), call(2))
        scene = replay.beat(1)
        assert (scene.start.event, scene.start.clock, scene.end.event) == (1, 1000.0, 2)
        assert replay.scene.whole is not None
        assert set(replay.rows) == {1}
        replay.do(replay.deck.jump, target("end"))
        assert set(replay.rows) == {1, 2}
    camera.close()


def test_a_recording_of_one_look_is_its_own_end(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    camera.close()
    with stage(camera.path) as replay:
        assert replay.do(replay.deck.divide, 20).activity
        assert replay.do(replay.deck.toggle).told == END
        for text in ("start", "end", "50%", "+1s", "-1s", "2026-01-01T00:00Z"):
            assert replay.do(replay.deck.jump, target(text)).place.event == 1
            assert set(replay.rows) == {1}


@pytest.mark.parametrize("boots", [(1000.0, 5.0), (1000.0, 1000.0), (1000.0, 5.0, 990.0, 1.0)])
def test_clocks_that_go_back_lose_no_event(tmp_path: Path, boots: tuple[float, ...]) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    key = 0
    for boot in boots:
        camera.clock.now = boot
        for _ in range(10):
            key += 1
            camera.look(call(key), after=1)
    camera.close()
    with stage(camera.path) as replay:
        replay.do(replay.deck.divide, 40)
        replay.do(replay.deck.toggle)
        for _ in range(600):
            replay.beat(2)
        assert not replay.scene.is_playing
        assert any("The clock goes back before event " in scene.told for scene in replay.scenes)
        assert replay.played == all_events(camera.path, 2)
        steps = [scene.place.event for scene in replay.scenes]
        assert all(earlier <= later for earlier, later in pairwise(steps))
        while not replay.do(replay.deck.step, -1).told:
            pass
        assert replay.scene.place.event == replay.scene.start.event


def played_through(replay: Stage, seconds: int) -> float:
    """Play at 1x for so long, and return after how many seconds it was at the end."""
    replay.do(replay.deck.toggle)
    for second in range(seconds):
        if not replay.beat(1).is_playing:
            return second
    raise AssertionError(f"it still plays, at {replay.scene.place}")


CLOCKS = {
    "far ahead": "mono = mono + 365 * 86400000 WHERE id = 30",
    "several far ahead": "mono = mono + 365 * 86400000 WHERE id BETWEEN 20 AND 25",
    "far back": "mono = mono - 365 * 86400000 WHERE id = 30",
    "the first far back": "mono = mono - 365 * 86400000 WHERE id = 1",
    "the last far ahead": "mono = mono + 365 * 86400000 WHERE id = (SELECT max(id) FROM moment)",
    "the last ones far ahead": "mono = mono + 365 * 86400000 WHERE id > 50",
    "as far ahead as can be": "mono = 9223372036854775807 WHERE id = 30",
    "as far back as can be": "mono = -9223372036854775808 WHERE id = 30",
    "the other one far back": "wall = 0 WHERE id = 30",
    "the other one far ahead": "wall = wall + 365 * 86400000 WHERE id = 30",
}


@pytest.mark.parametrize("what", CLOCKS)
def test_nobody_waits_for_a_clock_that_is_damaged(what: str, recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(recording.read_bytes())
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(f"UPDATE moment SET {CLOCKS[what]}")
    with stage(path) as replay:
        assert 47 < played_through(replay, 70) <= 60
        assert replay.played == all_events(path, 3)
        words = [scene.told for scene in replay.scenes if "nobody waits" in scene.told]
        assert len(words) <= 4
        assert bool(words) == ("other" not in what)


@pytest.mark.parametrize("hours", [1, 24])
def test_a_quiet_time_takes_as_long_as_it_was(hours: int, tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    camera.look(call(1), call(2), after=hours * 3600)
    camera.close()
    with stage(camera.path) as replay:
        while replay.scene.speed < 100:
            replay.do(replay.deck.pace, 1)
        assert played_through(replay, 1000) == pytest.approx(hours * 36, abs=2)
        assert not any("nobody waits" in scene.told for scene in replay.scenes)


def test_a_clock_on_the_wall_that_was_set_makes_nobody_wait_longer_or_shorter(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    for step in (0.0, 7200.0, -9000.0, 40.0):
        camera.clock.suspend(step)  # here: whatever moves one clock and not the other
        camera.look(call(1 + int(abs(step))), after=30)
    camera.close()
    with stage(camera.path) as replay:
        assert played_through(replay, 200) == pytest.approx(90, abs=2)
        assert not any("nobody waits" in scene.told for scene in replay.scenes)


def test_an_order_that_cannot_be_read_is_told_each_time_and_a_beat_once(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    camera.close()
    reader = Reader(camera.path)
    replay = Stage(reader)
    reader.close()
    shown = len(replay.scenes)
    for _ in range(3):
        replay.beat()
    assert len(replay.scenes) == shown + 1
    for _ in range(2):
        assert "Nothing can be read behind event 1" in replay.do(replay.deck.step, 1).told
    assert len(replay.scenes) == shown + 3
