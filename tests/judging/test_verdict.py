from typing import Any

import pytest

from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.judging import verdict
from tcpview_tui.judging.verdict import FAULT, News, Rules, has_hit, unknown
from tests.judging.cases import row


def raises(evidence: object) -> Answer:
    raise ValueError(evidence)


def rule(name: str, check: Any = lambda _: Hit("found")) -> Rule[Any]:
    return Rule(name, 1, "Title", "process", "", Severity.LOW, "T1014", "", check)


GOOD, BAD = rule("good"), rule("bad", raises)


def test_a_rule_that_raises_cannot_be_checked_and_the_others_answer() -> None:
    rules = Rules()
    assert list(rules.ask((BAD, GOOD), "a", 1)) == [(BAD, Unknown(FAULT.reason)), (GOOD, Hit("found"))]
    assert rules.failed == {"bad": 1}


def test_it_is_switched_off_for_that_subject_only() -> None:
    asked: list[object] = []

    def check(evidence: object) -> Answer:
        asked.append(evidence)
        return raises(evidence) if evidence == "a" else None

    moody = rule("moody", check)
    rules = Rules()
    for subject in ("a", "a", "b", "b"):
        list(rules.ask((moody,), subject, subject))
    assert asked == ["a", "b", "b"]
    assert rules.failed == {"moody": 1}


def test_who_has_the_name_of_one_that_is_gone_is_asked_about_again() -> None:
    rules = Rules()
    list(rules.ask((BAD,), "a", 1))
    rules.forget("a")
    list(rules.ask((BAD,), "a", 1))
    assert rules.failed == {"bad": 2}


def test_what_cannot_be_read_fails_all_its_rules_once() -> None:
    rules, looks = Rules(), [0, 0, 0]
    for _ in range(3):
        assert rules.read((GOOD, BAD), "a", lambda: raises(looks.pop())) is FAULT
    assert (3 - len(looks), rules.failed) == (1, {"good": 1, "bad": 1})
    assert rules.read((GOOD, BAD), "b", lambda: 5) == 5


def test_the_memory_of_what_is_switched_off_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "REMEMBERED", 3)
    rules = Rules()
    for subject in range(10):
        list(rules.ask((BAD,), subject, 1))
    assert len(rules._off) == 3
    list(rules.ask((BAD,), 9, 1))
    assert rules.failed == {"bad": 10}


def test_only_rows_that_are_there_make_a_look() -> None:
    assert News({}, {}, 0.0).is_look
    assert News({1: row(1), 2: None}, {}, 0.0).is_look
    assert not News({2: None}, {}, 0.0).is_look


def test_words_about_answers() -> None:
    assert unknown((GOOD,), "why") == [(GOOD, Unknown("why"))]
    assert has_hit([(GOOD, None), (BAD, Hit("x"))])
    assert not has_hit([(GOOD, None), (BAD, Unknown("x"))])
