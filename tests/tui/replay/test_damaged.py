"""A damaged recording opens as far as it is sound, says where it stops, and never ends in a traceback."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.query import parse
from tcpview_tui.record.reader import ReadingError
from tcpview_tui.tui.replay.finder import Finder
from tcpview_tui.tui.replay.jumping import target
from tests.tui.replay.harness import Camera, Stage, call, film, stage

if TYPE_CHECKING:
    from pathlib import Path

FILTER = Narrowing((parse("rport:>40030"),))
WORDS = "Nothing can be read behind event "


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a recording with several states."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tcpview_tui.record.states.EVERY", 20)
        return film(tmp_path_factory.mktemp("film") / "a.tcpview").read_bytes()


def hurt(path: Path, *statements: str) -> Path:
    """Change a recording behind its back."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)
    return path


def use(replay: Stage, ends: bool = True) -> None:
    """Do everything that one can do with a recording; playing it `ends`, unless damage may have changed its times."""
    deck = replay.deck
    replay.do(deck.divide, 30)
    for text in ("end", "50%", "+3s", "2026-01-01T00:00:40Z", "start", "99%", "1%"):
        replay.do(deck.jump, target(text))
    for way in (1, 1, -1, -1):
        replay.do(deck.step, way)
        replay.do(deck.find, way, Finder(replay.history, FILTER, lambda *_: None))
    replay.do(deck.jump, target("start"))
    for _ in range(3):
        replay.do(deck.pace, 1)
    replay.do(deck.toggle)
    for _ in range(100):
        replay.beat()
    assert not (ends and replay.scene.is_playing), "it stands at the end, or where nothing can be read"


HURTS = {
    "a state row": "DELETE FROM state WHERE id = 3",
    "the first state row": "DELETE FROM state WHERE id = 1",
    "every state row": "DELETE FROM state",
    "a state that is none": "UPDATE state SET body = x'00' WHERE id > 1",
    "a state of nonsense": "UPDATE state SET body = x'789cabae0500017500f9' WHERE id > 1",
    "a state of a place before all": "UPDATE state SET event = -9223372036854775808 WHERE id > 1",
    "a state of a place that is none": "UPDATE state SET event = 1000000000000 WHERE id > 2",
}
"""What can be missing without anything being lost."""

LOSSES = {
    "an event row": "DELETE FROM event WHERE id = 100",
    "an address row": "DELETE FROM address WHERE id = 2",
    "a process row": "DELETE FROM process WHERE id = 1",
    "a moment row": "DELETE FROM moment WHERE id = 30",
    "a connection row": "DELETE FROM connection WHERE id = 31",
    "a kind nobody knows": "UPDATE event SET kind = (SELECT id FROM word WHERE text = 'LISTEN') WHERE id = 100",
    "a body that is no JSON": "UPDATE event SET body = '{' WHERE id = 99",
    "a body that is no object": "UPDATE event SET body = '[]' WHERE id = 99",
    "owners that are no list": """UPDATE event SET body = '{"owners": 7, "past_owners": 7}' WHERE id = 99""",
    "a word row": "DELETE FROM word WHERE text = 'ESTABLISHED'",
    "a row of what is common": "DELETE FROM common WHERE id = 2",
    "a moment that begins beyond all": "UPDATE moment SET event = 9223372036854775807 WHERE id = 30",
    "the last moment": "DELETE FROM moment WHERE id = (SELECT max(id) FROM moment)",
    "every moment": "DELETE FROM moment",
}


@pytest.mark.parametrize("what", HURTS)
def test_states_that_are_lost_cost_time_only(what: str, sound: bytes, tmp_path: Path) -> None:
    path, whole = tmp_path / "a.tcpview", tmp_path / "whole.tcpview"
    path.write_bytes(sound)
    whole.write_bytes(sound)
    with stage(hurt(path, HURTS[what])) as replay, stage(whole) as other:
        for text in (f"2026-01-01T00:00:{second}Z" for second in (30, 59, 25, 48)):
            assert not replay.do(replay.deck.jump, target(text)).told
            other.do(other.deck.jump, target(text))
            assert replay.scene.place == other.scene.place
            assert plain(replay) == plain(other)


def plain(replay: Stage) -> dict[object, object]:
    return {key: (row.connection, row.closed_at, row.mark) for key, row in replay.rows.items()}


@pytest.mark.parametrize("wall", [-9_000_000_000_000_000, 0, 253_402_300_799_000, 9_000_000_000_000_000])
def test_a_time_without_a_date_is_the_nearest_that_has_one(wall: int, sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound)
    with stage(hurt(path, f"UPDATE moment SET wall = {wall} WHERE id = 30")) as replay:
        replay.do(replay.deck.jump, target("+29s"))
        assert replay.scene.place.wall == min(max(wall / 1000, 0), 253_402_300_799)
        for text in ("14:02", "2026-01-01", "9999-12-31T23:59:59", "1970-01-01", "+1d", "-1d"):
            replay.do(replay.deck.jump, target(text))


