from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Row
from tcpview_tui.model.toggles import TOGGLE_BY_ID
from tests.model.rows import make_row, rows


def shown(narrowing: Narrowing, row: Row) -> bool:
    passes = narrowing.passes(Context())
    return passes is None or passes(row)


def test_nothing_switched_off_asks_no_row() -> None:
    assert Narrowing().passes(Context()) is None
    assert not Narrowing()
    assert not Narrowing((), frozenset(), frozenset(), None)


@pytest.mark.parametrize(
    "narrowing",
    [
        Narrowing((parse(""),)),
        Narrowing(off=frozenset({"udp"})),
        Narrowing(states=frozenset({State.NONE})),
        Narrowing(since=0),
    ],
)
def test_each_way_to_narrow_counts(narrowing: Narrowing) -> None:
    assert narrowing
    assert narrowing.passes(Context()) is not None


def test_states_and_kinds_that_are_off_are_hidden() -> None:
    listening = make_row("0.0.0.0:22", None, state=State.LISTEN)
    assert not shown(Narrowing(states=frozenset({State.LISTEN})), listening)
    assert not shown(Narrowing(off=frozenset({"listeners"})), listening)
    assert shown(Narrowing(off=frozenset({"udp", "ipv6"}), states=frozenset({State.NONE})), listening)


@pytest.mark.parametrize(("touched", "expected"), [(0, False), (3, False), (4, True)])
def test_only_what_was_touched_after_the_mark_is_shown(touched: int, expected: bool) -> None:
    assert shown(Narrowing(since=3), make_row(touched=touched)) is expected


def test_every_filter_must_match() -> None:
    row = make_row("10.0.0.5:22", "192.0.2.7:50000")
    both = Narrowing((parse("lport:22"), parse("rport:50000")))
    assert shown(both, row)
    assert not shown(both, make_row("10.0.0.5:22", "192.0.2.7:50001"))
    assert not shown(both, make_row("10.0.0.5:23", "192.0.2.7:50000"))


def test_a_filter_sees_the_time_and_the_names_of_now() -> None:
    row = make_row(first_seen=100.0)
    for text, facts in (("age>60", {"now": 1000.0}), ("host:example", {"names": {"192.0.2.7": "www.example.org"}})):
        narrowing = Narrowing((parse(text),))
        there: Any = facts
        before, after = (narrowing.passes(context) for context in (Context(now=100.0), replace(Context(), **there)))
        assert before
        assert not before(row)
        assert after
        assert after(row)


def test_a_narrowing_says_what_its_filters_need() -> None:
    plain, timed, named = parse("rport:443"), parse("age>1m"), parse("host:example")
    assert not Narrowing((plain,)).volatile
    assert not Narrowing((plain,)).needs_names
    assert Narrowing((plain, timed)).volatile
    assert Narrowing((plain, named)).needs_names
    assert not Narrowing(off=frozenset({"udp"}), since=1).volatile


def _lets_through(narrowing: Narrowing) -> Callable[[Row], bool]:
    """Return the promise of the class in plain words."""
    context = Context()

    def told(row: Row) -> bool:
        if any(TOGGLE_BY_ID[kind].covers(row) for kind in narrowing.off) or row.connection.state in narrowing.states:
            return False
        late = narrowing.since is None or row.touched > narrowing.since
        return late and all(query.matches(row, context) for query in narrowing.queries)

    return told


NARROWINGS = st.builds(
    Narrowing,
    st.lists(st.sampled_from(["is:listening", "-is:closed", "rport<1024", "sshd"]).map(parse), max_size=2).map(tuple),
    st.frozensets(st.sampled_from(sorted(TOGGLE_BY_ID)), max_size=2),
    st.frozensets(st.sampled_from(State), max_size=3),
    st.none() | st.integers(0, 2),
)


@settings(max_examples=60)
@given(NARROWINGS, st.lists(rows(), max_size=3), st.integers(0, 3))
def test_a_row_is_shown_when_nothing_speaks_against_it(narrowing: Narrowing, some: list[Row], touched: int) -> None:
    told = _lets_through(narrowing)
    assert (narrowing.passes(Context()) is None) is not bool(narrowing)
    for row in (replace(each, touched=touched) for each in some):
        assert shown(narrowing, row) is told(row)
