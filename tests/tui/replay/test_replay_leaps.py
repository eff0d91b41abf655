"""Jumps to another time, by a line or to the next match, and what survives them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import listener
from tests.tui.gestures import under_cursor
from tests.tui.replay.harness import Camera, call, replay


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
