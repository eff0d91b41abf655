"""A recording that is played: time goes on, stands still, and is stepped through."""

from __future__ import annotations

from pathlib import Path

from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark
from tests.tui.gestures import under_cursor
from tests.tui.replay.harness import Camera, call, replay


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


async def test_a_step_shows_its_row_though_the_cursor_has_just_moved(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("end", "home", "down")
        await program.go("full_stop")
        assert len(program.session.view) == len(program.session.live.rows) == 3


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
