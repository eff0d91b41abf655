"""What the findings list shows of the answers of rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.table import BY_ID, RULES
from tcpview_tui.tui.commands.judging import show_findings
from tcpview_tui.tui.screens import findings_text
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.tui.harness import live
from tests.tui.judged import OF_CURL, OF_NGINX, PLACE, REFUSED, ROWS, fill, judged


async def test_the_gravest_comes_first_and_of_these_the_newest(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        assert here.listed[:4] == [
            "! high curl (4242) Executable deleted",
            "! medium nginx (812) Name of another program",
            "! medium curl (4242) Executable in an unusual place",
            f"low curl (4242) 10.0.0.5:50000 {BY_ID['long-connection'].title}",
        ]
        assert "Findings: 1 high, 2 medium, 1 low" in here.program.text
        assert here.marked == "curl (4242): Executable deleted"


async def test_what_could_not_be_checked_is_a_third_answer_with_its_number_and_reason(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        here.put("process", OF_CURL, deleted_exe=REFUSED, memfd_exe=REFUSED)
        here.put("connection", About(1, "curl (4242)  10.0.0.5:50000"), upload=REFUSED)
        await here.open()
        assert here.listed[-3:] == [
            "Could not be checked: 3",
            f"? 2 Executable deleted +1 {REFUSED.reason}",
            f"? 1 {BY_ID['upload'].title} {REFUSED.reason}",
        ]
        await here.program.press("end", "up", "enter")
        assert isinstance(here.program.app.screen, ReadingScreen)
        told = " ".join(here.program.text.replace("│", " ").split())
        assert "neither a yes nor a no" in told
        assert "Executable deleted, Executable in memory only" in told
        assert "nginx (812), curl (4242)" in told


async def test_the_finding_under_the_keys_is_explained_below_and_whole_on_space(tmp_path: Path) -> None:
    async with judged(tmp_path, size=(80, 24)) as here:
        fill(here)
        await here.open()
        await here.program.press("down", "down")
        assert "An AppImage looks so." in here.program.text
        await here.program.press("space")
        told = " ".join(here.program.text.replace("│", " ").split())
        rule = BY_ID["exe-place"]
        for each in (PLACE.sentence, PLACE.against, rule.benign, rule.reads, rule.technique, "finding:exe-place"):
            assert each in told
        await here.program.press("escape")
        assert here.marked == "curl (4242): Executable in an unusual place"


async def test_nothing_found_says_what_was_judged(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.program.app.session.bench._prepare()
        here.put("process", OF_NGINX, deleted_exe=REFUSED)
        await here.open()
        told = " ".join(here.program.text.replace("│", " ").split())
        assert f"{len(RULES)} rules at work, without a baseline. Nothing was found; 1 could not be checked" in told
        assert "Findings: none" in told


async def test_without_a_judge_nothing_is_said_to_be_innocent() -> None:
    async with live(*ROWS) as program:
        show_findings(program.main)
        await program.settled()
        assert "Nothing is judged in this run." in program.text
        assert "Nothing was found" not in program.text
        await program.press("s", "p", "u", "space", "enter", "down", "f")
        assert isinstance(program.app.screen, MainScreen)


async def test_connections_of_other_namespaces_are_told_apart_by_their_ends(tmp_path: Path) -> None:
    async with judged(tmp_path, size=(80, 24)) as here:
        for key in range(1, 4):
            ends = f"TCP 10.99.0.2:4000{key} - 203.0.113.{key}:4444 in netns 4026532177"
            here.put("connection", About(key, f"python3 (23821)  {ends}"), long_connection=Hit("open"))
        await here.open()
        assert [f"203.0.113.{key}:4444" in " ".join(here.listed[:3]) for key in (1, 2, 3)] == [True] * 3


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 8)], ids=str)
@pytest.mark.parametrize("ascii_", [False, True])
async def test_keys_are_seen_on_a_small_screen_and_every_line_is_within_reach(
    tmp_path: Path, size: tuple[int, int], ascii_: bool
) -> None:
    async with judged(tmp_path, size=size, ascii=ascii_) as here:
        fill(here)
        await here.open()
        assert all(cell_len(line) <= size[0] for line in here.program.lines)
        if size[1] > 8:
            assert "Enter" in here.program.text
            assert "Esc" in here.program.text
        await here.program.press("end")
        assert here.marked.endswith(REFUSED.reason)
        assert "? 1" in here.program.text
        assert here.program.text.isascii() or not ascii_
        await here.program.press("home", "enter")
        assert isinstance(here.program.app.screen, MainScreen)


async def test_without_colour_a_grave_finding_is_told_by_sign_and_word(tmp_path: Path) -> None:
    async with judged(tmp_path, no_color=True, theme="ansi") as here:
        fill(here)
        await here.open()
        assert "! high" in here.program.text


async def test_the_colour_is_that_of_the_sign_alone_so_that_the_cursor_is_seen(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        screen = await here.open()
        spans = [(span.start, span.end) for line in screen._list.texts for span in line.spans if span.style]
        assert (0, 1) in spans
        assert all(end == 1 for start, end in spans if start == 0)


async def test_hostile_text_is_not_interpreted(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", About((9, 9.0), "[/x][bold] (9)"), name_mismatch=Hit("[link=x] [/]", "[red]"))
        await here.open()
        assert "[/x][bold] (9)" in here.program.text
        assert "[link=x] [/]" in here.program.text


async def test_more_than_anybody_reads_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_text, "LISTED", 3)
    async with judged(tmp_path) as here:
        for key in range(10):
            severity = Severity.HIGH if key == 9 else Severity.LOW
            here.put("connection", About(key, f"c{key}"), long_connection=Hit("open", "", severity))
        await here.open()
        assert here.listed[0].startswith("! high c9")
        assert here.listed[3].startswith("and 7 more")
        assert "1 high, 9 low" in here.program.text


async def test_reasons_that_nobody_reads_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_text, "LISTED", 3)
    async with judged(tmp_path) as here:
        for pid in range(10):
            about = About((pid, 1.0), f"a ({pid})")
            here.put("process", about, deleted_exe=Unknown(f"{pid} says no"), memfd_exe=REFUSED)
        await here.open()
        assert here.listed[:2] == ["Could not be checked: 10", f"? 10 Executable in memory only {REFUSED.reason}"]
        assert here.listed[-1] == "and 8 more reasons, each of as many or fewer"
        assert len(here.listed) == 5
