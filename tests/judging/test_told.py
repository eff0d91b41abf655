from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.rule import Hit, Rule, Severity, Whom
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging import told as module
from tcpview_tui.judging.told import Told
from tcpview_tui.judging.verdict import Verdict
from tests.fakes import EPOCH

RULE: Rule[Any] = Rule("scan", 1, "Scan", "activity", "", Severity.MEDIUM, "T1046", "", lambda _: None)
OTHER: Rule[Any] = Rule("flood", 1, "Flood", "activity", "", Severity.LOW, "T1110", "", lambda _: None)


class Board:
    """What is told, and a register that hears of it."""

    def __init__(self) -> None:
        self.told, self.register = Told(), Register(Silences(None))

    def put(
        self, sentence: str, subject: str, *places: str, rule: Rule[Any] = RULE, severity: Severity | None = None
    ) -> None:
        self.hear(
            self.told.put(
                rule, Hit(sentence, "", severity, Whom(subject, subject, places)), Whom(subject, subject, places)
            )
        )

    def hear(self, verdicts: Iterator[Verdict]) -> None:
        for of, about, answers in verdicts:
            self.register.put(of, about, answers, EPOCH)

    def at(self, place: str) -> list[str]:
        return [each.sentence for each in self.register.at(("activity", place))]

    @property
    def listed(self) -> list[str]:
        return [each.sentence for each in self.register.findings]


def test_what_is_found_of_several_stands_at_each_and_is_listed_once() -> None:
    board = Board()
    board.put("one", "family", "a", "b")
    assert (board.at("a"), board.at("b"), board.at("c"), board.listed) == (["one"], ["one"], [], ["one"])


def test_of_several_who_become_more_the_last_word_is_listed_and_counts_once() -> None:
    board = Board()
    board.put("30 by 3", "family", "a", "b", "c")
    board.put("300 by 5", "family", "d", "e")
    assert board.listed == ["300 by 5"]
    board.register.silences.hush(board.register.findings[0])
    assert (board.listed, board.register.hidden) == ([], 1)


def test_the_gravest_stays_and_of_what_is_about_the_same_the_last() -> None:
    board = Board()
    board.put("one", "a", "a")
    board.put("two", "a", "a")
    board.put("light", "a", "a", severity=Severity.LOW)
    board.put("of others, too", "family", "a", "b")
    assert (board.at("a"), board.at("b")) == (["two"], ["of others, too"])
    board.put("grave", "family", "a", "c", severity=Severity.HIGH)
    assert (board.at("a"), board.at("b"), board.at("c")) == (["grave"], ["of others, too"], ["grave"])


def test_what_different_rules_have_found_stands_side_by_side() -> None:
    board = Board()
    board.put("scan", "a", "a")
    board.put("flood", "a", "a", rule=OTHER)
    assert board.at("a") == ["scan", "flood"]
    board.hear(board.told.drop("scan", "a"))
    assert board.at("a") == ["flood"]


def test_of_too_many_the_first_and_the_last_bear_it_and_the_list_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLACES", 3)
    board = Board()
    for number in range(9):
        board.put(f"up to {number}", "family", str(number))
    assert [place for place in map(str, range(9)) if board.at(place)] == ["0", "7", "8"]
    assert board.at("0") == ["up to 8"]
    assert len(board.register.findings) == 1


def test_many_places_of_one_finding_push_out_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    board = Board()
    board.put("quiet", "one", "x")
    board.put("loud", "family", *map(str, range(50)))
    board.hear(board.told.shed())
    assert sorted(board.listed) == ["loud", "quiet"]
    for name in ("second", "third"):
        board.put(name, name, name)
    board.hear(board.told.shed())
    assert sorted(board.listed) == ["loud", "second", "third"]
    assert len(board.told) == 3
