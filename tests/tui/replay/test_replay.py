"""A recording in the table: every key does what it does in the live table, but for what is over."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tcpview_tui.config import ConfigError, build
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.record.event import Acted, Moment, Named
from tcpview_tui.sources.recorded import REASON
from tcpview_tui.tui.actions import ACTIONS, BY_ID
from tcpview_tui.tui.keymap import rebind
from tcpview_tui.tui.replay.actions import REPLAY
from tests.fakes import EPOCH, connection, listener
from tests.record.tapes import HOSTILE, hostile
from tests.tui.gestures import under_cursor
from tests.tui.harness import live
from tests.tui.replay.harness import Camera, Replay, call, film, replay

SIZES = [(120, 40), (80, 24), (40, 12)]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return film(tmp_path / "a.tcpview")


def of_now() -> list[str]:
    return [action.id for action in ACTIONS if action.of_now]


async def test_it_stands_still_after_the_first_look(recording: Path) -> None:
    async with replay(recording) as program:
        assert program.ports() == {0}
        assert "PAUSED" in program.text
        assert "0:00 of 0:59" in program.text


async def test_space_plays_and_stands_still_again(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("space")
        assert "PLAYING 1x" in program.text
        program.clock.advance(10)
        await program.until(lambda: program.scene.place.clock >= 1010)
        assert program.ports() == {5, 6, 7, 8, 9, 10}, "with those that closed in the last 3 seconds"
        await program.go("space")
        program.clock.advance(10)
        assert "PAUSED" in program.text
        assert program.scene.place.clock == 1010


async def test_it_plays_to_the_end_and_says_so(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go(*["plus"] * 9, "space")
        assert "PLAYING 1000x" in program.text
        program.clock.advance(1)
        await program.until(lambda: not program.scene.is_playing)
        assert "This is the end of the recording." in program.text
        assert "PAUSED" in program.text
        await program.go("space")
        assert "This is the end of the recording." in program.text
        assert "PAUSED" in program.text


async def test_what_is_still_written_is_followed(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    async with replay(camera.path, is_written=True) as program:
        await program.go("space")
        assert "FOLLOWING" in program.text
        for number in range(2, 5):
            camera.look(*(call(key) for key in range(number)))
            await program.until(lambda number=number: program.ports() == set(range(number)))
    camera.close()


async def test_full_stop_and_comma_step(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("full_stop", "full_stop", "full_stop")
        assert program.ports() == {0, 1, 2, 3}
        assert "40003" in under_cursor(program)
        await program.go("comma")
        assert program.ports() == {0, 1, 2}
        assert "40002" in under_cursor(program)
        await program.go("comma", "comma", "comma")
        assert "This is the beginning of the recording." in program.text


async def test_plus_and_minus_change_the_speed(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("plus", "plus")
        assert "5x" in program.text
        await program.go("minus", "minus", "minus")
        assert "The speed is between 1x and 1000x" in program.text


@pytest.mark.parametrize(("text", "clock"), [("+10s", 1010), ("50%", 1029.5), ("end", 1059), ("00:00:20", 1020)])
async def test_j_jumps(text: str, clock: float, recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump(text)
        assert program.scene.place.clock == clock


async def test_a_jump_to_nonsense_says_what_would_do(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("tomorrow\x07")
        assert "'tomorrow" in program.text
        assert "is no time; expected 14:02" in program.text
        assert program.scene.place.event == 2


async def test_a_jump_beyond_the_ends_says_from_when_to_when_it_goes(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("2031-05-06T07:08:09")
        assert program.scene.place == program.scene.end
        assert "The recording goes from " in program.text


async def test_esc_and_an_empty_line_jump_nowhere(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("j", "escape")
        await program.press("j", "space", "enter")
        assert program.app.screen is program.main
        assert program.scene.place.event == 2


async def test_brackets_go_to_what_the_filter_shows(recording: Path) -> None:
    async with replay(recording) as program:
        await program.burst("/rport:40030\r")
        await program.go("right_square_bracket")
        assert "is one that the filter lets through" in program.text
        assert "40030" in under_cursor(program)
        assert program.scene.place.clock == 1030
        await program.go("right_square_bracket")
        assert program.session.view.current is not None
        assert program.session.view.current.is_closed
        await program.go("right_square_bracket")
        assert "Nothing after this matches." in program.text
        await program.go("left_square_bracket")
        assert program.scene.place.clock == 1030


async def test_the_cursor_is_on_each_match_though_no_time_passes_between_them(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(listener(1000, 22))
    camera.look(listener(1000, 22), call(1), call(2), call(3))
    camera.close()
    async with replay(camera.path) as program:
        await program.burst("/rport:40000-49999\r")
        for port in ("40001", "40002", "40003"):
            await program.go("right_square_bracket")
            assert port in under_cursor(program)


async def test_a_step_shows_its_row_though_the_cursor_has_just_moved(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("end", "home", "down")
        await program.go("full_stop")
        assert len(program.session.view) == len(program.session.live.rows) == 3


async def test_esc_ends_a_search_and_then_takes_back_the_filter(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 1)
    async with replay(recording) as program:
        await program.burst("/rport:1\r")
        player = program.screen.player
        with monkeypatch.context() as patch:
            patch.setattr(player, "taken", lambda: None)
            await program.go("right_square_bracket")
            assert "Searching: " in program.text
            await program.press("escape")
        player.taken()
        await program.until(lambda: "The search was ended" in program.text)
        assert program.session.view.narrowing
        await program.press("escape")
        assert not program.session.view.narrowing


async def test_z_tells_what_it_comes_to(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("z")
        await program.until(lambda: "Talkers: nobody" in program.text)
        await program.press("escape")
        assert program.app.screen is program.main


async def test_a_lists_what_had_been_done_by_then(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    for second in (5, 10):
        camera.write(Acted(Moment(EPOCH + second, 1000.0 + second, 1), f"Ended curl ({second})."))
    camera.look(call(2), after=20)
    camera.close()
    async with replay(camera.path) as program:
        for text, shown in (("start", ()), ("+7s", (5,)), ("end", (10, 5)), ("start", ())):
            await program.jump(text)
            await program.press("a")
            await program.until(lambda: program.app.screen is not program.main)
            lines = [line.strip(" │┃") for line in program.lines if "Ended curl" in line]
            assert lines == [f"2026-01-01T00:00:{second:02}Z  Ended curl ({second})." for second in shown]
            assert ("nothing had been done" in program.text) == (not shown)
            await program.press("escape")


@pytest.mark.parametrize("name", of_now())
async def test_nothing_can_be_done_to_what_is_over(name: str, recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("down", BY_ID[name].keys[0])
        assert program.app.screen is program.main
        assert f"{BY_ID[name].title}: {REASON}" in program.text
        await program.burst("\x10" + BY_ID[name].title)
        assert BY_ID[name].help[:20] not in program.text
        await program.press("escape")


def offers(program: Replay) -> set[str]:
    return {action.id for action in program.main.offered()}


async def test_what_there_is_in_a_replay_is_offered_and_nothing_else(recording: Path) -> None:
    theirs = {action.id for action in REPLAY}
    async with replay(recording, (160, 50)) as program:
        assert theirs <= offers(program)
        assert not offers(program) & {*of_now(), "freeze", "sample", "slower", "faster"}
        assert "Space Play" in program.lines[-1]
        assert "Freeze" not in program.lines[-1]
        assert "End process" not in program.lines[-1]
        await program.press("down", "o")
        assert "Whois" in program.text
        assert "End process" not in program.text
        assert "Disconnect" not in program.text
        await program.press("escape", "question_mark")
        assert "Go back before the last event." in program.text
        assert "Freeze or thaw" not in program.text
    async with live(connection(1), size=(160, 50)) as other:
        offered = {action.id for action in other.main.offered()}
        assert not offered & theirs
        await other.press("question_mark")
        assert "Go back before the last event." not in other.text


@pytest.mark.parametrize("key", ["j", "z", "comma", "left_square_bracket", "right_square_bracket"])
async def test_the_live_table_has_no_keys_of_a_replay(key: str) -> None:
    async with live(connection(1)) as other:
        before = other.text
        await other.press(key)
        assert other.app.screen is other.main
        assert other.text == before


async def test_keys_can_be_others(recording: Path) -> None:
    keys = {"next": ["N"], "play": [], "jump": "J"}
    async with replay(recording, keys=keys) as program:
        await program.go("N")
        assert program.scene.place.event == 3
        await program.press("full_stop", "space", "j")
        assert program.app.screen is program.main
        assert (program.scene.place.event, program.scene.is_playing) == (3, False)
        await program.press("J")
        assert "Jump to:" in program.text
        await program.press("escape", "question_mark")
        assert "N" in program.line_with("Next event.")


def test_one_key_for_two_actions_of_a_replay_is_a_clash_and_one_of_each_table_is_none() -> None:
    with pytest.raises(ConfigError, match="already the key of"):
        rebind(ACTIONS, build({"keys": {"next": ","}}).keys)
    with pytest.raises(ConfigError, match="already the key of"):
        rebind(ACTIONS, build({"keys": {"next": "q"}}).keys)
    wanted = build({"keys": {"next": "f2", "sample": "f2"}}).keys
    rebound = {action.id: action.keys for action in rebind(ACTIONS, wanted)}
    assert rebound["next"] == rebound["sample"] == ("f2",)


async def test_details_say_what_was_not_recorded(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("down", "enter")
        await program.until(lambda: "not recorded" in program.text)
        assert "nginx: worker process" in program.text
        await program.press("enter")
        await program.until(lambda: program.app.screen is not program.main)
        assert "not recorded" in program.text


async def test_i_says_what_could_not_be_seen_then(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1), problems=(Problem(Code.OWNERLESS, "7 sockets without owner", "Run it as root."),))
    camera.look(call(1))
    camera.close()
    async with replay(camera.path) as program:
        assert "7 sockets without owner" in program.text
        await program.go("full_stop")
        assert "7 sockets without owner" not in program.text
        await program.go("comma")
        await program.press("i")
        assert "Run it as root." in program.text


async def test_names_of_the_recording_are_shown_when_they_were_known(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    camera.write(Named(Moment(EPOCH + 2, 1002.0, 1), "198.51.100.7", "far.example"))
    camera.look(call(1), call(2), after=5)
    camera.close()
    async with replay(camera.path, (160, 24)) as program:
        assert "far.example" not in program.text
        for text in ("end", "start", "+3s"):
            await program.jump(text)
            assert ("far.example" in program.text) == (text != "start")
        await program.burst("/host:far\r")
        assert "far.example" in program.text
        await program.jump("start")
        assert "far.example" not in program.text.replace("host:far", "")


async def test_save_copy_sort_group_states_work_as_in_the_live_table(recording: Path, tmp_path: Path) -> None:
    async with replay(recording) as program:
        await program.jump("+30s")
        await program.advance(5)
        await program.press("y")
        assert "Copied 1 row" in program.text
        await program.burst("s")
        await program.press("escape", "g")
        await program.press("down", "enter")
        assert program.session.view.grouping
        await program.press("S")
        await program.press("escape")
        await program.press("ctrl+s")
        await program.press("enter")
        await program.until(lambda: program.app.screen is program.main)
    saved = [path for path in Path().iterdir() if path.suffix == ".csv"]
    assert len(saved) == 1
    rows = list(csv.DictReader(saved[0].open()))
    ports = {int(row["Remote port"] or 0) for row in rows} - {0}
    assert ports == {40000 + key for key in range(25, 31)}


async def test_pins_selection_and_cursor_survive_leaps_to_where_their_rows_are_not(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("+30s")
        await program.press("down", "p", "down", "v", "down", "down", "v")
        for text in ("start", "end", "+30s", "50%", "0%", "-1s", "00:00:31"):
            await program.jump(text)
            await program.press("down", "up", "y", "enter", "enter", "escape", "escape")
            await program.advance(5)
            strangers = [row for row in program.session.view.rows() if row.key not in program.session.live.rows]
            assert all(row.is_closed for row in strangers), "what the cursor holds may have closed, but was there"
            assert len(program.session.view) >= len(program.session.live.rows) > 0
            assert under_cursor(program)


async def test_a_group_that_is_gone_after_a_leap_breaks_nothing(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("+30s")
        await program.press("g", "down", "enter", "end", "enter", "down")
        for text in ("start", "end", "-10s"):
            await program.jump(text)
            await program.press("down", "enter", "up", "left")
            assert under_cursor(program)
        await program.go("full_stop", "comma")


async def test_closed_rows_are_kept_while_time_goes_on(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("x")
        await program.jump("+30s")
        assert program.ports() == set(range(31))
        await program.press("X")
        assert program.ports() == {28, 29, 30}
        await program.jump("-20s")
        await program.press("x")
        assert {10, 9, 8} <= program.ports()


async def test_marks_fade_by_the_time_of_the_recording(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("full_stop")
        program.clock.advance(3600)
        program.main._tick()
        rows = program.session.live.rows.values()
        assert Mark.NEW in {row.mark for row in rows}
        await program.press("m")
        assert "Marked" in program.text
        await program.jump("+20s")
        assert {row.mark for row in program.session.live.rows.values() if row.connection.state is State.LISTEN} == {
            Mark.NONE
        }


async def test_a_mark_is_set_at_the_time_that_is_shown(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("+20s")
        await program.press("m")
        assert "00:00:20" in program.line_with("Marked")


async def test_hostile_names_stay_text(tmp_path: Path) -> None:
    async with replay(hostile(tmp_path), (200, 40)) as program:
        for text in HOSTILE:
            assert text[:8] in program.text or text.isdigit()
        assert "\x1b" not in program.text
        await program.press("a")
        await program.until(lambda: program.app.screen is not program.main)
        assert "<script>" in program.text


@pytest.mark.parametrize("wall", [0.0, 253_402_214_400.0])
async def test_the_ends_of_the_calendar_are_times_too(wall: float, tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.clock.now += wall - EPOCH
    camera.look(listener(1, 22))
    camera.look(listener(1, 22), call(2))
    camera.close()
    async with replay(camera.path) as program:
        await program.jump("end")
        await program.press("down", "enter")
        assert ("1970" if wall == 0 else "9999") in program.text


async def test_a_recording_without_looks_opens(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.close()
    async with replay(camera.path, (80, 24)) as program:
        await program.go("space", "full_stop", "comma", "right_square_bracket")
        await program.press("i", "escape", "enter", "o")
        assert "There is no row." in program.text


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("looks", [{}, {"ascii": True}, {"no_color": True}], ids=str)
async def test_it_works_at_every_size(size: tuple[int, int], looks: dict[str, bool], recording: Path) -> None:
    async with replay(recording, size, **looks) as program:
        await program.go("full_stop", "plus")
        await program.jump("50%")
        await program.press("enter", "question_mark", "escape", "j")
        assert "Esc goes back" in program.text or "Esc" in program.text
        await program.press("escape", "escape")
        assert all(len(line) == size[0] for line in program.lines)
        assert "PAUSED" in program.text
        if "ascii" in looks:
            assert program.text.isascii()


async def test_damage_is_told_and_no_key_ends_in_an_error(recording: Path) -> None:
    with closing(sqlite3.connect(recording)) as file, file:
        file.execute("DELETE FROM event WHERE id BETWEEN 60 AND 62")
    async with replay(recording) as program:
        await program.go("plus", "plus", "plus", "plus", "plus", "plus", "space")
        program.clock.advance(60)
        await program.until(lambda: not program.scene.is_playing)
        assert "Nothing can be read behind event 58: event 60 is missing; verify says what else." in program.text
        await program.go("full_stop", "comma", "right_square_bracket", "left_square_bracket")
        await program.jump("end")
        await program.press("a")
        await program.until(lambda: program.app.screen is not program.main)


@pytest.mark.parametrize("change", ["wall = 9000000000000000", "wall = -1", "mono = -9000000000000000", "look = -5"])
async def test_a_time_that_is_damaged_ends_in_no_error(change: str, recording: Path) -> None:
    with closing(sqlite3.connect(recording)) as file, file:
        file.execute(f"UPDATE moment SET {change} WHERE id = 30")
    async with replay(recording) as program:
        for text in ("+29s", "50%", "end", "start", "14:02"):
            await program.jump(text)
        await program.go("plus", "plus", "plus", "plus", "plus", "plus", "space")
        program.clock.advance(60)
        await program.until(lambda: program.scene.place.event > 2)
        await program.go("full_stop", "comma")


async def test_a_burst_of_keys_is_done_in_its_order(recording: Path) -> None:
    async with replay(recording) as program:
        await program.burst("...j+10s\r.,,")
        await program.until(lambda: program.scene.place.event == 25)
        await program.pilot.pause()
        assert program.scene.place.event == 25


async def test_leaving_while_it_plays_is_immediate(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("space")
        await program.press("q")
    assert program.app.return_value == 0
