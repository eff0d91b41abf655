from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings import marked as module
from tcpview_tui.findings.marked import Marked
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.register import About, Place, Register, subjects
from tcpview_tui.findings.rule import MARKED, Hit, Rule, Severity
from tcpview_tui.findings.silences import Silences
from tcpview_tui.model.row import Row
from tests.fakes import CURL, EPOCH, NGINX
from tests.judging.cases import row

RULES: dict[Severity, Rule[object]] = {
    severity: Rule(severity.label, 1, severity.label, "process", "", severity, "T1014", "", lambda _: None)
    for severity in Severity
}

PAIR = pair_of(row(1, CURL))
assert PAIR is not None

keys, severities = st.integers(1, 6), st.none() | st.sampled_from(Severity)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("open"), keys, st.sampled_from([CURL, NGINX])),
        st.tuples(st.just("gone"), keys, st.none()),
        st.tuples(st.just("connection"), keys, severities),
        st.tuples(st.just("process"), st.sampled_from([CURL.identity, NGINX.identity]), severities),
        st.tuples(st.just("activity"), st.sampled_from([PAIR, CURL.identity, NGINX.identity, "something"]), severities),
        st.tuples(st.just("machine"), st.sampled_from([("sniffer", CURL.identity), ("hidden-socket", 1)]), severities),
        st.tuples(st.just("hush"), st.integers(0, 3), st.none()),
    ),
    max_size=30,
)


@given(steps)
def test_it_counts_the_rows_that_bear_the_mark_whatever_comes_and_goes(steps: list[tuple[Any, Any, Any]]) -> None:
    register, rows = Register(Silences(None)), dict[object, Row]()
    marked = Marked(register)
    for what, whom, fact in steps:
        if what == "open":
            rows[whom] = row(whom, fact)
            marked.take({whom: rows[whom]})
        elif what == "gone":
            rows.pop(whom, None)
            marked.take({whom: None})
        elif what == "hush":
            for finding in register.findings[whom : whom + 1]:
                register.silences.hush(finding)
        else:
            answers = [(RULES[fact], Hit("x"))] if fact else []
            register.put(what, About(whom, "x"), answers, EPOCH)
        if what not in ("open", "gone"):
            marked.renew(rows)
        bearing = [each for each in rows.values() if any(found.severity >= MARKED for found in register.of(each))]
        assert marked.rows == len(bearing)
        assert bool(marked) == any(found.severity >= MARKED for found in register.findings)


def test_what_is_found_of_the_machine_is_something_found_and_of_no_row() -> None:
    register = Register(Silences(None))
    marked = Marked(register)
    register.put("machine", About(None, "this machine"), [(RULES[Severity.HIGH], Hit("x"))], EPOCH)
    marked.renew({1: row(1)})
    assert (bool(marked), marked.rows) == (True, 0)


def test_rows_are_counted_anew_only_when_what_marks_them_differs() -> None:
    register = Register(Silences(None))
    marked = Marked(register)
    there: dict[object, Row] = {1: row(1)}
    for sentence, rows in (("a", there), ("b", {})):
        register.put("process", About(CURL.identity, "curl"), [(RULES[Severity.HIGH], Hit(sentence))], EPOCH)
        marked.renew(rows)
        assert marked.rows == 1
    marked.take({1: None})
    assert marked.rows == 0


def test_only_rows_are_weighed_that_a_finding_touches(monkeypatch: pytest.MonkeyPatch) -> None:
    register, weighed = Register(Silences(None)), list[object]()

    def counted(of: Row) -> Iterator[Place]:
        weighed.append(of.key)
        return subjects(of)

    monkeypatch.setattr(module, "subjects", counted)
    rows: dict[object, Row] = {key: row(key, CURL if key < 3 else NGINX) for key in range(9)}
    marked = Marked(register)
    for key in range(9):
        register.put("connection", About(key, "row"), [(RULES[Severity.LOW], Hit("x"))], EPOCH)
    marked.renew(rows)
    assert (weighed, marked.rows) == ([], 0)
    register.put("process", About(CURL.identity, "curl"), [(RULES[Severity.HIGH], Hit("x"))], EPOCH)
    register.put("connection", About(5, "row"), [(RULES[Severity.HIGH], Hit("x"))], EPOCH)
    marked.renew(rows)
    assert (sorted(map(str, weighed)), marked.rows) == (["0", "1", "2", "5"], 4)
