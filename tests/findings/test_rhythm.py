from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.rhythm import BARS, rhythm, sparkline

PUBLISHED = [
    ([60] * 9, 0.0, 0, 1.0),
    ([98, 99, 99, 100, 100, 100, 101, 101, 102], 0.0, 1, 0.995),
    ([98, 300] * 5, 0.0, 101, 0.746),
    ([1, 299, 25, 4975, 90, 2, 42, 500, 1500], 0.845, 89, 0.083),
]
series = st.lists(st.floats(0.001, 1e5), min_size=3, max_size=60)


@pytest.mark.parametrize(("intervals", "skewness", "spread", "score"), PUBLISHED)
def test_the_published_vectors_of_rita(intervals: list[float], skewness: float, spread: float, score: float) -> None:
    found = rhythm(intervals)
    assert found is not None
    assert found.skewness == pytest.approx(skewness, abs=0.001)
    assert found.spread == spread
    assert round(found.score, 3) == score


@pytest.mark.parametrize("intervals", [[], [60], [60, 60], [0, 0, 0, 0], [60, 0, 60, 0]])
def test_fewer_than_three_intervals_have_no_rhythm(intervals: list[float]) -> None:
    assert rhythm(intervals) is None


def test_openings_at_the_same_time_make_no_interval() -> None:
    assert rhythm([60, 0, 60, 0, 60]) == rhythm([60, 60, 60])


@given(series)
def test_scores_are_between_0_and_1(intervals: list[float]) -> None:
    found = rhythm(intervals)
    assert found is not None
    assert 0 <= found.steadiness <= 1
    assert 0 <= found.score <= 1
    assert -1 <= found.skewness <= 1
    assert found.bounds[0] <= found.median <= found.bounds[1]
    assert sum(found.histogram) == found.number == len(intervals)


@given(st.data(), series)
def test_the_order_of_intervals_says_nothing(data: st.DataObject, intervals: list[float]) -> None:
    assert rhythm(data.draw(st.permutations(intervals))) == rhythm(intervals)


@given(series, st.integers(-8, 8))
def test_a_slower_rhythm_is_as_regular(intervals: list[float], power: int) -> None:
    found, slower = rhythm(intervals), rhythm([each * 2.0**power for each in intervals])
    assert found is not None
    assert slower is not None
    assert slower.score == found.score
    assert slower.histogram == found.histogram


@given(st.floats(1, 1e5), st.integers(3, 60))
def test_equal_intervals_are_a_perfect_beacon(interval: float, number: int) -> None:
    found = rhythm([interval] * number)
    assert found is not None
    assert found.score == 1


@given(series)
def test_one_missed_beat_among_many_changes_no_median(intervals: list[float]) -> None:
    steady = rhythm([60.0] * (2 * len(intervals) + 1) + intervals)
    assert steady is not None
    assert (steady.median, steady.spread) == (60, 0)


def test_what_is_far_off_does_not_flatten_the_histogram() -> None:
    found = rhythm([50, 60, 60, 60, 70, 100_000])
    assert found is not None
    assert found.bounds == (50, 180)
    assert found.histogram == (4, 1, 0, 0, 0, 0, 0, 1)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=20))
def test_a_bar_is_as_high_as_its_count_and_nothing_is_flat(counts: list[int]) -> None:
    bars = sparkline(counts)
    assert len(bars) == len(counts)
    assert [bar == BARS[0] for bar in bars] == [count == 0 for count in counts]
    assert max(counts) == 0 or bars[counts.index(max(counts))] == BARS[-1]
    heights = [BARS.index(bar) for bar in bars]
    assert all(
        heights[a] <= heights[b] for a in range(len(counts)) for b in range(len(counts)) if counts[a] <= counts[b]
    )


def test_a_sparkline_in_ascii() -> None:
    assert sparkline([0, 1, 7, 3], " .:-=+*#") == " .#-"
