"""A baseline for people: what was seen least stands at the top."""

from __future__ import annotations

from hypothesis import given

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.told import HEADING, told
from tcpview_tui.model.column import Context
from tcpview_tui.text import safe
from tests.fakes import EPOCH
from tests.findings.baseline.lessons import DAY, baselines, being, joined_with, lesson, listening, talk
from tests.model.rows import make_process


def test_what_was_seen_least_is_at_the_top_with_its_days() -> None:
    often = lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"), days=range(14))
    once = lesson(talk("203.0.113.7:4444", make_process(executable="/tmp/x")), days=(3,))
    lines = list(told(often.joined(once), EPOCH + 20 * DAY))
    assert lines[0] == "Learned on 14 days from 1 host: 2026-01-01..2026-01-14"
    assert lines[1] == "3 programs; look first at what was seen least:"
    assert lines[3].split()[:4] == list(HEADING[:4])
    assert " ".join(lines[4].split()) == "1 1 2026-01-04 2026-01-04 talks to 203.0.113.0/24 tcp/4444 /tmp/x"
    assert [line.split()[0] for line in lines[5:]] == ["14", "14"]


def test_its_age_and_what_was_sent_are_told() -> None:
    row, baseline = talk("192.0.2.7:443"), Baseline()
    baseline.learn([row], joined_with(row, 2048), "web1", EPOCH)
    lines = list(told(baseline, EPOCH + 94 * DAY))
    assert lines[1] == "The baseline was learned 94 days ago. What updates have changed since is outside of it."
    assert " 2.0k " in lines[-1]


def test_what_a_program_was_is_told_so_that_one_of_a_single_day_is_at_the_top() -> None:
    row, baseline = talk("192.0.2.7:443"), Baseline()
    for day in range(9):
        digest_of = being(("cd" if day == 5 else "ab") * 32)
        baseline.learn([row], Context(), "web1", EPOCH + day * DAY, digest_of=digest_of)
    lines = [" ".join(line.split()) for line in told(baseline, EPOCH)]
    assert lines[4] == "1 1 2026-01-06 2026-01-06 is SHA-256 cdcdcdcdcdcdcdcd… /usr/bin/curl in session-*.scope"
    assert lines[5].startswith("8 1 2026-01-01 2026-01-09 is SHA-256 abababababababab…")


def test_an_empty_one_says_so() -> None:
    assert next(told(Baseline(), EPOCH)) == "Learned on 0 days from 0 hosts: nothing yet"


def test_a_program_that_neither_listens_nor_talks_is_shown() -> None:
    assert " is there " in list(told(lesson(listening("0.0.0.0:1", transport="raw")), EPOCH))[-1]


@given(baselines())
def test_every_line_is_one_and_safe(baseline: Baseline) -> None:
    assert all(safe(line, 100_000) == line for line in told(baseline, EPOCH))
