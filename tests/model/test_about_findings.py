from __future__ import annotations

import pytest

from tcpview_tui.findings.finding import Finding, Unchecked
from tcpview_tui.findings.rule import Severity
from tcpview_tui.findings.table import BY_ID, RULES
from tcpview_tui.model.about_findings import about_findings, about_rule, about_unchecked, explained, title_of
from tcpview_tui.model.facts import Fact, Section
from tcpview_tui.text import local_time
from tcpview_tui.tui.facts import LABEL_WIDTH, lay_out
from tcpview_tui.tui.glyphs import UNICODE
from tcpview_tui.tui.theme import PALETTES

DELETED = Finding(
    "deleted-exe", "Executable deleted", Severity.HIGH,
    "started from /dev/shm/.x, deleted since 14:02:11; connected to 203.0.113.7:4444 9 s after start", "",
    (4242, 900.0), "curl (4242)", 1000.0, "ab" * 32, "session-3.scope",
)  # fmt: skip
LONG = Finding(
    "long-connection", "has been open for more than a day", Severity.LOW, "open since 3 days", "Backups look so.",
    7, "curl (4242)  10.0.0.5:50000 - 192.0.2.7:443", 1000.0,
)  # fmt: skip


def by_label(facts: tuple[Fact, ...]) -> dict[str, Fact]:
    return {each.label: each for each in facts}


def lines(*sections: Section, width: int = 80) -> list[str]:
    drawn = lay_out(sections, width, PALETTES["dark"], UNICODE)
    return ["".join(text for text, _ in line) for line in drawn]


def test_without_findings_there_is_no_section() -> None:
    assert about_findings(()) == ()
    assert about_unchecked((), BY_ID) == ()


def test_findings_are_told_in_their_order_each_with_its_evidence_and_what_speaks_against_it() -> None:
    (section,) = about_findings((DELETED, LONG))
    assert section.title == "Findings (2)"
    assert [(each.label, each.value) for each in section.facts] == [
        ("high", DELETED.title),
        ("Evidence", DELETED.sentence),
        ("Against", "nothing in this case that the rule knows of"),
        ("low", LONG.title),
        ("Evidence", LONG.sentence),
        ("Against", LONG.against),
    ]
    assert [(each.label, each.head) for each in section.facts if each.head] == [("high", "grave"), ("low", "light")]


@pytest.mark.parametrize(
    ("severity", "head"), [(Severity.HIGH, "grave"), (Severity.MEDIUM, "grave"), (Severity.LOW, "light")]
)
def test_what_marks_a_row_stands_out_here_too(severity: Severity, head: str) -> None:
    (section,) = about_findings((LONG._replace(severity=severity),))
    assert (section.facts[0].label, section.facts[0].head) == (severity.label, head)


def test_the_gravest_finding_is_whole_in_the_seven_lines_of_a_small_pane() -> None:
    seen = [line.split() for line in lines(*about_findings((DELETED, LONG)))[:6]]
    told = " ".join(word for line in seen[2:4] for word in line if word != "Evidence")
    assert told == DELETED.sentence
    assert [line[0] for line in seen] == ["Findings", "high", "Evidence", "203.0.113.7:4444", "Against", "low"]


def test_what_could_not_be_checked_is_told_by_reason_and_never_as_a_fact() -> None:
    answers = [
        Unchecked(("deleted-exe", "memfd-exe"), "not permitted", (1, 1.0), "x"),
        Unchecked(("deleted-exe",), "not permitted", (2, 1.0), "z"),
        Unchecked(("upload",), "not counted", 7, "y"),
    ]
    (section,) = about_unchecked(answers, BY_ID)
    assert section.title == "Not checked (4)"
    first, second = section.facts
    assert (first.label, first.value) == (
        "2 rules",
        "Executable deleted, Executable in memory only: not permitted",
    )
    assert second.label == "1 rule"
    assert second.value.endswith(": not counted")
    assert first.quiet
    assert second.quiet


def test_an_explanation_has_all_that_the_rule_declares() -> None:
    facts, rule = by_label(explained(DELETED, BY_ID)), BY_ID["deleted-exe"]
    assert facts["Found"].value == DELETED.sentence
    assert facts["About"].value == DELETED.name
    assert facts["Since"].value == local_time(1000.0)
    assert facts["Against"].quiet
    assert facts["False alarms"].value == rule.benign
    assert facts["Reads"].value == rule.reads
    assert "https://attack.mitre.org/techniques/T1070/004" in facts["Technique"].value
    assert f"version {rule.version}" in facts["Rule"].value
    assert "finding:deleted-exe" in facts["Rule"].value
    assert facts["SHA-256"].value == "ab" * 32
    assert facts["Unit"].value == "session-3.scope"


def test_what_is_not_known_of_a_finding_is_said_to_be_unknown() -> None:
    facts = by_label(explained(LONG, BY_ID))
    assert facts["SHA-256"].quiet
    assert facts["Unit"].quiet
    assert facts["Against"].value == LONG.against


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_explained_with_labels_that_fit(rule: object) -> None:
    for each in about_rule(rule.id, BY_ID):  # type: ignore[attr-defined]
        assert each.value
        assert len(each.label) <= LABEL_WIDTH


def test_a_rule_that_is_not_known_is_told_by_its_id() -> None:
    assert title_of("gone", BY_ID) == "gone"
    assert about_rule("gone", BY_ID) == (Fact("Rule", "gone"),)


@pytest.mark.parametrize("width", [20, 41, 80, 120])
def test_prose_keeps_every_word_and_takes_no_line_more_than_it_needs(width: int) -> None:
    path = "/srv/" + "x" * 50
    section = Section("", (Fact("a", f"runs {path} now", lines=20, prose=True), Fact("b", "end")))
    drawn = lines(section, width=width)[1:]
    assert drawn[-1].split() == ["b", "end"]
    assert all(len(line) <= width for line in drawn)
    told = "".join(line[LABEL_WIDTH + 2 :].replace(" ", "") for line in drawn[:-1])
    assert told == f"runs{path}now"
    assert all(line[LABEL_WIDTH + 2 :].strip() for line in drawn[:-1])


def test_prose_that_is_too_long_says_so() -> None:
    drawn = lines(Section("", (Fact("a", "word " * 100, lines=2, prose=True),)), width=40)
    assert len(drawn) == 3
    assert drawn[-1].rstrip().endswith("…")
