"""What the kernel tells of between two looks: connections that passed, exact times of the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.model import live
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark
from tcpview_tui.model.snapshot import Ending, Passed
from tests.fakes import CURL, EPOCH, connection
from tests.model.table import LINGER, Table


def brief(key: int, opened: float, closed: float) -> Passed:
    return Passed(replace(connection(key), opened_at=EPOCH + opened), EPOCH + closed)


def test_what_passed_between_two_looks_comes_opened_and_closed_with_its_own_times() -> None:
    table = Table()
    table.look()
    table.clock.advance(2)
    update = table.told(brief(1, 0.5, 0.503))
    assert set(update) == {1}
    row = table.row(1)
    assert (row.first_seen, row.closed_at) == (EPOCH + 0.5, EPOCH + 0.503)
    assert (row.mark, row.is_closed, row.preexisting) == (Mark.CLOSED, True, False)
    assert (row.owners, row.owners_past) == ((CURL,), False)
    assert table.live.last == live.Tally(opened=1, closed=1)
    assert (table.live.endpoints, table.live.closed) == (0, 1)
    assert not table.live.states.total()
    table.clock.advance(LINGER)
    assert table.live.expire() == {1: None}


def test_what_passed_is_counted_with_what_stays() -> None:
    table = Table()
    table.look(connection(8), connection(9))
    table.told(brief(1, 0.1, 0.2), brief(2, 0.1, 0.2), there=[connection(9, State.CLOSE_WAIT), connection(10)])
    assert table.live.last == live.Tally(opened=3, closed=3, changed=1)
    assert {key for key, row in table.live.rows.items() if not row.is_closed} == {9, 10}


def test_an_end_that_is_known_exactly_counts_more_than_the_look_that_missed_it() -> None:
    table = Table()
    table.look(connection(1), connection(2))
    table.clock.advance(5)
    table.told(ended={1: Ending(EPOCH + 3.25)})
    assert (table.row(1).closed_at, table.row(2).closed_at) == (EPOCH + 3.25, EPOCH + 5)


def test_what_opened_at_a_known_time_is_as_old_as_that_even_at_the_first_look() -> None:
    table = Table()
    known = replace(connection(1), opened_at=EPOCH - 60)
    table.look(known, connection(2))
    assert (table.row(1).first_seen, table.row(1).preexisting) == (EPOCH - 60, False)
    assert (table.row(2).first_seen, table.row(2).preexisting) == (EPOCH, True)


def test_owners_before_anybody_looked_are_shown_as_past() -> None:
    table = Table()
    table.look()
    table.look(replace(connection(1, State.TIME_WAIT, owners=()), past_owners=(CURL,)))
    assert (table.row(1).owners, table.row(1).owners_past) == ((CURL,), True)


def test_what_passed_while_held_waits_and_is_shown_closed_at_release() -> None:
    table = Table()
    table.look()
    table.live.hold()
    table.told(brief(1, 0.1, 0.2))
    table.clock.advance(60)
    assert table.live.expire() == {}
    assert table.live.held == live.Tally(opened=1, closed=1)
    assert set(table.live.release()) == {1}
    assert table.marks() == {1: Mark.CLOSED}
    table.clock.advance(LINGER - 0.1)
    assert table.live.expire() == {}
    table.clock.advance(0.1)
    assert table.live.expire() == {1: None}


def test_what_passed_is_kept_like_any_other_closed_row() -> None:
    table = Table()
    table.live.keep_closed(True)
    table.look()
    table.told(brief(1, 0.1, 0.2))
    table.clock.advance(LINGER)
    table.live.expire()
    assert table.marks() == {1: Mark.NONE}
    assert table.row(1).sign == "x"
    assert table.live.clear_closed() == {1: None}


def test_more_than_the_limit_passes_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CLOSED_LIMIT", 2)
    table = Table()
    table.look()
    update = table.told(*(brief(key, 0.1, 0.2) for key in range(5)))
    assert set(table.live.rows) == {3, 4}
    assert [key for key, row in update.items() if row is None] == [0, 1, 2]
    assert (table.live.dropped, table.live.closed) == (3, 2)
    assert table.live.last == live.Tally(opened=5, closed=5)
