"""What stands on the lines of a view besides sorted rows: groups, pinned rows, nothing at all."""

from __future__ import annotations

from tcpview_tui.model.connection import State
from tcpview_tui.model.grouping import GROUPING_BY_ID, Group
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Mark
from tcpview_tui.model.settling import SETTLE
from tcpview_tui.model.view import View
from tests.fakes import connection, listener
from tests.model.screen import Screen


def test_an_empty_view_has_no_cursor() -> None:
    view = View()
    view.move(5, 0.0)
    assert (view.cursor, view.current, len(view)) == (None, None, 0)


def test_pinned_rows_stand_at_the_top_also_when_they_are_closed_or_filtered_out() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    assert screen.view.pin([3])
    screen.look(connection(1), connection(2))
    screen.wait(60)
    screen.narrow(parse("curl"))
    assert screen.keys == [3, 1, 2]
    assert not screen.view.pin([3])
    screen.wait(SETTLE)
    assert screen.keys == [1, 2]


def test_a_group_is_a_line_that_opens() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.view.group(GROUPING_BY_ID["process"])
    assert screen.keys == ["curl (4242)", "nginx (812)"]
    assert screen.view.current is None
    assert {row.key for row in screen.view.targets()} == {1, 2}
    assert screen.view.unfold(is_open=True)
    assert screen.keys == ["curl (4242)", 1, 2, "nginx (812)"]
    screen.move(2)
    screen.wait(SETTLE)
    screen.view.group(GROUPING_BY_ID["state"])
    group = screen.view.current_line
    assert isinstance(group, Group)
    assert group.label(screen.view.context) == State.ESTABLISHED
    screen.view.group(None)
    assert screen.view.cursor == 1


def test_a_group_that_is_pinned_keeps_the_cursor() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.view.group(GROUPING_BY_ID["process"])
    screen.view.pin(row.key for row in screen.view.targets())
    assert screen.view.cursor == 1
    screen.view.pin(row.key for row in screen.view.targets())
    assert screen.view.pins == {2}


def test_a_pinned_row_that_is_gone_has_no_mark_any_more() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.view.pin([1])
    screen.look(connection(2))
    screen.wait(60)
    assert screen.row(0).is_closed
    assert screen.row(0).mark is Mark.NONE


def test_only_what_was_touched_since_a_mark_is_shown() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.narrow(since=1)
    assert screen.keys == []
    screen.look(connection(1, State.CLOSE_WAIT), connection(2), listener(3, 80), listener(4, 81))
    assert screen.keys == [1, 4]
