"""The findings list and its keys, over a register that the test fills."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.strip import Strip
from textual.widgets import Static

from tcpview_tui.findings.alone import alone
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Answer, Hit, Of, Severity, Unknown, Whom
from tcpview_tui.findings.table import BY_ID, RULES
from tcpview_tui.judging.bench import Bench
from tcpview_tui.model.connection import Connection
from tcpview_tui.model.query import parse
from tcpview_tui.tui.commands.judging import mark_normal, show_findings
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens import findings_text
from tcpview_tui.tui.screens.findings import FindingsScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.question import QuestionScreen
from tcpview_tui.tui.screens.reading import ReadingScreen
from tests.fakes import CURL, EPOCH, NGINX, connection, listener
from tests.tui.harness import Live, live

ROWS = (connection(1), connection(2, local=("10.0.0.5", 50001)), listener(3, 80))
OF_CURL = About(CURL.identity, "curl (4242)", "ab" * 32, "session-3.scope")
OF_NGINX = About(NGINX.identity, "nginx (812)")

DELETED = Hit("started from /dev/shm/.x, deleted since 14:02:11")
PLACE = Hit("runs /dev/shm/.x", "An AppImage looks so.")
NAME = Hit("is called nginx, and runs /usr/bin/python3")
REFUSED = Unknown("not permitted to read /proc/812/exe")


class Judged:
    """A running program, and a bench whose register a test fills."""

    def __init__(self, program: Live, folder: Path) -> None:
        self.program = program
        session = program.app.session
        register = session.bench.register
        session.bench = Bench(program.clock, folder)
        session.bench.register = register
        self.register = register
        register.silences._path = folder / "silences.json"

    def put(self, of: Of, about: About, at: float = EPOCH, **answers: Answer) -> None:
        """Tell answers, each by the id of its rule with underscores."""
        rules = ((BY_ID[name.replace("_", "-")], answer) for name, answer in answers.items())
        self.register.put(of, about, list(rules), at)

    async def tell(self) -> None:
        """Say, as the judge does, that there is something new."""
        self.program.main.post_message(FindingsArrived())
        await self.program.settled()

    async def open(self) -> FindingsScreen:
        show_findings(self.program.main)
        await self.program.settled()
        return self.screen

    @property
    def screen(self) -> FindingsScreen:
        assert isinstance(self.program.app.screen, FindingsScreen)
        return self.program.app.screen

    @property
    def marked(self) -> str:
        """The line that the keys are on."""
        entry = self.screen._list.entry
        return f"{entry.subject}: {entry.title}" if entry else ""

    @property
    def written(self) -> list[dict[str, str]] | None:
        """What is silent for good in the file; `None` when there is none."""
        file = self.register.silences._path
        return json.loads(file.read_text())["silences"] if file and file.exists() else None

    @property
    def listed(self) -> list[str]:
        return [" ".join(str(line).split()) for line in self.screen._list.texts]


@asynccontextmanager
async def judged(folder: Path, *rows: Connection, **settings: Any) -> AsyncIterator[Judged]:
    async with live(*(rows or ROWS), **settings) as program:
        yield Judged(program, folder)


def fill(here: Judged) -> None:
    here.put("process", OF_NGINX, at=EPOCH + 5, name_mismatch=NAME, deleted_exe=REFUSED, memfd_exe=REFUSED)
    here.put("process", OF_CURL, deleted_exe=DELETED, exe_place=PLACE)
    here.put("connection", About(1, "curl (4242)  10.0.0.5:50000"), long_connection=Hit("open since 3 days"))


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
            "Could not be checked: 5",
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


async def test_enter_goes_to_the_row(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("down", "enter")
        assert isinstance(here.program.app.screen, MainScreen)
        current = here.program.app.session.view.current
        assert current is not None
        assert current.key == 3


async def test_of_several_rows_the_number_is_told_and_how_to_see_all(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("enter")
        assert "The first of 2 rows" in here.program.text
        assert "finding:deleted-exe" in here.program.text


async def test_of_a_finding_about_a_program_the_first_of_its_rows_is_found(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        for key in (2, 1):
            hit = Hit("was never seen", whom=Whom("curl", "/usr/bin/curl"))
            here.put("connection", About(key, f"curl  {key}"), new_program=hit)
        await here.open()
        assert [line for line in here.listed if "curl" in line] == ["low /usr/bin/curl Program new to the baseline"]
        await here.program.press("enter")
        assert "The first of 2 rows" in here.program.text


async def test_a_finding_without_a_row_says_so(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("machine", About(("ld-so-preload", "/etc/ld.so.preload"), "/etc/ld.so.preload"), ld_so_preload=NAME)
        await here.open()
        await here.program.press("enter")
        assert "No row belongs to it now" in here.program.text


async def test_a_row_that_a_filter_hides_is_said_to_be_hidden(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        here.program.app.session.filter(parse("nginx"))
        await here.open()
        await here.program.press("enter")
        assert "A filter or a closed group hides its rows. Esc shows everything." in here.program.text


async def test_s_silences_in_this_run_and_o_takes_that_back(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s")
        assert "high" not in here.listed[0]
        assert here.marked == "nginx (812): Name of another program"
        assert "Silent in this run" in here.program.text
        assert not (tmp_path / "silences.json").exists()
        await here.program.press("o")
        assert here.listed[0] == "! high curl (4242) Executable deleted"
        assert here.marked == "nginx (812): Name of another program"
        await here.program.press("o")
        assert "Nothing was silenced in this run." in here.program.text


@pytest.mark.parametrize(
    ("key", "kept", "done"),
    [
        ("p", {"program": "ab" * 32}, "Silent for good for every process of this program (SHA-256)."),
        ("u", {"unit": "session-3.scope"}, "Silent for good for this unit."),
    ],
)
async def test_p_and_u_silence_for_good(tmp_path: Path, key: str, kept: dict[str, str], done: str) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press(key)
        await here.program.until(lambda: done in here.program.text)
        assert here.written == [{"rule": "deleted-exe", "name": "curl (4242)"} | kept]
        assert "Executable deleted" not in here.listed[0]
        assert here.listed[-1] == "Silenced: 0 in this run, 1 for good; h shows them"
        assert here.program.app.session.bench.register.of(here.program.app.session.live.rows[1])[0].rule == "exe-place"


async def test_h_shows_what_is_silenced_and_l_tells_one_again(tmp_path: Path) -> None:
    async with judged(tmp_path, size=(80, 24)) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "down", "u")
        await here.program.until(lambda: here.written)
        await here.program.press("h")
        assert here.listed[-3:] == [
            "Silenced: 1 in this run, 1 for good; l tells one again, h hides them",
            "- run curl (4242) Executable deleted",
            "- good unit session-3.scope Executable in an unusual place",
        ]
        assert here.marked == "curl (4242): Executable deleted"
        assert "l tells it again" in here.program.text
        await here.program.press("l")
        assert here.listed[0] == "! high curl (4242) Executable deleted"
        await here.program.press("end", "l")
        await here.program.until(lambda: "Told again from now on." in here.program.text)
        assert here.written == []
        assert not any("Silenced" in line for line in here.listed)
        assert "! medium curl (4242) Executable in an unusual place" in here.listed


async def test_h_hides_again_and_says_when_there_is_nothing(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("h")
        assert "Nothing is silenced." in here.program.text
        await here.program.press("s")
        assert here.listed[-1].endswith("h shows them")
        assert "; 1 silent" in here.program.text
        await here.program.press("h")
        assert here.listed[-1] == "- run curl (4242) Executable deleted"
        await here.program.press("h")
        assert here.listed[-1].endswith("h shows them")
        await here.program.press("l")
        assert "This is not silenced." in here.program.text


async def test_that_all_that_was_found_is_silenced_is_not_called_nothing(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_CURL, deleted_exe=DELETED)
        await here.open()
        await here.program.press("s")
        assert "Nothing but what is silenced was found." in here.program.text
        assert "Findings: none; 1 silent" in here.program.text


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_what_is_silenced_is_within_reach_on_a_small_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with judged(tmp_path, size=size) as here:
        fill(here)
        await here.open()
        await here.program.burst("sp" + "h")
        assert here.marked.startswith("curl (4242): Executable deleted")
        assert "- run" in here.program.text
        assert "Esc" in here.program.text
        await here.program.burst("l")
        assert here.listed[0].startswith("! high curl (4242) Executable")


async def test_a_finding_that_is_silent_is_explained_and_has_no_row_to_go_to(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "h", "enter")
        assert isinstance(here.program.app.screen, ReadingScreen)
        assert DELETED.sentence in here.program.text


@pytest.mark.skipif(os.name == "nt", reason="no flock")
async def test_while_another_program_writes_keys_are_answered_and_the_outcome_is_said_after(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        with alone(tmp_path):
            await here.program.press("p", "down", "p")
            assert [line.split()[0] for line in here.listed[:3]] == ["!", "low", "Could"]
            assert "is being written down" in here.program.text
            await here.program.press("escape")
            assert isinstance(here.program.app.screen, MainScreen)
            assert here.written is None
        await here.program.until(lambda: here.written is not None and len(here.written) == 2)
        await here.program.until(lambda: "Silent for good for every process of this program" in here.program.text)


async def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        (tmp_path / "silences.json").write_text("{")
        await here.open()
        await here.program.press("p")
        await here.program.until(lambda: "holds in this run only" in " ".join(here.program.text.split()))
        assert "Executable deleted" not in here.listed[0]
        assert here.listed[-1] == "Silenced: 1 in this run, 0 for good; h shows them"
        await here.program.press("h")
        assert here.listed[-1] == "- run program of curl (4242) Executable deleted"
        assert "Silent for curl (4242), in this run only" in " ".join(here.program.text.split())


async def test_what_fails_behind_the_screen_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        monkeypatch.setattr(here.register.silences, "save", dict[object, str]().__getitem__)
        await here.program.press("p")
        await here.program.until(lambda: "fault of this program: KeyError" in here.program.text)
        assert "is being written down" not in here.program.text


@pytest.mark.parametrize("key", ["s", "p", "u"])
async def test_what_is_no_finding_cannot_be_silenced_and_says_so(tmp_path: Path, key: str) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("s", "end", key)
        assert "This is no finding that could be silenced." in here.program.text
        assert "Silent in this run" not in here.program.text
        assert here.register.silences.number == 1


async def test_connections_of_other_namespaces_are_told_apart_by_their_ends(tmp_path: Path) -> None:
    async with judged(tmp_path, size=(80, 24)) as here:
        for key in range(1, 4):
            ends = f"TCP 10.99.0.2:4000{key} - 203.0.113.{key}:4444 in netns 4026532177"
            here.put("connection", About(key, f"python3 (23821)  {ends}"), long_connection=Hit("open"))
        await here.open()
        assert [f"203.0.113.{key}:4444" in " ".join(here.listed[:3]) for key in (1, 2, 3)] == [True] * 3


async def test_lists_that_were_closed_are_let_go_with_what_they_had_drawn(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        kept: list[int] = []
        for _ in range(3):
            await here.open()
            await here.program.press("end", "space", "escape", "escape")
            gc.collect()
            kept.append(sum(isinstance(each, Strip) for each in gc.get_objects()))
        assert not any(isinstance(each, FindingsScreen) for each in gc.get_objects())
        assert kept[-1] <= kept[0] + 20, "an opening draws 250"


@pytest.mark.parametrize(("key", "why"), [("p", "hash of its program is not known"), ("u", "belongs to no unit")])
async def test_what_cannot_be_silenced_for_good_stays_and_says_why(tmp_path: Path, key: str, why: str) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_NGINX, name_mismatch=NAME)
        await here.open()
        await here.program.press(key)
        assert why in here.program.text
        assert here.marked == "nginx (812): Name of another program"


@pytest.mark.parametrize("key", ["p", "u"])
async def test_where_nothing_lasts_nothing_is_silenced_for_good_and_nothing_said_to_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        screen = await here.open()
        said: list[str] = []
        monkeypatch.setattr(screen, "_say", said.append)
        here.register.silences.lasts_not = "Nothing lasts here."
        await here.program.press(key)
        assert said == ["Nothing lasts here."]
        assert (here.written, here.listed[0]) == (None, "! high curl (4242) Executable deleted")


async def test_the_table_behind_follows_what_was_silenced(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_NGINX, name_mismatch=NAME)
        await here.tell()
        assert here.program.line_with("nginx").startswith("!")
        await here.open()
        await here.program.press("s", "escape")
        assert not here.program.line_with("nginx").startswith("!")


async def test_the_keys_stay_on_their_finding_while_others_come(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.press("down", "down")
        marked = here.marked
        here.put("process", OF_NGINX, name_mismatch=NAME, deleted_exe=DELETED, exe_place=PLACE)
        await here.tell()
        assert here.listed[0] == "! high nginx (812) Executable deleted"
        assert here.marked == marked
        assert "Findings: 2 high, 3 medium" in here.program.text


async def test_a_key_that_was_meant_for_a_finding_that_has_gone_silences_no_other(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        here.put("process", OF_CURL)
        await here.tell()
        before = here.marked
        await here.program.press("p")
        assert "is no longer found" in here.program.text
        assert here.marked == before
        assert not (tmp_path / "silences.json").exists()
        await here.program.press("s")
        assert here.marked != before


async def test_another_process_that_looks_the_same_is_another_finding(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.put("process", OF_CURL, deleted_exe=DELETED)
        await here.open()
        here.put("process", OF_CURL)
        here.put("process", About((CURL.pid, 950.0), OF_CURL.name, OF_CURL.digest), deleted_exe=DELETED)
        await here.tell()
        await here.program.press("s")
        assert "is no longer found" in here.program.text
        assert here.register.findings


async def test_a_key_after_moving_on_from_what_has_gone_is_meant(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        here.put("process", OF_CURL)
        await here.tell()
        await here.program.press("down", "s")
        assert "Silent in this run" in here.program.text


async def test_nothing_new_draws_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        drawn: list[object] = []
        monkeypatch.setattr(Options, "refresh", lambda *_, **__: drawn.append(1))
        monkeypatch.setattr(Static, "update", lambda *_, **__: drawn.append(1))
        here.screen.renew()
        await here.program.settled()
        assert drawn == []


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


async def test_keys_in_a_burst_hit_what_they_were_meant_for(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        fill(here)
        await here.open()
        await here.program.burst("\x1b[Bs\x1b")
        hushed = {rule for rule, _ in here.register.silences._now}
        assert hushed == {"name-mismatch"}
        assert isinstance(here.program.app.screen, MainScreen)


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
        assert here.listed[:2] == ["Could not be checked: 20", f"? 10 Executable in memory only {REFUSED.reason}"]
        assert here.listed[-1] == "and 8 more reasons, each of as many or fewer"
        assert len(here.listed) == 5


async def test_this_is_normal_asks_and_learns_the_rows_that_were_shown_then(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.program.app.session.bench._prepare()
        here.put("process", OF_NGINX, name_mismatch=NAME)
        mark_normal(here.program.main)
        await here.program.settled()
        assert isinstance(here.program.app.screen, QuestionScreen)
        told = " ".join(here.program.text.replace("│", " ").split())
        assert "Learn 3 rows of 2 programs" in told
        assert "1 of them is suspicious" in told
        await here.program.look(*ROWS, connection(9, remote=("203.0.113.9", 4444)))
        await here.program.press("tab", "enter")
        assert "3 rows of 2 programs are normal here from now on." in here.program.text
        assert (tmp_path / "baseline.json").exists()
        assert "203.0.113.9" not in (tmp_path / "baseline.json").read_text()


async def test_nothing_is_learned_without_a_yes(tmp_path: Path) -> None:
    async with judged(tmp_path) as here:
        here.program.app.session.bench._prepare()
        mark_normal(here.program.main)
        await here.program.settled()
        await here.program.press("enter")
        assert not (tmp_path / "baseline.json").exists()


async def test_where_nothing_is_judged_nothing_can_be_learned() -> None:
    async with live(*ROWS) as program:
        mark_normal(program.main)
        await program.settled()
        assert isinstance(program.app.screen, MainScreen)
        assert "nothing can be learned" in program.text
