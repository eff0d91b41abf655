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
    *limits.ALWAYS,
)

OF_SOURCES = (
    sources.ownerless(2),
    sources.paths(2),
    sources.processes(2),
    sources.OTHER_NAMESPACES,
    sources.SHARED,
    sources.tables("raw", "no such table"),
    sources.without_events("no tracefs"),
    sources.flood(1, 2, 3),
    sources.unheard(3),
    sources.fallback("no such protocol"),
)


@pytest.mark.parametrize("problem", [*TOLD, *OF_SOURCES, sources.namespaces(2, "not permitted")])
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
    assert (
        limits.polling(1.0, 1234).summary == "sampling every 1 s: shorter connections can be missed, 1,234 TCP so far"
    )
    assert limits.polling(1.0, None, of_tcp=False).summary == "sampling every 1 s: shorter UDP sockets can be missed"
    assert sources.flood(0, 2, 0).summary == "2 short connections dropped"
