"""Lives and connections, matched: each life is told once, at the right connection."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Family, Key, Namespace, State, Unowned
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Ending
from tcpview_tui.sources.brief import OWED_LOOKS, Brief, Told, completed
from tcpview_tui.sources.lives import Life
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection, listener

OWN = 1
HERE, THERE = Endpoint("10.0.0.5", 50000), Endpoint("93.184.216.34", 443)


def life(opened: float | None, closed: float | None, port: int = 50000, far: Endpoint = THERE) -> Life:
    return Life(4, Endpoint("10.0.0.5", port), far, opened, closed, "out", CURL, State.CLOSED)


def row(key: str, state: State = State.ESTABLISHED, port: int = 50000) -> Connection:
    return connection(key, state, ("10.0.0.5", port))


def settle(brief: Brief, *gone: Connection) -> Told:
    return brief.settle(gone, tuple)


def times(told: Told) -> list[tuple[float | None, float]]:
    return [(passed.connection.opened_at, passed.closed_at) for passed in told.passed]


def test_a_connection_that_is_gone_ended_when_its_life_did() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    assert settle(brief, row("a")) == Told({"a": Ending(2.0)}, ())


def test_a_life_that_no_look_saw_has_passed_and_is_told_once() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    (passed,) = settle(brief).passed
    told = passed.connection
    assert (told.local, told.remote, told.owners, told.direction) == (HERE, THERE, (CURL,), "out")
    assert (told.opened_at, passed.closed_at) == (1.0, 2.0)
    assert settle(brief) == Told({}, ())


def test_what_was_there_before_had_the_first_life_and_what_waits_now_the_last() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0), life(3.0, 4.0), life(5.0, 6.0)])
    assert brief.of(row("now", State.TIME_WAIT)) == life(5.0, 6.0)
    told = settle(brief, row("before"))
    assert told.ended == {"before": Ending(2.0)}
    assert times(told) == [(3.0, 4.0)]


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


def test_a_row_that_has_waited_out_takes_no_other_life() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(5.0, 6.0)])
    told = settle(brief, row("a", State.TIME_WAIT))
    assert (told.ended, times(told)) == ({}, [(5.0, 6.0)])
    brief.take([life(7.0, 8.0)])
    assert times(settle(brief)) == [(7.0, 8.0)]


@pytest.mark.parametrize(
    "other",
    [
        connection("udp", State.NONE, HERE, THERE, transport="udp"),
        connection("listener", State.LISTEN, HERE, None),
        row("elsewhere", port=50001),
    ],
)
def test_other_connections_have_no_part_in_it(other: Connection) -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, other)
    brief.take([life(1.0, 2.0)])
    told = settle(brief, other)
    assert (told.ended, times(told)) == ({}, [(1.0, 2.0)])


def test_a_life_without_an_end_or_a_beginning() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, None), life(None, 4.0, 50001), life(9.0, 8.0, 50002)])
    assert times(settle(brief)) == [(None, 4.0), (8.0, 8.0)]


def accepted_by(*listening: Connection, family: Family = 4) -> tuple[Process, ...]:
    """Return who is told to have accepted a life at 10.0.0.5:50000, when all that is known is who listens."""
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), family=family, direction="in", process=None)])
    (passed,) = brief.settle((), lambda: listening).passed
    return passed.connection.owners


def test_an_accepted_life_without_a_process_had_the_listeners() -> None:
    brief = Brief(FakeClock(), OWN)
    accepted = replace(life(1.0, 2.0), direction="in", process=None)
    brief.take([accepted, replace(accepted, local=Endpoint("10.0.0.5", 1)), replace(accepted, direction="out")])
    told = brief.settle((), lambda: [listener("a", 50000)])
    assert sorted(len(passed.connection.owners) for passed in told.passed) == [0, 0, 1]


def test_the_listener_at_the_address_comes_before_one_for_every_address() -> None:
    near, every = listener("a", 50000, (CURL,), "10.0.0.5"), listener("b", 50000)
    assert accepted_by(near, every) == accepted_by(every, near) == (CURL,)
    assert accepted_by(listener("c", 50000, address="10.0.0.6")) == ()
    assert accepted_by(listener("c", 50000, (CURL,), "::"), every) == (NGINX,)
    assert accepted_by(listener("c", 50000, (CURL,), "::")) == (CURL,)
    assert accepted_by(every, family=6) == ()


def test_nobody_is_named_where_several_listen_or_several_namespaces_disagree() -> None:
    own, elsewhere = listener("a", 50000), replace(listener("b", 50000), namespace=Namespace(7))
    other = replace(listener("c", 50000, (CURL,), "10.0.0.5"), namespace=Namespace(7))
    assert accepted_by(own, elsewhere) == (NGINX,)
    assert accepted_by(own, other) == ()
    assert accepted_by(own, listener("d", 50000, (CURL,))) == ()


def test_who_listens_is_not_asked_when_nothing_has_passed() -> None:
    def nobody() -> list[Connection]:
        raise AssertionError("asked")

    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    brief.settle([row("a")], nobody)


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


def test_a_connection_is_completed_with_its_life() -> None:
    bare = replace(row("a"), owners=())
    assert completed(bare, None, None) is bare
    found = completed(bare, None, life(1.0, None))
    assert (found.opened_at, found.direction, found.past_owners) == (1.0, "out", (CURL,))
    owned = completed(row("a"), None, life(1.0, None))
    assert (owned.owners, owned.past_owners) == ((CURL,), ())
    turned = completed(replace(bare, direction="in"), None, replace(life(1.0, None), direction=None))
    assert turned.direction == "in"


def test_what_was_known_before_stays_and_what_was_not_is_learned() -> None:
    bare = replace(row("a"), owners=())
    known = replace(bare, opened_at=1.0, direction="in", past_owners=(NGINX,))
    assert completed(bare, known, None) == known
    assert completed(bare, known, replace(life(5.0, None), direction=None)) == known
    assert completed(bare, bare, life(5.0, None)) == completed(bare, None, life(5.0, None))


ELSEWHERE = OWN + 6


@pytest.mark.parametrize("is_before", [True, False])
def test_a_life_goes_to_the_connection_in_its_namespace(is_before: bool) -> None:
    own, away = replace(life(1.0, 2.0), namespace=OWN), replace(life(3.0, 4.0), namespace=ELSEWHERE)
    brief = Brief(FakeClock(), OWN)
    brief.take([away, own] if is_before else [own, away])
    told = settle(brief, row("a"))
    assert told.ended == {"a": Ending(2.0)}
    assert [passed.connection.namespace for passed in told.passed] == [Namespace(ELSEWHERE)]
    brief.take([away, own] if is_before else [own, away])
    waits = replace(row("b", State.TIME_WAIT), namespace=Namespace(ELSEWHERE))
    assert brief.of(waits) == away


def test_a_life_of_an_unknown_namespace_fits_better_than_one_of_another_and_that_better_than_none() -> None:
    brief = Brief(FakeClock(), OWN)
    away = replace(life(3.0, 4.0), namespace=ELSEWHERE)
    brief.take([away, life(1.0, 2.0)])
    assert settle(brief, row("a")).ended == {"a": Ending(2.0)}
    brief.take([away])
    assert settle(brief, row("b")) == Told({"b": Ending(4.0)}, ())


@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize(("place", "told"), [(None, UNKNOWN_NAMESPACE), (OWN, None), (ELSEWHERE, Namespace(ELSEWHERE))])
def test_what_has_passed_is_where_its_process_was(place: int | None, told: Namespace | None, is_alone: bool) -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), namespace=place)])
    (passed,) = brief.settle((), tuple, is_alone).passed
    assert passed.connection.namespace == (None if place is None and is_alone else told)


def test_of_what_shared_its_ends_only_the_end_is_told_and_only_where_that_is_no_guess() -> None:
    brief = Brief(FakeClock(), OWN)
    shared = Life(4, HERE, THERE, None, 2.0, state=State.CLOSED, sharers=2)
    brief.take([shared, replace(shared, closed_at=3.0)])
    told = settle(brief, row("a"))
    assert told.ended == {}
    (passed,) = told.passed
    assert (passed.closed_at, passed.connection.opened_at, passed.connection.owners) == (3.0, None, ())
    assert passed.connection.namespace == UNKNOWN_NAMESPACE


def test_an_accepted_life_is_where_the_only_one_listens_that_fits() -> None:
    away = replace(listener("a", 50000, (CURL,)), namespace=Namespace(ELSEWHERE))
    accepted = replace(life(1.0, 2.0), direction="in", process=None)

    def told(*listening: Connection, place: int | None = None) -> tuple[Namespace | None, tuple[Process, ...]]:
        brief = Brief(FakeClock(), OWN)
        brief.take([replace(accepted, namespace=place)])
        (passed,) = brief.settle((), lambda: listening).passed
        return passed.connection.namespace, passed.connection.owners

    assert told(away) == (Namespace(ELSEWHERE), (CURL,))
    assert told(away, listener("b", 50000)) == (UNKNOWN_NAMESPACE, ())
    assert told(away, listener("b", 50000), place=ELSEWHERE) == (Namespace(ELSEWHERE), (CURL,))
    assert told(away, listener("b", 50000), place=OWN) == (None, (NGINX,))


def test_a_gone_row_learns_who_had_it_from_its_life_or_else_from_who_listens() -> None:
    bare = replace(row("a"), owners=())

    def told(gone: Connection, *lives: Life) -> Ending | None:
        brief = Brief(FakeClock(), OWN)
        brief.take(lives)
        return brief.settle([gone], lambda: [listener("l", 50000)]).ended.get("a")

    accepted = replace(life(1.0, 2.0), direction="in", process=None)
    assert told(bare, life(1.0, 2.0)) == Ending(2.0, (CURL,))
    assert told(bare, accepted) == Ending(2.0, (NGINX,))
    assert told(replace(bare, direction="in")) == Ending(None, (NGINX,))
    assert told(replace(bare, direction="out")) is None
    assert told(replace(bare, direction="in", past_owners=(CURL,))) is None
    assert told(row("a"), accepted) == Ending(2.0)


def test_whose_other_end_had_closed_is_told() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), has_fin=True), replace(life(3.0, 4.0, 7), has_fin=True), life(5.0, 6.0, 8)])
    told = settle(brief, row("a"))
    assert told.fins == {"a", *(each.connection.key for each in told.passed if each.connection.local.port == 7)}
    assert settle(brief).fins == set()


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
