"""What is owed: a connection that went before its life was told has that life later, and nobody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint, Key, State, Unowned
from tcpview_tui.model.snapshot import Ending
from tcpview_tui.sources.brief import OWED_LOOKS, Brief, Told
from tests.fakes import EPOCH, FakeClock
from tests.sources.told import OWN, life, row, settle, times


def test_a_life_that_ended_during_the_look_before_is_not_told_again() -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("a"))
    brief.take([life(1.0, 2.0), life(3.0, 4.0)])
    assert times(settle(brief)) == [(3.0, 4.0)]


def test_nor_is_it_given_to_who_follows_between_the_same_ends() -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("a"))
    brief.take([life(1.0, 2.0), life(3.0, 4.0)])
    assert settle(brief, row("b")) == Told({"b": Ending(4.0)}, ())


def test_a_life_that_came_too_late_for_its_waiting_row_has_not_passed() -> None:
    brief = Brief(FakeClock(), OWN)
    assert brief.of(row("a", State.TIME_WAIT)) is None
    settle(brief)
    brief.take([life(1.0, 2.0)])
    assert settle(brief) == Told({}, ())


@pytest.mark.parametrize(("looks", "told"), [(OWED_LOOKS, []), (OWED_LOOKS + 1, [(1.0, 2.0)])])
def test_what_is_owed_is_expected_for_some_looks(looks: int, told: list[tuple[float, float]]) -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("a"))
    for _ in range(looks - 1):
        brief.take([])
        settle(brief)
    brief.take([life(1.0, 2.0)])
    assert times(settle(brief)) == told


def test_what_is_owed_is_counted_and_paid_once() -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("a"))
    settle(brief, row("b"))
    brief.take([life(1.0, 2.0)])
    assert settle(brief) == Told({}, ())
    brief.take([life(3.0, 4.0), life(5.0, 6.0)])
    assert times(settle(brief)) == [(5.0, 6.0)]


def test_what_is_owed_has_a_bound_and_the_oldest_goes() -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("a", port=1), *(row(str(port), port=port) for port in range(2, 65_536)), row("0", port=0))
    settle(brief, replace(row("last"), remote=Endpoint("192.0.2.7", 443)))
    brief.take([life(1.0, 2.0, 1), life(3.0, 4.0, 2)])
    assert times(settle(brief)) == [(1.0, 2.0)]


def test_an_orphan_whose_life_is_told_owes_nothing_when_it_goes() -> None:
    brief = Brief(FakeClock(), OWN)
    orphan = replace(row("a", State.FIN_WAIT_2), unowned=Unowned.ENDED)
    brief.take([life(1.0, 2.0)])
    assert brief.of(orphan) == life(1.0, 2.0)
    settle(brief, orphan)
    brief.take([life(3.0, 4.0)])
    assert times(settle(brief)) == [(3.0, 4.0)]


@given(st.lists(st.tuples(st.lists(st.integers(0, 3), max_size=6), st.sets(st.integers(0, 3))), max_size=6))
def test_every_life_is_told_once_or_was_owed(looks: list[tuple[list[int], set[int]]]) -> None:
    brief = Brief(FakeClock(), OWN)
    owed: Counter[int] = Counter()
    keys: set[Key] = set()
    for number, (ports, gone) in enumerate(looks):
        brief.take([life(float(turn), turn + 0.5, port) for turn, port in enumerate(ports)])
        told = settle(brief, *(row(f"{number} {port}", port=port) for port in gone))
        happened = Counter(ports)
        left = happened - owed
        owed = owed - happened + (Counter(gone) - left)
        assert len(told.ended) == (left & Counter(gone)).total()
        assert len(told.passed) == (left - Counter(gone)).total()
        assert keys.isdisjoint(passed.connection.key for passed in told.passed)
        keys |= {passed.connection.key for passed in told.passed}


def test_a_half_open_one_that_never_was_owes_nothing() -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, row("half", State.SYN_RECEIVED))
    brief.take([life(1.0, 2.0)])
    assert times(settle(brief)) == [(1.0, 2.0)]


@pytest.mark.parametrize("state", [State.TIME_WAIT, State.ESTABLISHED])
def test_what_began_when_another_was_known_to_be_over_is_told(state: State) -> None:
    clock = FakeClock()
    brief = Brief(clock, OWN)
    brief.take([])
    if state is State.TIME_WAIT:
        brief.of(row("old", state))
    settle(brief, row("old", state))
    clock.advance(1)
    late, next_one = life(EPOCH - 5, EPOCH - 4), life(EPOCH + 0.5, EPOCH + 0.6)
    brief.take([late, next_one])
    assert times(settle(brief)) == [(next_one.opened_at, next_one.closed_at)]
