"""Lives and connections, matched: each life is told once, at the right connection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Connection, Endpoint, Key, State
from tcpview_tui.sources.brief import Brief, Told, completed
from tcpview_tui.sources.lives import Life
from tests.fakes import CURL, NGINX, connection

HERE, THERE = Endpoint("10.0.0.5", 50000), Endpoint("93.184.216.34", 443)


def life(opened: float | None, closed: float | None, port: int = 50000, far: Endpoint = THERE) -> Life:
    return Life(4, Endpoint("10.0.0.5", port), far, opened, closed, None, "out", CURL, State.CLOSED)


def row(key: str, state: State = State.ESTABLISHED, port: int = 50000) -> Connection:
    return connection(key, state, ("10.0.0.5", port))


def settle(brief: Brief, *gone: Connection) -> Told:
    return brief.settle(gone, dict)


def times(told: Told) -> list[tuple[float | None, float]]:
    return [(passed.connection.opened_at, passed.closed_at) for passed in told.passed]


def test_a_connection_that_is_gone_ended_when_its_life_did() -> None:
    brief = Brief()
    brief.take([life(1.0, 2.0)])
    assert settle(brief, row("a")) == Told({"a": 2.0}, ())


def test_a_life_that_no_look_saw_has_passed_and_is_told_once() -> None:
    brief = Brief()
    brief.take([life(1.0, 2.0)])
    (passed,) = settle(brief).passed
    told = passed.connection
    assert (told.local, told.remote, told.owners, told.direction) == (HERE, THERE, (CURL,), "out")
    assert (told.opened_at, passed.closed_at) == (1.0, 2.0)
    assert settle(brief) == Told({}, ())


def test_what_was_there_before_had_the_first_life_and_what_waits_now_the_last() -> None:
    brief = Brief()
    brief.take([life(1.0, 2.0), life(3.0, 4.0), life(5.0, 6.0)])
    assert brief.of(row("now", State.TIME_WAIT)) == life(5.0, 6.0)
    told = settle(brief, row("before"))
    assert told.ended == {"before": 2.0}
    assert times(told) == [(3.0, 4.0)]


def test_a_life_that_ended_during_the_look_before_is_not_told_again() -> None:
    brief = Brief()
    settle(brief, row("a"))
    brief.take([life(1.0, 2.0), life(3.0, 4.0)])
    assert times(settle(brief)) == [(3.0, 4.0)]


def test_nor_is_it_given_to_who_follows_between_the_same_ends() -> None:
    brief = Brief()
    settle(brief, row("a"))
    brief.take([life(1.0, 2.0), life(3.0, 4.0)])
    assert settle(brief, row("b")) == Told({"b": 4.0}, ())


def test_a_life_that_came_too_late_for_its_waiting_row_has_not_passed() -> None:
    brief = Brief()
    assert brief.of(row("a", State.TIME_WAIT)) is None
    settle(brief)
    brief.take([life(1.0, 2.0)])
    assert settle(brief) == Told({}, ())


def test_what_is_owed_is_forgotten_after_one_look() -> None:
    brief = Brief()
    settle(brief, row("a"))
    brief.take([])
    settle(brief)
    brief.take([life(1.0, 2.0)])
    assert times(settle(brief)) == [(1.0, 2.0)]


def test_a_row_that_has_waited_out_takes_no_other_life() -> None:
    brief = Brief()
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
    brief = Brief()
    settle(brief, other)
    brief.take([life(1.0, 2.0)])
    told = settle(brief, other)
    assert (told.ended, times(told)) == ({}, [(1.0, 2.0)])


def test_a_life_without_an_end_or_a_beginning() -> None:
    brief = Brief()
    brief.take([life(1.0, None), life(None, 4.0, 50001), life(9.0, 8.0, 50002)])
    assert times(settle(brief)) == [(4.0, 4.0), (8.0, 8.0)]


def test_an_accepted_life_without_a_process_had_the_listeners() -> None:
    brief = Brief()
    accepted = replace(life(1.0, 2.0), direction="in", process=None)
    brief.take([accepted, replace(accepted, local=Endpoint("10.0.0.5", 1)), replace(accepted, direction="out")])
    told = brief.settle((), lambda: {50000: (NGINX,)})
    assert sorted(len(passed.connection.owners) for passed in told.passed) == [0, 0, 1]


def test_who_listens_is_not_asked_when_nothing_has_passed() -> None:
    def nobody() -> dict[int, tuple[()]]:
        raise AssertionError("asked")

    brief = Brief()
    brief.take([life(1.0, 2.0)])
    brief.settle([row("a")], nobody)


@given(st.lists(st.tuples(st.lists(st.integers(0, 3), max_size=6), st.sets(st.integers(0, 3))), max_size=6))
def test_every_life_is_told_once_or_was_owed(looks: list[tuple[list[int], set[int]]]) -> None:
    brief = Brief()
    owed: set[int] = set()
    keys: set[Key] = set()
    for number, (ports, gone) in enumerate(looks):
        brief.take([life(float(turn), turn + 0.5, port) for turn, port in enumerate(ports)])
        told = settle(brief, *(row(f"{number} {port}", port=port) for port in gone))
        left = {port: ports.count(port) - (port in owed) for port in set(ports)}
        assert len(told.ended) == sum(left.get(port, 0) > 0 for port in gone)
        assert len(told.passed) == sum(max(count - (port in gone), 0) for port, count in left.items())
        assert keys.isdisjoint(passed.connection.key for passed in told.passed)
        keys |= {passed.connection.key for passed in told.passed}
        owed = {port for port in gone if left.get(port, 0) <= 0}


def test_a_connection_is_completed_with_its_life() -> None:
    bare = replace(row("a"), owners=())
    assert completed(bare, None) is bare
    found = completed(bare, life(1.0, None))
    assert (found.opened_at, found.direction, found.past_owners) == (1.0, "out", (CURL,))
    owned = completed(row("a"), life(1.0, None))
    assert (owned.owners, owned.past_owners) == ((CURL,), ())
    assert completed(replace(bare, direction="in"), replace(life(1.0, None), direction=None)).direction == "in"
