"""What was found stands in a replay as it stood then: marks, details, the list, filters, searches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.register import Place
from tcpview_tui.findings.rule import Severity
from tcpview_tui.record import states
from tcpview_tui.record.event import Judged, Moment
from tcpview_tui.tui.screens.findings import FindingsScreen
from tcpview_tui.tui.screens.silencer import Silencer
from tests.fakes import CURL, EPOCH, NGINX
from tests.tui.gestures import under_cursor
from tests.tui.replay.harness import Camera, Replay, call, replay

OF_CURL: Place = ("process", CURL.identity)
OF_ROW: Place = ("connection", 3)
DELETED = Finding(
    "deleted-exe", "Executable deleted", Severity.HIGH, "started from /dev/shm/.x, deleted since 14:02:11",
    "An upgrade looks so.", CURL.identity, "curl (4242)", EPOCH + 2, "ab" * 32, "x.service", 1, "T1070.004",
)  # fmt: skip
STRANGE = DELETED._replace(rule="of-tomorrow", title="Strange", subject=3, severity=Severity.MEDIUM, version=7)


@pytest.fixture
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten looks at curl and at nginx: what is found of curl stands from the second look to the fifth, of the row of
    nginx from the seventh on."""
    monkeypatch.setattr(states, "EVERY", 2)
    camera = Camera(tmp_path / "a.tcpview", options='{"interval":1.0,"findings":true}')
    for look in range(1, 11):
        camera.look(call(2), call(3, owners=(NGINX,)), *([call(4, owners=(NGINX,))] if look % 2 else []))
        at = Moment(camera.clock.wall(), camera.clock.monotonic(), look)
        told = {2: Judged(at, OF_CURL, (DELETED,)), 5: Judged(at, OF_CURL), 7: Judged(at, OF_ROW, (STRANGE,))}
        camera.write(*([told[look]] if look in told else []))
    camera.close()
    return camera.path


def marks(program: Replay) -> list[str]:
    """Return the process and the sign of each row that is marked as suspicious."""
    return [line.split()[0] for line in program.lines[1:] if line.startswith("!")]


def text_of(program: Replay) -> str:
    return " ".join(program.text.split())


async def test_rows_are_marked_while_it_stands_wherever_one_comes_from(recording: Path) -> None:
    async with replay(recording) as program:
        assert marks(program) == []
        assert "Finding" not in program.lines[0]
        for time, count in (("+1s", 1), ("end", 1), ("start", 0), ("+3s", 1), ("+2s", 0), ("-2s", 1)):
            await program.jump(time)
            assert len(marks(program)) == count, time
            assert ("Finding" in program.lines[0]) == bool(count)
        assert "curl" in program.line_with("!")
        await program.press("enter")
        assert "started from /dev/shm/.x" in text_of(program)


async def test_steps_go_through_it(recording: Path) -> None:
    async with replay(recording) as program:
        seen = []
        for _ in range(12):
            await program.go("full_stop")
            seen.append(len(marks(program)))
        assert [count for place, count in enumerate(seen) if seen[place - 1 : place] != [count]] == [0, 1, 0, 1]
        for before in seen[-2::-1]:
            await program.go("comma")
            assert len(marks(program)) == before


async def test_a_step_to_what_was_found_of_a_connection_goes_to_its_row(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("+6s")
        await program.go("comma", "full_stop")
        assert "40003" in under_cursor(program)
        assert "Strange" in program.line_with("!")


@pytest.mark.parametrize("text", ["is:suspicious", "finding:deleted-exe", "severity>=high"])
async def test_a_filter_shows_what_was_suspicious_then_and_a_search_goes_there(recording: Path, text: str) -> None:
    async with replay(recording) as program:
        await program.press("/")
        await program.burst(text + "\r")
        assert "curl" not in program.text
        await program.go("right_square_bracket")
        assert "curl" in under_cursor(program)
        assert program.scene.place.wall == EPOCH + 1
        await program.jump("+3s")
        assert marks(program) == [], "the row under the cursor stays, and is not suspicious any more"
        await program.go("left_square_bracket")
        assert program.scene.place.wall == EPOCH + 1


async def test_the_list_tells_what_had_been_found_and_silences_nothing_for_good(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replay(recording) as program:
        await program.press("f")
        assert "the rules were at work when it was recorded. Nothing was found." in text_of(program)
        await program.press("escape")
        await program.jump("+1s")
        await program.press("f")
        assert "Findings: 1 high" in program.text
        said: list[str] = []
        monkeypatch.setattr(Silencer, "_save", lambda _, *what: said.append(what[-1]))
        for key in ("p", "u"):
            await program.press(key)
            assert "a replay, which silences nothing for good" in text_of(program)
            assert "Findings: 1 high" in program.text
        assert said == []
        await program.press("s", "escape")
        assert marks(program) == []
        await program.press("f", "o", "escape")
        assert len(marks(program)) == 1


@pytest.mark.parametrize("options", ["{}", "[]", "x", '{"findings":"yes"}'])
async def test_where_nothing_was_judged_the_list_says_so(tmp_path: Path, options: str) -> None:
    camera = Camera(tmp_path / "a.tcpview", options=options)
    camera.look(call(2))
    camera.close()
    async with replay(camera.path) as program:
        await program.press("f")
        assert "As far as the recording says, nothing was judged when it was made." in text_of(program)


async def test_the_list_keeps_up_while_time_goes_on(recording: Path) -> None:
    async with replay(recording) as program:
        await program.go("space")
        await program.press("f")
        assert isinstance(program.app.screen, FindingsScreen)
        program.clock.advance(2)
        await program.until(lambda: "Findings: 1 high" in program.text)
        program.clock.advance(3)
        await program.until(lambda: "Findings: 1 high" not in program.text)


async def test_a_rule_of_another_version_is_told_with_that_and_its_row_is_found(recording: Path) -> None:
    async with replay(recording) as program:
        await program.jump("end")
        await program.press("f")
        assert "version 7 of the rule, which is not that of this program, MITRE ATT&CK T1070.004" in text_of(program)
        await program.press("enter")
        assert "nginx" in under_cursor(program)
        assert "40003" in under_cursor(program)


async def test_nothing_is_learned_in_a_replay(recording: Path) -> None:
    async with replay(recording) as program:
        await program.press("b")
        assert "not in a replay" in program.text
