"""Days: runs of them behave as the sets they stand for, and are spelled so that people can read them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.baseline.days import Seen, Spans, anywhere, day, parsed, see, spelled, total, union, without
from tests.fakes import EPOCH

ORDINALS = st.integers(1, 40) | st.integers(1, 3_652_059)


def runs(ordinals: set[int]) -> Spans:
    return union((), tuple((each, each) for each in ordinals))


def members(spans: Spans) -> set[int]:
    return {each for first, last in spans for each in range(first, last + 1)}


@given(st.sets(ORDINALS), st.sets(ORDINALS))
def test_a_union_is_that_of_the_sets(one: set[int], other: set[int]) -> None:
    both = union(runs(one), runs(other))
    assert members(both) == one | other
    assert total(both) == len(one | other)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(both))


@given(st.sets(st.integers(1, 60)), st.integers(1, 60), st.integers(0, 20))
def test_what_is_without_is_the_difference_of_the_sets(days: set[int], first: int, more: int) -> None:
    assert members(without(runs(days), first, first + more)) == days - set(range(first, first + more + 1))


@given(st.sets(ORDINALS, min_size=1))
def test_what_is_spelled_is_read_again(days: set[int]) -> None:
    assert parsed(spelled(runs(days))) == runs(days)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 30), st.integers(0, 5))))
def test_what_is_seen_is_what_was_said(told: list[tuple[str, int, int]]) -> None:
    seen: Seen = {}
    for host, first, more in told:
        see(seen, host, first, first + more)
    expected = {each for _, first, more in told for each in range(first, first + more + 1)}
    assert members(anywhere(seen)) == expected


def test_a_day_begins_at_midnight_utc_and_has_a_date_however_far() -> None:
    first = date(2026, 1, 1).toordinal()
    assert [day(EPOCH - 0.001), day(EPOCH), day(EPOCH + 86_399.9), day(EPOCH + 86_400)] == [
        first - 1, first, first, first + 1,
    ]  # fmt: skip
    assert spelled(((day(-1e18), day(1e18)),)) == "0001-01-01..9999-12-31"


def test_it_is_spelled_for_people() -> None:
    first = date(2026, 11, 1).toordinal()
    assert spelled(((first, first + 4), (first + 8, first + 8))) == "2026-11-01..2026-11-05 2026-11-09"


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2026-11-01 ", "2026-11-02..2026-11-01", "..2026-11-01"]
)
def test_what_is_no_day_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parsed(text)
