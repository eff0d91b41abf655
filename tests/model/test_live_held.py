"""A table that is held: what happened meanwhile is counted, kept within a bound and marked at release."""

from __future__ import annotations

import pytest

from tcpview_tui.model import live
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark
from tests.fakes import connection
from tests.model.table import LINGER, Table


def test_release_marks_exactly_what_happened_while_held() -> None:
    table = Table()
    table.look(connection(1), connection(2), connection(3))
    table.clock.advance(1)
    table.look(connection(1), connection(2), connection(3), connection(4))  # new before the hold
    table.live.hold()
    table.clock.advance(60)
    table.look(connection(1), connection(3, State.CLOSE_WAIT), connection(4), connection(5))
    table.clock.advance(60)
    table.look(connection(1), connection(3, State.CLOSE_WAIT), connection(4), connection(5), connection(6))
    table.clock.advance(60)
    table.look(connection(1), connection(3, State.CLOSE_WAIT), connection(4), connection(5))
    assert table.live.expire() == {}
    held = table.live.held
    assert held is not None
    assert (held.opened, held.closed, held.changed) == (2, 2, 1)
    table.live.release()
    assert table.live.held is None
    assert table.marks() == {
        1: Mark.NONE,
        2: Mark.CLOSED,
        3: Mark.CHANGED,
        4: Mark.NONE,
        5: Mark.NEW,
        6: Mark.CLOSED,
    }
    table.clock.advance(LINGER)
    table.live.expire()
    assert table.marks() == {1: Mark.NONE, 3: Mark.NONE, 4: Mark.NONE, 5: Mark.NONE}


def test_what_changed_twice_while_held_counts_each_time_and_is_marked_once() -> None:
    table = Table()
    table.look(connection(1))
    table.live.hold()
    table.look(connection(1, State.FIN_WAIT_1))
    table.look(connection(1, State.FIN_WAIT_2))
    held = table.live.held
    assert held is not None
    assert held.changed == 2
    table.live.release()
    assert table.row(1).mark is Mark.CHANGED


def test_closed_rows_are_not_kept_without_bound() -> None:
    table = Table()
    table.look()
    table.live.hold()
    limit = live.CLOSED_LIMIT
    table.look(*(connection(n) for n in range(limit + 10)))
    table.look()
    assert len(table.live.rows) == limit
    assert table.live.dropped == 10
    assert table.live._hold is not None
    assert len(table.live._hold.touched) == limit
    table.live.release()
    table.clock.advance(LINGER)
    table.live.expire()
    assert table.live.rows == {}


def test_a_key_that_comes_back_while_held_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSED_LIMIT", 1)
    table = Table()
    table.look(connection(1), connection(2))
    table.live.hold()
    table.look()
    table.look(connection(1))
    table.look(connection(3))
    table.look()
    assert 1 not in {key for key, row in table.live.rows.items() if not row.is_closed}


def test_kept_rows_stay_closed_and_go_when_cleared() -> None:
    table = Table()
    table.look(connection(1), connection(2), connection(3))
    table.live.keep_closed(True)
    table.look(connection(3))
    table.clock.advance(LINGER)
    table.live.expire()
    assert table.marks() == {1: Mark.NONE, 2: Mark.NONE, 3: Mark.NONE}
    assert [table.row(key).sign for key in (1, 2, 3)] == ["x", "x", " "]
    assert table.live.closed == 2
    table.look()
    assert table.live.keep_closed(False) == {1: None, 2: None}
    assert table.marks() == {3: Mark.CLOSED}
    assert table.live.clear_closed() == {3: None}
    assert table.live.closed == 0


def test_kept_rows_are_bounded_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSED_LIMIT", 2)
    table = Table()
    table.live.keep_closed(True)
    table.look(*(connection(n) for n in range(4)))
    table.look(connection(2), connection(3))
    update = table.look(connection(3))
    assert update[0] is None
    assert sorted(table.marks(), key=str) == [1, 2, 3]
    assert table.live.dropped == 1
