"""How facts are laid out in lines, and that a whole text leaves nothing out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tcpview_tui.model.columns import Context
from tcpview_tui.model.details import details
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.row import Row
from tcpview_tui.tui.facts import LABEL_WIDTH, lay_out, whole
from tcpview_tui.tui.glyphs import ASCII, UNICODE
from tests.fakes import CURL
from tests.model.rows import make_process, make_row, rows
from tests.tui.pane import DARK, SEEN, pane, text_of, watch

if TYPE_CHECKING:
    from tcpview_tui.tui.facts import Pieces

FIXED_LINES = 1 + 10 + 1 + 1 + 14 + 2
"""Two titles, the facts of both sections with two of two lines, and the line between them."""


@given(rows(), st.integers(1, 200), st.booleans())
def test_labels_stand_on_the_same_lines_whatever_is_missing(row: Row, width: int, seen: bool) -> None:
    usual = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL)
    inspection = Inspection.without(row.owner.identity, Absence.REFUSED) if seen and row.owner else None
    drawn = text_of(details(row, [row], inspection, Context(2e9), ()), width)
    expected = text_of(details(usual, [usual], SEEN, Context(1090.0), ()), width)
    column = slice(0, LABEL_WIDTH + 2)
    assert [line[column] for line in drawn[:FIXED_LINES]] == [line[column] for line in expected[:FIXED_LINES]]


def test_a_command_line_has_two_lines_and_the_rest_is_cut() -> None:
    for words, first, second in (
        ("short", "short", ""),
        ("x" * 20 + "y" * 5, "x" * 20, "y" * 5),
        ("x" * 20 + "y" * 50, "x" * 20, "y" * 19 + "…"),
        ("日" * 15, "日" * 10, "日" * 5),
    ):
        section = Section("Process", (Fact("Command", words, lines=2), Fact("PID", "7")))
        drawn = text_of((section,), 20 + LABEL_WIDTH + 3)[1:]
        assert [line[LABEL_WIDTH + 2 :].strip() for line in drawn] == [first, second, "7"]


def test_why_something_is_unknown_breaks_at_its_spaces() -> None:
    owner = fact("Owner", None, "unknown: told to its user and to root only", 2)
    section = Section("Process", (owner, fact("Pid", "7")))
    drawn = text_of((section,), 28 + LABEL_WIDTH + 3)[1:]
    told = ["unknown: told to its user", "and to root only", "7"]
    assert [line[LABEL_WIDTH + 2 :].strip() for line in drawn] == told


def test_the_whole_text_leaves_nothing_out() -> None:
    owner = make_process(command_line="x " * 2000, executable="[red]/usr/bin/é[/]")
    row = make_row("10.0.0.5:1", None, owner)
    sections = details(row, [row], None, Context(), ())
    for width in (20, 41, 96):
        lines = ["".join(text for text, _ in line) for line in whole(sections, width, DARK, UNICODE)]
        assert all(cell_len(line) <= width for line in lines)
        told = "".join("".join(lines).split())
        for each in (each for section in sections for each in section.facts):
            assert "".join(f"{each.label}{each.value}".split()) in told
    assert all(text.isascii() for line in whole(sections, 41, DARK, ASCII) for text, _ in line)


GRAVE = Fact("high", "Executable deleted", head="grave")
FOUND = Section(
    "Findings", (GRAVE, Fact("Evidence", "x"), Fact("low", "Unpacked", head="light"), Fact("Evidence", "y"))
)


def test_what_begins_a_finding_stands_out_by_its_word_and_by_its_paint() -> None:
    head, _, light, _ = lay_out((FOUND,), 80, DARK, UNICODE)[1:]
    assert [text for text, _ in head] == [" high ", " " * (LABEL_WIDTH - 4), "Executable deleted"]
    assert [paint for _, paint in head] == [DARK.suspicious, DARK.row, f"bold {DARK.row}"]
    assert (light[0], light[2]) == ((" low ", DARK.quiet), ("Unpacked", f"bold {DARK.row}"))


def test_a_pane_has_no_line_to_spare_between_findings_and_a_dialog_has() -> None:
    assert [line[0][0].strip() for line in lay_out((FOUND,), 80, DARK, UNICODE)][3:] == ["low", "Evidence"]
    assert [line[0][0].strip() for line in whole((FOUND,), 80, DARK, UNICODE)][3:] == ["", "low", "Evidence"]


@pytest.mark.parametrize("width", range(1, 60, 7))
@pytest.mark.parametrize("lay", [lay_out, whole])
def test_titles_of_findings_begin_below_each_other_at_any_width(lay: Callable[..., list[Pieces]], width: int) -> None:
    (head,) = (line for line in lay((FOUND,), width, DARK, ASCII) if line[0][0] == " high ")
    assert cell_len(head[0][0] + head[1][0]) == LABEL_WIDTH + 2


async def test_of_a_finding_that_becomes_another_only_its_words_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pane() as (app, pilot):
        app.pane.show(1, "row", (FOUND,))
        await pilot.pause()
        asked = watch(app, monkeypatch)
        app.pane.show(1, "row", (replace(FOUND, facts=(replace(GRAVE, label="low", head="light"), *FOUND.facts[1:])),))
        ((word,),) = asked
        assert (word.x, word.width, word.height) == (0, len(" high "), 1)
