from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.model.census import Census
from tcpview_tui.model.connection import Connection, Direction, Key, Namespace, State
from tcpview_tui.model.diff import diff
from tests.fakes import connection, listener


def census(*connections: Connection) -> Census:
    made = Census()
    made.take(diff({}, {each.key: each for each in connections}))
    return made


def udp(key: Key, port: int, remote: tuple[str, int] | None = None) -> Connection:
    return connection(key, State.NONE, ("10.0.0.5", port), remote, transport="udp")


INCOMING = connection(9, local=("10.0.0.5", 80))
OUTGOING = connection(9, local=("10.0.0.5", 50000))


@pytest.mark.parametrize(
    ("there", "seen", "direction"),
    [
        ((), listener(1, 80), "listening"),
        ((), udp(1, 53), "listening"),
        ((), OUTGOING, "out"),
        ((listener(1, 80),), INCOMING, "in"),
        ((listener(1, 80),), OUTGOING, "out"),
        ((listener(1, 80, address="127.0.0.1"),), INCOMING, "out"),  # it cannot have taken a call to 10.0.0.5
        ((listener(1, 80, address="10.0.0.5"),), INCOMING, "in"),
        ((listener(1, 80, address="::"),), INCOMING, "in"),
        ((replace(listener(1, 80), namespace=Namespace(7)),), INCOMING, "out"),
        ((replace(listener(1, 80), namespace=Namespace(7)),), replace(INCOMING, namespace=Namespace(7)), "in"),
        ((udp(1, 80),), INCOMING, "out"),
        ((udp(1, 53),), udp(9, 53, ("192.0.2.7", 5000)), "in"),
        ((listener(1, 53),), udp(9, 53, ("192.0.2.7", 5000)), "out"),
    ],
)
def test_a_listener_on_its_port_means_that_the_other_end_called(
    there: tuple[Connection, ...], seen: Connection, direction: Direction
) -> None:
    assert census(*there).direction(seen) == direction


def test_a_port_is_listened_on_until_the_last_listener_is_gone() -> None:
    one, other = listener(1, 80), listener(2, 80, address="::")
    made = census(one, other)
    made.take(diff({1: one, 2: other}, {2: other}))
    assert made.direction(INCOMING) == "in"
    made.take(diff({2: other}, {}))
    assert made.direction(INCOMING) == "out"


def test_a_socket_that_stops_listening_counts_no_more() -> None:
    before, after = udp(1, 53), udp(1, 53, ("192.0.2.7", 5000))
    made = census(before)
    made.take(diff({1: before}, {1: after}))
    assert made.direction(udp(2, 53, ("192.0.2.7", 5001))) == "out"


CONNECTIONS = st.one_of(
    st.builds(listener, st.integers(0, 5), st.integers(1, 3)),
    st.builds(udp, st.integers(0, 5), st.integers(1, 3), st.none() | st.just(("192.0.2.7", 5))),
    st.builds(connection, st.integers(0, 5), st.sampled_from(State), st.tuples(st.just("::1"), st.integers(1, 3))),
)
LOOKS = st.lists(st.lists(CONNECTIONS, max_size=6).map(lambda some: {each.key: each for each in some}), max_size=5)


@settings(max_examples=60)
@given(LOOKS, CONNECTIONS)
def test_counts_by_differences_are_those_of_counting_anew(looks: list[dict[Key, Connection]], seen: Connection) -> None:
    made, before = Census(), dict[Key, Connection]()
    for look in looks:
        made.take(diff(before, look))
        before = look
        assert +made.states == Counter(each.state for each in look.values())
        assert all(number >= 0 for number in made.states.values())
        assert made.direction(seen) == census(*look.values()).direction(seen)
