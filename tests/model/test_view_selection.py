"""What is selected is what the person selected, whatever comes in between."""

from __future__ import annotations

from tcpview_tui.model.query import parse
from tcpview_tui.model.settling import SETTLE
from tests.fakes import connection, listener
from tests.model.screen import Screen


def test_what_comes_between_selected_rows_is_not_selected() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (1, 3, 5)))
    screen.move(0)
    screen.view.select(1, screen.clock.monotonic())
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (1, 2, 3, 5)))
    screen.wait(SETTLE)
    assert screen.keys == [1, 2, 3, 5]
    assert [row.key for row in screen.view.targets()] == [1, 3]


def test_shift_selects_only_with_shift_and_v_with_every_move() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in range(5)))
    screen.move(0)
    screen.view.select(1, screen.clock.monotonic())
    screen.move(3)
    assert screen.view.selection.keys == {0, 1}
    screen.view.begin_selection()
    screen.move(4)
    assert screen.view.selection.keys == {0, 1, 3, 4}


def test_rows_that_came_between_two_moves_are_not_selected_by_the_second() -> None:
    screen = Screen()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (2, 8, 9)))
    screen.move(0)
    screen.view.begin_selection()
    screen.move(1)
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in (2, 3, 4, 5, 8, 9)))
    screen.wait(SETTLE)
    screen.move(5)
    assert screen.view.selection.keys == {2, 8, 9}


def test_select_all_leaves_out_what_is_pinned_against_the_filter() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.view.pin([3])
    screen.narrow(parse("curl"))
    screen.view.select_all()
    assert screen.keys == [3, 1, 2]
    assert {row.key for row in screen.view.targets()} == {1, 2}


def test_a_selection_begun_where_nobody_moved_the_cursor_stays_with_its_row() -> None:
    screen = Screen()
    screen.look(connection(5, remote=("203.0.113.1", 5)))
    assert screen.view.begin_selection()
    screen.look(*(connection(n, remote=("203.0.113.1", n)) for n in range(1, 6)))
    screen.wait(60)
    assert screen.view.is_chosen
    assert screen.view.cursor == 5
    screen.view.go_home(screen.clock.monotonic())
    assert [row.key for row in screen.view.targets()] == [1, 2, 3, 4, 5]
