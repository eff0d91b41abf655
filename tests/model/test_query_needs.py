"""What a query tells of itself: on what its answers depend."""

from __future__ import annotations

import pytest

from tcpview_tui.model.columns import Context
from tcpview_tui.model.query import parse
from tests.model.rows import make_row


@pytest.mark.parametrize(
    ("text", "volatile", "needs_names"),
    [("", False, False), ("age<5", True, False), ("-(a or age<5)", True, True), ("host:x", False, True),
     ("/x/", False, True), ("port:80 is:new", True, False)],
)  # fmt: skip
def test_what_an_answer_depends_on(text: str, volatile: bool, needs_names: bool) -> None:
    query = parse(text)
    assert (query.volatile, query.needs_names) == (volatile, needs_names)


def test_a_volatile_answer_follows_the_time() -> None:
    query, row = parse("age<60"), make_row(first_seen=1000.0)
    assert query.matches(row, Context(now=1059.0))
    assert not query.matches(row, Context(now=1061.0))


def test_queries_are_equal_by_their_text() -> None:
    assert parse(" port:80 ") == parse("port:80")
    assert parse("port:80").text == "port:80"


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("not rate>1k", ("rate",)),
        ("sent>0 is:listening", ()),
        ("-is:busy or is:NEW,loopback", ("is:busy", "is:NEW")),
        ("age<60", ("age",)),
    ],
)
def test_a_query_names_what_a_single_look_cannot_answer(text: str, compares: tuple[str, ...]) -> None:
    assert parse(text).compares == compares


@pytest.mark.parametrize(("text", "named"), [("-host:foo or host:bar", ("host", "host")), ("foo remote:10.1.2.3", ())])
def test_a_query_names_the_fields_that_only_names_can_answer(text: str, named: tuple[str, ...]) -> None:
    assert parse(text).named == named


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("severity>=high -finding:beacon", ("severity", "finding")),
        ("is:Suspicious,new_to_baseline,new rate>1k", ("is:Suspicious", "is:new_to_baseline")),
        ("process:finding is:listening", ()),
    ],
)
def test_a_query_names_what_only_rules_can_answer(text: str, judged: tuple[str, ...]) -> None:
    query = parse(text)
    assert query.judged == judged
    assert set(judged) <= set(query.compares)
