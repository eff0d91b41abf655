from __future__ import annotations

import pytest

from tcpview_tui.model import limits
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.sources import limits as sources

TOLD = (
    limits.behind(2.5, 1.0),
    limits.polling(1.0),
    limits.dropped(3),
    limits.names("no DNS server"),
    limits.memory("The file is damaged."),
    limits.judged("the baseline could not be read", "The baseline is damaged."),
    limits.places(["geo.mmdb is 3 days old."]),
    limits.rules_failed({"beacon": 2, "deleted-exe": 1}),
    *limits.ALWAYS,
)

OF_SOURCES = (
    sources.ownerless(2),
    sources.paths(2),
    sources.processes(2),
    sources.OTHER_NAMESPACES,
    sources.HELD_NAMESPACES,
    sources.COUNTERS,
    sources.SHARED,
    sources.tables("raw", "no such table"),
    sources.without_events("no tracefs"),
    sources.flood(1, 2, 3),
    sources.unheard(3),
    sources.fallback("no such protocol"),
)


@pytest.mark.parametrize("problem", [*TOLD, *OF_SOURCES, *sources.namespaces([OSError(1, "not permitted")], 2)])
def test_a_limit_says_what_and_why_in_sentences(problem: Problem) -> None:
    assert problem.summary
    assert problem.detail.endswith(".")


def test_each_limit_has_a_code_of_its_own_and_no_code_is_idle() -> None:
    codes = [problem.code for problem in TOLD]
    of_sources = {problem.code for problem in OF_SOURCES} | {Code.LOOK_FAILED}
    assert len(set(codes)) == len(codes)
    assert set(codes) | of_sources == set(Code)


def test_the_figures_are_told() -> None:
    behind, polling, dropped, names = TOLD[:4]
    assert behind.summary == "sampling is behind: a look every 2.5 s, the interval is 1 s"
    assert polling.summary == "sampling every 1 s: shorter connections can be missed"
    assert dropped.summary == "3 closed rows given up"
    assert limits.dropped(1).summary == "1 closed row given up"
    assert names.summary == "no DNS server"


def test_an_estimate_and_what_remains_are_told() -> None:
    counted = limits.polling(1.0, 1234)
    assert counted.summary == "sampling every 1 s: shorter connections can be missed, 1,234 TCP so far"
    assert "is an estimate" in counted.detail
    assert limits.polling(1.0, tcp="always").summary == "sampling every 1 s: shorter UDP sockets can be missed"
    assert sources.flood(0, 2, 0).summary == "2 short connections dropped"


@pytest.mark.parametrize(("tcp", "missed"), [("at looks", None), ("ending", None), ("ending", 0), ("always", 7)])
def test_without_a_number_nothing_is_called_an_estimate(tcp: limits.TcpSeen, missed: int | None) -> None:
    problem = limits.polling(1.0, missed, tcp)
    assert "so far" not in problem.summary
    assert "estimate" not in problem.detail


def test_who_hears_of_connections_that_end_is_not_told_that_they_are_missed() -> None:
    heard = limits.polling(1.0, 3, "ending")
    assert heard.summary == "sampling every 1 s: shorter UDP sockets can be missed, 3 TCP so far"
    assert "opens and closes between two looks is not seen" not in heard.detail
    assert "as they end" in heard.detail


def test_what_failed_or_was_lost_comes_before_what_is_never_seen() -> None:
    codes = list(Code)
    failures = {Code.LOOK_FAILED, Code.TABLES, Code.FLOOD, Code.UNHEARD, Code.BEHIND, Code.DROPPED}
    assert set(codes[: len(failures)]) == failures


def test_rules_that_failed_are_named_and_counted() -> None:
    failed = limits.rules_failed({"scan": 2, "beacon": 1_000})
    assert failed.summary == "2 rules failed"
    assert failed.detail.endswith("Failed were: beacon (1000), scan (2).")
    assert limits.rules_failed({"scan": 7}).summary == "1 rule failed"


def test_what_is_not_judged_is_told_as_it_was_said() -> None:
    told = limits.judged("reputation lists are not used", "One is damaged.", "Another cannot be read.")
    assert (told.summary, told.detail) == ("reputation lists are not used", "One is damaged. Another cannot be read.")
