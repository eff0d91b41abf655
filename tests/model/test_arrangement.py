from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.arrangement import LEAST, MOST, Arrangement
from tcpview_tui.model.columns import BY_ID, COLUMNS

IDS = [column.id for column in COLUMNS]
NAMES = st.sampled_from(IDS) | st.text(max_size=5)
REMEMBERED = st.builds(
    Arrangement.of, st.lists(NAMES), st.sets(NAMES), st.dictionaries(NAMES, st.integers(-1000, 1000))
)
STEPS = st.lists(
    st.tuples(st.just("toggled"))
    | st.tuples(st.just("moved"), st.integers(-20, 20))
    | st.tuples(st.just("widened"), st.none() | st.integers(-1000, 1000)),
    max_size=20,
)


def test_by_default_all_columns_are_shown_in_their_order() -> None:
    assert Arrangement().shown == COLUMNS
    assert Arrangement.of([]) == Arrangement()


@given(REMEMBERED, STEPS, st.data())
def test_whatever_is_done_every_column_is_there_once_and_one_is_shown(
    arrangement: Arrangement, steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    for method, *value in steps:
        arrangement = getattr(arrangement, method)(data.draw(st.sampled_from(IDS)), *value)
    assert sorted(arrangement.order) == sorted(IDS)
    assert arrangement.shown
    assert arrangement.off < BY_ID.keys()
    assert all(name in BY_ID and LEAST <= cells <= MOST for name, cells in arrangement.widths)
    assert hash(arrangement) == hash(Arrangement.of(arrangement.order, arrangement.off, dict(arrangement.widths)))


@given(REMEMBERED)
def test_a_remembered_arrangement_comes_back(arrangement: Arrangement) -> None:
    assert Arrangement.of(arrangement.order, arrangement.off, dict(arrangement.widths)) == arrangement


def test_a_file_of_another_version_keeps_what_is_known() -> None:
    arrangement = Arrangement.of(["flag", "state", "process", "state"], ["flag", "pid"], {"flag": 3, "cmd": 40})
    assert arrangement.order[:3] == ("state", "dir", "local")
    assert arrangement.order[-5:] == ("process", "pid", "user", "service", "proto")
    assert arrangement.off == {"pid"}
    assert arrangement.widths == (("cmd", 40),)


@given(st.sampled_from(IDS))
def test_switching_twice_changes_nothing_and_the_last_column_stays(name: str) -> None:
    assert Arrangement().toggled(name).off == {name}
    assert Arrangement().toggled(name).toggled(name) == Arrangement()
    alone = Arrangement.of(IDS, set(IDS) - {name})
    assert alone.toggled(name) == alone
    assert Arrangement.of(IDS, IDS) == Arrangement()


@given(st.sampled_from(IDS), st.integers(-20, 20))
def test_moving_keeps_within_the_ends_and_the_others_in_their_order(name: str, step: int) -> None:
    moved = Arrangement().moved(name, step)
    assert moved.order.index(name) == max(0, min(IDS.index(name) + step, len(IDS) - 1))
    assert [each for each in moved.order if each != name] == [each for each in IDS if each != name]


def test_a_width_is_bounded_and_given_back() -> None:
    assert Arrangement().widened("pid", 1).width("pid") == LEAST
    assert Arrangement().widened("pid", 10**9).width("pid") == MOST
    assert Arrangement().widened("pid", 9).widened("pid", None) == Arrangement()
    assert Arrangement().widened("cmd", 9).widened("pid", 9) == Arrangement().widened("pid", 9).widened("cmd", 9)