@pytest.mark.parametrize("what", LOSSES)
def test_what_is_lost_is_said_where_it_stops(what: str, sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound)
    with stage(hurt(path, LOSSES[what])) as replay:
        use(replay)
        told = [scene.told for scene in replay.scenes]
        is_shorter = replay.scene.end.event < 118
        assert is_shorter or any(sentence.startswith(WORDS) for sentence in told)
        assert not any("Error" in sentence or "  " in sentence for sentence in told)


def test_a_moment_that_begins_before_the_one_before_ends_the_waiting(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound)
    with stage(hurt(path, "UPDATE moment SET event = 1 WHERE id > 1")) as replay:
        use(replay, ends=False)


def test_what_comes_before_the_damage_is_shown(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound)
    with stage(hurt(path, LOSSES["an event row"])) as replay:
        replay.do(replay.deck.pace, 1)
        replay.do(replay.deck.toggle)
        while replay.scene.is_playing:
            replay.beat()
        assert replay.scene.place.event == 99
        assert replay.scene.told.startswith(WORDS + "99: event 100 is missing")
        assert not replay.do(replay.deck.jump, target("99%")).told, "behind the damage a state begins anew"


FIRST = {
    "a kind nobody knows": ("UPDATE event SET kind = 9999 WHERE id = 2", "cannot be|unknown|missing"),
    "a body that is no JSON": ("UPDATE event SET body = '{' WHERE id = 2", "event 2 cannot be understood"),
    "an event that is missing": ("DELETE FROM event WHERE id = 1", "event 1 is missing"),
}


@pytest.mark.parametrize("what", FIRST)
def test_damage_in_the_first_look_is_said_on_opening(what: str, sound: bytes, tmp_path: Path) -> None:
    path, (change, reason) = tmp_path / "a.tcpview", FIRST[what]
    path.write_bytes(sound)
    with stage(path) as replay:
        assert not replay.scene.told
    with stage(hurt(path, change)) as replay:
        (scene,) = replay.scenes
        assert re.match(f"Damage before the beginning: .*({reason})", scene.told)
        assert set(replay.rows) == {1, 2}, "a whole state shows them all the same"
        replay.beat(5)
        assert replay.scene is scene, "it is said once"


def test_a_large_first_look_is_read_on_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.deck._AT_ONCE", 10)
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(*(call(key) for key in range(35)))
    camera.close()
    with stage(hurt(camera.path, "UPDATE event SET body = '[' WHERE id = 33")) as replay:
        assert not replay.scene.told
        told = [replay.beat().told for _ in range(3)]
        assert [bool(each) for each in told] == [False, False, True]
        assert "event 33 cannot be understood" in told[-1]


def test_both_damages_are_said_on_opening(sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound)
    with stage(hurt(path, LOSSES["the last moment"], FIRST["an event that is missing"][0])) as replay:
        assert replay.scene.told.startswith(WORDS)
        assert "Damage before the beginning: event 1 is missing" in replay.scene.told


@pytest.mark.parametrize("table", ["event", "moment", "connection"])
def test_a_hole_is_said_on_opening_and_stands_in_the_time_line(table: str, tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    for each in range(300):
        camera.look(call(each))
    camera.close()
    with stage(camera.path) as replay:
        assert not replay.scene.told
        assert None not in replay.do(replay.deck.divide, 30).activity
    ends = {"event": (200, 240), "moment": (100, 120), "connection": (100, 120)}[table]
    with stage(hurt(camera.path, f"DELETE FROM {table} WHERE id BETWEEN {ends[0]} AND {ends[1]}")) as replay:
        assert re.match(r"Damaged behind event (19\d): where the time line has \?", replay.scene.told)
        activity = replay.do(replay.deck.divide, 30).activity
        holes = {part for part, each in enumerate(activity) if each is None}
        assert {10, 11} <= holes <= set(range(9, 16)), "of missing moments also some from which none is found"
        told = replay.do(replay.deck.jump, target("36%")).told
        assert "Nothing can be read" in told
        assert table != "moment" or told.startswith("Nothing can be read at that time: moment 1")


def opens(path: Path) -> bool:
    """Use a recording if it opens at all; it is refused in a sentence if not."""
    try:
        with stage(path) as replay:
            use(replay, ends=False)
    except ReadingError as error:
        assert str(error)
        return False
    return True


@pytest.mark.parametrize("share", [0.9, 0.7, 0.5, 0.3])
def test_a_file_that_was_cut_off_ends_early(share: float, sound: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(sound[: int(len(sound) * share)])
    opens(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_any_bytes_may_be_others(sound: bytes, tmp_path: Path, data: st.DataObject) -> None:
    path, raw = tmp_path / "a.tcpview", bytearray(sound)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(100, len(raw) - 1))
        change = data.draw(st.binary(min_size=1, max_size=40))
        raw[at : at + len(change)] = change
    path.write_bytes(raw)
    opens(path)
