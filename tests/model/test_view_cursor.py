"""The cursor stays on its row, and what is under it stays too."""

from __future__ import annotations

from tcpview_tui.model.connection import State
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import parse
from tcpview_tui.model.settling import SETTLE
from tests.fakes import connection, listener
from tests.model.screen import Screen


def test_the_cursor_stays_on_its_connection() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in range(5, 10)))
    screen.move(2)
    screen.wait(SETTLE)
    assert screen.view.cursor == 7
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in range(10)))
    assert screen.view.cursor == 7
    screen.view.sort(Order((By("rport", reverse=True),)))
    current = screen.view.current
    assert current is not None
    assert current.key == 7
    assert screen.keys[screen.view.cursor_line] == 7


def test_a_closed_row_stays_while_the_cursor_is_on_it() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.move(0)
    screen.wait(SETTLE)
    screen.look(connection(2))
    screen.wait(60)
    assert screen.keys == [1, 2]
    screen.move(1)
    screen.wait(SETTLE)
    assert screen.keys == [2]


def test_a_cursor_nobody_has_moved_does_not_keep_a_closed_row() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.look(connection(2))
    screen.wait(3)
    assert screen.keys == [2]
    assert screen.view.cursor == 2


def test_no_ghost_stays_when_the_cursor_is_moved_by_a_filter() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in range(1, 6)))
    screen.move(1)
    screen.wait(SETTLE)
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (1, 3, 4, 5)))
    screen.wait(60)
    assert screen.keys == [1, 2, 3, 4, 5]
    screen.narrow(parse("-rport:2"))
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (1, 4, 5)))
    screen.wait(60)
    screen.narrow()
    screen.move(0)
    screen.wait(SETTLE)
    assert screen.keys == [1, 4, 5]


def test_a_chosen_row_stays_when_the_filter_matches_it_no_more_until_the_cursor_leaves() -> None:
    screen = Screen()
    screen.look(connection(1))
    screen.look(connection(1), connection(2), connection(3))
    screen.narrow(parse("is:new"))
    screen.move(1)
    screen.wait(10)
    assert screen.keys == [3]
    screen.look(connection(1), connection(2), connection(3), connection(4))
    screen.move(1)
    screen.wait(SETTLE)
    assert screen.keys == [4]


def test_a_row_that_goes_from_under_the_cursor_is_not_followed_by_the_next_at_once() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.look(connection(2))
    screen.wait(3)
    assert screen.view.cursor == 2
    assert screen.view.slipped(screen.clock.monotonic())
    screen.clock.advance(SETTLE)
    assert not screen.view.slipped(screen.clock.monotonic())


def test_a_chosen_row_that_should_stand_elsewhere_goes_there_when_the_cursor_leaves() -> None:
    screen = Screen()
    screen.look(connection(1), listener(2, 80), listener(3, 81))
    screen.move(0)
    screen.look(connection(1, State.TIME_WAIT, owners=()), listener(2, 80), listener(3, 81))
    screen.wait(60)
    assert screen.keys == [1, 2, 3]
    assert screen.row(0).connection.state is State.TIME_WAIT
    screen.move(1)
    screen.wait(SETTLE)
    assert screen.keys == [2, 3, 1]
    assert screen.view.cursor == 2
