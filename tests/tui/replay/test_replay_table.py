"""A recording in the table: every key does what it does in the live table, but for what is over."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.record.event import Acted, Moment, Named
from tests.fakes import EPOCH
from tests.tui.replay.harness import Camera, call, replay

SIZES = [(120, 40), (80, 24), (40, 12)]


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
