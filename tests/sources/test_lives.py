"""Lives from state changes: late ports, two who connect at once, lost ends, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.model.process import Process
from tcpview_tui.sources.lives import Life, Lives
from tcpview_tui.sources.trace_line import Transition
from tcpview_tui.sources.witness import Caller

FAR = Endpoint("192.0.2.7", 443)


def here(port: int) -> Endpoint:
    return Endpoint("10.0.0.5", port)


def step(port: int, old: State, new: State, pid: int = 1, call: bool = True, at: float = 1.0) -> Transition:
    return Transition(at, pid, "curl", call, 4, here(port), FAR, old, new)


def connect(pid: int, at: float = 1.0) -> Transition:
    return step(0, State.CLOSED, State.SYN_SENT, pid, at=at)


def answered(port: int, pid: int = 0, call: bool = False) -> Transition:
    return step(port, State.SYN_SENT, State.ESTABLISHED, pid, call)


def ended(port: int) -> Transition:
    return step(port, State.LAST_ACK, State.CLOSED, 0, False, 9.0)


def take(made: Lives, *steps: Transition) -> None:
    for each in steps:
        made.take(each, Caller(Process(each.pid, None, each.name)) if made.asks(each) else None)


def run(*steps: Transition) -> list[Life]:
    made = Lives()
    take(made, *steps)
    return made.fetch()


def followed(made: Lives) -> int:
    """How many there are: open, connecting, or finished."""
    return len(made._open) + made._portless_count + len(made._finished)


def pid(life: Life) -> int | None:
    return life.process.pid if life.process else None


def test_a_socket_gets_its_port_after_it_began_to_connect() -> None:
    (life,) = run(connect(7), answered(5000), ended(5000))
    assert (life.local, life.opened_at, life.closed_at, life.direction, pid(life)) == (here(5000), 1.0, 9.0, "out", 7)


def test_two_that_connect_to_one_end_at_once_are_not_told_apart_by_guess() -> None:
    assert {pid(life) for life in run(connect(7), connect(8), answered(1), answered(2), ended(1), ended(2))} == {None}


def test_of_unsure_ones_the_namespace_is_known_where_all_agree() -> None:
    connects = [(connect(number), 100) for number in (7, 8)]
    both = [(answered(1), None), (answered(2), None), (ended(1), None), (ended(2), None)]
    assert {life.namespace for life in in_places(*connects, *both).fetch()} == {100}
    other = (connect(9), 200)
    assert [life.namespace for life in in_places(*connects, both[0], other, *both[1:]).fetch()] == [100, None]


def test_one_that_connects_beside_unsure_ones_is_unsure_too() -> None:
    three = connect(7), connect(8), answered(1), connect(9), answered(2), answered(3)
    assert {pid(life) for life in run(*three, ended(1), ended(2), ended(3))} == {None}


def test_who_connects_first_is_answered_first_however_many_wait() -> None:
    made = Lives()
    times = [float(number) for number in range(20_000)]
    take(made, *(connect(7 + number % 2, at) for number, at in enumerate(times)))
    take(made, *(answered(1 + number) for number in range(20_000)))
    assert [made._open[here(1 + number), FAR].opened_at for number in range(20_000)] == times


def test_the_name_of_an_unsure_one_comes_when_it_closes() -> None:
    closing = step(1, State.ESTABLISHED, State.FIN_WAIT_1, 8)
    assert [pid(life) for life in run(connect(7), connect(8), answered(1), closing, ended(1))] == [8]


def test_one_that_is_answered_in_its_own_call_is_known() -> None:
    found = run(connect(7), connect(8), answered(1, 8, call=True), answered(2), ended(1), ended(2))
    assert [pid(life) for life in found] == [8, 7]


def test_a_connect_that_found_no_free_port_leaves_nothing() -> None:
    made = Lives()
    take(made, connect(7), step(0, State.SYN_SENT, State.CLOSED, 7))
    assert followed(made) == 0


def test_one_that_was_refused_never_was_open_and_one_that_was_answered_was() -> None:
    refused, answered_one = (connect(7), step(5, State.SYN_SENT, State.CLOSED, 7, at=2.0)), (answered(6), ended(6))
    lives = run(*refused, connect(8), *answered_one)
    assert [(pid(life), life.state, life.closed_at) for life in lives] == [
        (7, State.SYN_SENT, 2.0),
        (8, State.CLOSED, 9.0),
    ]


def test_after_a_gap_nobody_is_named_for_another() -> None:
    made = Lives()
    take(made, connect(7))
    made.gap()
    take(made, answered(1))
    life = made.opened(here(1), FAR)
    assert life
    assert (life.process, life.opened_at) == (None, None)


def test_one_older_than_the_trace_has_an_end_but_no_beginning() -> None:
    (life,) = run(ended(5))
    assert (life.opened_at, life.closed_at, life.direction) == (None, 9.0, None)


def test_the_next_socket_between_the_same_ends_closes_one_whose_end_was_lost() -> None:
    made = Lives()
    accepted = step(5, State.LISTEN, State.SYN_RECEIVED, call=False)
    take(made, accepted)
    made.gap()
    take(made, accepted._replace(at=2.0), ended(5))
    times = [(life.opened_at, life.closed_at, life.state) for life in made.fetch()]
    assert times == [(1.0, None, State.CLOSED), (2.0, 9.0, State.CLOSED)]


def in_places(*steps: tuple[Transition, int | None]) -> Lives:
    """Lives after changes, each with the namespace that it was made in."""
    made = Lives()
    for each, place in steps:
        made.take(each, Caller(Process(each.pid, None, each.name), place) if made.asks(each) else None)
    return made


BOUND = step(5, State.CLOSED, State.SYN_SENT), step(5, State.SYN_SENT, State.ESTABLISHED, call=False)
LATE = connect(7), answered(5)
ACCEPTED = step(5, State.LISTEN, State.SYN_RECEIVED, call=False), step(5, State.SYN_RECEIVED, State.ESTABLISHED)


@pytest.mark.parametrize("opens", [BOUND, LATE, ACCEPTED])
def test_of_two_between_the_same_ends_in_two_namespaces_nobody_is_given_what_is_the_others(
    opens: tuple[Transition, ...],
) -> None:
    both = [(each, place) for place in (100, 200) for each in opens]
    made = in_places(*both, (ended(5), None))
    assert made.opened(here(5), FAR) is None
    take(made, ended(5)._replace(at=10.0))
    found = made.fetch()
    assert [(life.opened_at, life.closed_at, pid(life), life.namespace) for life in found] == [
        (None, 9.0, None, None),
        (None, 10.0, None, None),
    ]
    assert all(life.sharers for life in found)
    take(made, *LATE, ended(5))
    assert [(life.opened_at, life.closed_at, life.sharers) for life in made.fetch()] == [(1.0, 9.0, 0)]


def test_of_two_in_one_namespace_the_end_of_the_first_was_lost() -> None:
    found = in_places(*((each, 100) for each in (*LATE, *LATE, ended(5)))).fetch()
    assert [(life.opened_at, life.closed_at, life.sharers) for life in found] == [(1.0, None, 0), (1.0, 9.0, 0)]


def test_a_refused_one_ends_alone_where_another_has_its_ends() -> None:
    refused = connect(8), step(5, State.SYN_SENT, State.CLOSED, 8)
    made = in_places(*((each, 100) for each in LATE), *((each, 200) for each in refused), (ended(5), None))
    assert [(life.closed_at, bool(life.sharers)) for life in made.fetch()] == [(1.0, True), (9.0, True)]


def test_an_accepted_one_belongs_to_who_closes_it_and_not_to_whom_the_interrupt_fell_upon() -> None:
    accepted = step(5, State.LISTEN, State.SYN_RECEIVED, 3, call=False)
    (life,) = run(accepted, step(5, State.CLOSE_WAIT, State.LAST_ACK, 4), ended(5))
    assert (life.direction, pid(life)) == ("in", 4)


steps = st.builds(step, st.integers(0, 30), st.sampled_from(State), st.sampled_from(State), st.integers(1, 3))


@given(st.lists(steps, max_size=300))
def test_nothing_grows_without_bound(some: list[Transition]) -> None:
    made = Lives(limit=5)
    take(made, *some)
    assert followed(made) <= 15
    assert len(made.fetch()) <= 5


def test_what_does_not_fit_is_counted() -> None:
    made = Lives(limit=5)
    take(made, *(ended(port) for port in range(1, 9)))
    assert (made.dropped, [life.local.port for life in made.fetch()]) == (3, [4, 5, 6, 7, 8])


def test_an_open_one_that_does_not_fit_loses_its_beginning_and_is_told_all_the_same() -> None:
    made = Lives(limit=5)
    for port in range(1, 9):
        take(made, connect(7), answered(port))
    take(made, ended(1), ended(8))
    found = made.fetch()
    assert [(life.local.port, life.opened_at, life.closed_at) for life in found] == [(1, None, 9.0), (8, 1.0, 9.0)]
    assert made.dropped == 0


def test_connecting_ones_that_do_not_fit_are_told_all_the_same() -> None:
    made = Lives(limit=2)
    take(made, *(connect(7) for _ in range(3)), *(answered(port) for port in (1, 2)), *(ended(port) for port in (1, 2)))
    assert (made.dropped, [life.local.port for life in made.fetch()]) == (0, [1, 2])


def test_a_process_is_asked_for_only_where_it_is_wanted() -> None:
    made = Lives()
    closing = step(1, State.ESTABLISHED, State.FIN_WAIT_1, 8)
    assert made.asks(connect(7))
    assert made.asks(closing), "older than the trace: who closes it is all that can be known"
    assert not made.asks(closing._replace(is_call=False))
    take(made, connect(7), answered(1))
    assert not made.asks(closing), "it is known who connected"


def test_a_life_whose_end_was_lost_does_not_name_the_next() -> None:
    made = Lives()
    take(made, connect(7, at=1.0), answered(5000))
    made.gap()  # its end is lost
    take(made, connect(8, at=5.0), answered(5000), ended(5000))
    last = made.fetch()[-1]
    assert (pid(last), last.opened_at) == (8, 5.0)


def test_nor_is_the_one_after_told_to_have_begun_before() -> None:
    made = Lives()
    take(made, connect(7, at=1.0), answered(5000))
    made.gap()
    take(made, connect(8, at=5.0), answered(5000), ended(5000))
    take(made, connect(8, at=100.0), answered(5001), ended(5001))
    assert made.fetch()[-1].opened_at == 100.0
