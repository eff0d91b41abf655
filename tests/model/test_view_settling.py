"""While the person moves, or the view is frozen, no row changes its place."""

from __future__ import annotations

from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import parse
from tcpview_tui.model.settling import SETTLE
from tests.fakes import connection
from tests.model.screen import Screen


def test_rows_keep_their_places_while_the_person_moves() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (2, 4, 6)))
    screen.move(1)
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (1, 2, 3, 4)))
    assert screen.keys == [2, 4, 6]
    assert screen.row(2).is_closed
    assert screen.view.unsettled_for(screen.clock.monotonic()) == SETTLE
    screen.wait(SETTLE)
    assert screen.keys == [1, 2, 3, 4, 6]
    assert screen.view.cursor == 4
    assert screen.view.unsettled_for(screen.clock.monotonic()) is None


def test_a_filter_while_rows_keep_their_places_sees_what_they_are_now() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.move(0)
    screen.look(connection(1), connection(2, State.CLOSE_WAIT))
    screen.narrow(parse("state:close-wait"))
    assert screen.keys == [2]


def test_a_row_that_comes_in_the_middle_of_a_sort_is_sorted_with_the_rest() -> None:
    screen = Screen()
    screen.look(connection(1))
    screen.move(0)
    screen.look(connection(1), connection(2, owners=()))
    screen.view.sort(Order((By("pid"),)))
    assert screen.keys == [1, 2]


def _frozen_on_a_closed_row() -> Screen:
    screen = Screen()
    screen.look(connection(1), connection(2), connection(3))
    screen.move(0)
    screen.wait(SETTLE)
    screen.look(connection(2), connection(3))
    screen.wait(60)
    screen.live.hold()
    screen.view.freeze()
    return screen


def test_moving_in_a_frozen_view_takes_no_line_away() -> None:
    screen = _frozen_on_a_closed_row()
    assert screen.keys == [1, 2, 3]
    screen.move(2)
    screen.wait(60)
    assert screen.keys == [1, 2, 3]
    screen.live.release()
    screen.view.thaw(screen.live.rows)
    assert screen.keys == [2, 3]


def test_names_that_arrive_take_no_line_out_of_a_frozen_view() -> None:
    screen = _frozen_on_a_closed_row()
    screen.move(2)
    screen.view.sort(Order())
    screen.view.rejoin(screen.clock.monotonic() + SETTLE, sort=True)
    assert set(screen.keys) == {1, 2, 3}


def test_names_that_arrive_move_no_row_while_the_person_moves() -> None:
    screen = Screen()
    screen.look(connection(1, remote=("9.9.9.9", 1)), connection(2, remote=("8.8.8.8", 1)))
    screen.view.sort(Order((By("host"),)))
    before = screen.keys
    screen.move(1)
    screen.view.context = Context(0.0, {"9.9.9.9": "b", "8.8.8.8": "a"})
    screen.view.rejoin(screen.clock.monotonic(), sort=True)
    assert screen.keys == before == [1, 2]
    screen.clock.advance(SETTLE)
    screen.view.settle(screen.clock.monotonic())
    assert screen.keys == [2, 1]


def test_freeze_keeps_every_line_and_thaw_shows_all() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.live.hold()
    screen.view.freeze()
    before = list(screen.view.rows())
    screen.look(connection(2, State.CLOSE_WAIT), connection(3))
    screen.wait(100)
    assert list(screen.view.rows()) == before
    screen.view.sort(Order((By("rport"),)))
    screen.narrow(parse("rport:443"))
    assert sorted(screen.keys, key=str) == [1, 2]
    screen.live.release()
    screen.view.thaw(screen.live.rows)
    assert sorted(screen.keys, key=str) == [1, 2, 3]
