"""Recordings that are hostile, empty, damaged, or at an end of the calendar."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes import EPOCH, listener
from tests.record.tapes import HOSTILE, hostile
from tests.tui.replay.harness import Camera, call, replay


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
