"""Of the actions there are, a replay offers its own and none that needs the present."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.config import ConfigError, build
from tcpview_tui.sources.recorded import REASON
from tcpview_tui.tui.actions import ACTIONS, BY_ID
from tcpview_tui.tui.keymap import rebind
from tcpview_tui.tui.replay.actions import REPLAY
from tests.fakes import connection
from tests.tui.harness import live
from tests.tui.replay.harness import Replay, replay


def of_now() -> list[str]:
    return [action.id for action in ACTIONS if action.of_now]


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
