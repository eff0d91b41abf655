from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tcpview_tui.model import live
from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.snapshot import Ending, Passed
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection, listener, snapshot

LINGER = 3.0


class Table:
    """A live table that is fed looks."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.live = LiveTable(self.clock, LINGER)
        self.sequence = 0

    def look(self, *connections: Connection) -> live.Update:
        self.sequence += 1
        return self.live.apply(snapshot(self.sequence, self.clock.wall(), *connections))

    def told(
        self, *passed: Passed, ended: dict[Key, Ending] | None = None, there: Iterable[Connection] = ()
    ) -> live.Update:
        """Look at a machine whose kernel also tells what happened since the look before."""
        self.sequence += 1
        look = snapshot(self.sequence, self.clock.wall(), *there)
        return self.live.apply(replace(look, passed=passed, ended=ended or {}))

    def row(self, key: int) -> Row:
        return self.live.rows[key]

    def marks(self) -> dict[object, Mark]:
        return {key: row.mark for key, row in self.live.rows.items()}


def test_the_first_look_marks_nothing_and_counts_nothing() -> None:
    table = Table()
    table.look(connection(1), listener(2, 80))
    assert table.marks() == {1: Mark.NONE, 2: Mark.NONE}
    assert table.row(1).preexisting
    assert (table.live.last.opened, table.live.last.closed, table.live.last.changed) == (0, 0, 0)
    assert table.live.endpoints == 2


def test_new_changed_closed_by_wall_time() -> None:
    table = Table()
    table.look(connection(1), connection(2))
    table.clock.advance(1)
    table.look(connection(1, State.CLOSE_WAIT), connection(3))
    assert table.marks() == {1: Mark.CHANGED, 2: Mark.CLOSED, 3: Mark.NEW}
    assert table.row(2).closed_at == EPOCH + 1
    assert table.row(3).first_seen == EPOCH + 1
    assert table.row(1).before == connection(1)
    table.clock.advance(LINGER - 0.1)
    assert table.live.expire() == {}
    assert table.live.next_expiry() is not None
    table.clock.advance(0.1)
    update = table.live.expire()
    assert set(update) == {1, 2, 3}
    assert update[2] is None
    assert table.marks() == {1: Mark.NONE, 3: Mark.NONE}
    assert table.row(1).before is None
    assert table.live.next_expiry() is None


def test_a_second_change_starts_the_time_anew() -> None:
    table = Table()
    table.look(connection(1))
    table.look(connection(1, State.FIN_WAIT_1))
    table.clock.advance(2)
    table.look(connection(1, State.FIN_WAIT_2))
    table.clock.advance(2)
    table.live.expire()
    assert table.row(1).mark is Mark.CHANGED
    table.clock.advance(1)
    table.live.expire()
    assert table.row(1).mark is Mark.NONE


def test_time_wait_keeps_the_process_that_had_it() -> None:
    table = Table()
    table.look(connection(1))
    table.look(connection(1, State.TIME_WAIT, owners=()))
    assert table.row(1).owners == (CURL,)
    assert table.row(1).owners_past
    table.look(connection(1, State.TIME_WAIT, owners=()))
    assert table.row(1).owners_past


def test_an_owner_found_late_is_shown_without_a_mark() -> None:
    table = Table()
    table.look()
    table.look(connection(1, owners=()))
    table.clock.advance(5)
    table.live.expire()
    update = table.look(connection(1))
    assert set(update) == {1}
    assert table.row(1).mark is Mark.NONE
    assert table.row(1).owner == CURL


def test_a_past_owner_found_late_is_shown_and_stays() -> None:
    table = Table()
    table.look(connection(1, owners=()))
    table.look(replace(connection(1, State.FIN_WAIT_2, owners=()), past_owners=(CURL,)))
    assert (table.row(1).owners, table.row(1).owners_past) == ((CURL,), True)
    table.look(connection(1, State.TIME_WAIT, owners=()))
    assert (table.row(1).owners, table.row(1).owners_past) == ((CURL,), True)
    table.told()
    assert (table.row(1).is_closed, table.row(1).owners) == (True, (CURL,))


def test_who_had_a_row_that_is_gone_is_shown_unless_a_look_told() -> None:
    table = Table()
    table.look(connection(1, owners=()), connection(2))
    table.told(ended={1: Ending(None, (NGINX,)), 2: Ending(EPOCH, (NGINX,))})
    assert (table.row(1).owners, table.row(1).owners_past, table.row(1).closed_at) == ((NGINX,), True, EPOCH)
    assert (table.row(2).owners, table.row(2).owners_past) == ((CURL,), False)


def test_the_exact_time_of_opening_is_shown_when_it_comes() -> None:
    table = Table()
    table.look()
    table.look(connection(1))
    table.look(replace(connection(1), opened_at=EPOCH - 0.5))
    table.look(connection(1, State.CLOSE_WAIT))
    assert table.row(1).first_seen == EPOCH - 0.5


def test_direction_is_settled_when_the_row_opens() -> None:
    table = Table()
    table.look(listener(1, 443), connection(2, local=("10.0.0.5", 443), remote=("192.0.2.1", 5000)), connection(3))
    assert [table.row(key).direction for key in (1, 2, 3)] == ["listening", "in", "out"]
    table.look(connection(2, local=("10.0.0.5", 443), remote=("192.0.2.1", 5000)), connection(4, local=("::", 443)))
    assert table.row(2).direction == "in"
    assert table.row(4).direction == "out"
    udp = connection(5, State.NONE, ("0.0.0.0", 53), None, transport="udp")
    table.look(udp)
    assert table.row(5).direction == "listening"


def test_states_are_counted() -> None:
    table = Table()
    table.look(connection(1), connection(2), listener(3, 80))
    table.look(connection(1, State.TIME_WAIT), listener(3, 80))
    assert {state: number for state, number in table.live.states.items() if number} == {
        State.TIME_WAIT: 1,
        State.LISTEN: 1,
    }


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


def test_every_state_is_remembered_with_its_time() -> None:
    table = Table()
    table.look(connection(1, State.SYN_SENT))
    assert table.row(1).history == ((State.SYN_SENT, EPOCH),)
    for state in (State.ESTABLISHED, State.ESTABLISHED, State.FIN_WAIT_1):
        table.clock.advance(1)
        table.look(connection(1, state))
    expected = ((State.SYN_SENT, EPOCH), (State.ESTABLISHED, EPOCH + 1), (State.FIN_WAIT_1, EPOCH + 3))
    assert table.row(1).history == expected


def test_of_too_many_states_the_first_and_the_last_are_remembered() -> None:
    table = Table()
    table.look(connection(1, State.SYN_SENT))
    for number in range(live.PASSAGES_LIMIT * 2):
        table.look(connection(1, (State.ESTABLISHED, State.CLOSE_WAIT)[number % 2]))
    assert len(table.row(1).history) == live.PASSAGES_LIMIT
    assert table.row(1).history[0][0] is State.SYN_SENT
    assert table.row(1).history[-1][0] is table.row(1).connection.state


def test_rows_know_the_look_that_touched_them_last() -> None:
    table = Table()
    table.look(connection(1), connection(2), connection(3))
    table.look(connection(1), connection(2, State.CLOSE_WAIT), connection(4))
    assert {key: row.touched for key, row in table.live.rows.items()} == {1: 1, 2: 2, 3: 2, 4: 2}


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


class LiveMachine(RuleBasedStateMachine):
    """Whatever comes in whatever order, updates tell every difference and the rows are those of the last look."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.mirror: dict[object, Row] = {}
        self.present: set[object] = set()
        self.next_key = 0

    def _mirror(self, update: live.Update) -> None:
        for key, row in update.items():
            if row is None:
                del self.mirror[key]
            else:
                self.mirror[key] = row

    @rule(
        keep=st.sets(st.integers(0, 9)),
        come=st.integers(0, 3),
        states=st.lists(st.sampled_from(State), min_size=10, max_size=10),
    )
    def look(self, keep: set[int], come: int, states: list[State]) -> None:
        kept = [key for index, key in enumerate(sorted(self.present, key=str)) if index in keep]
        new = list(range(self.next_key, self.next_key + come))
        self.next_key += come
        self.present = {*kept, *new}
        held = self.table.live.held
        update = self.table.look(*(connection(key, states[i % 10]) for i, key in enumerate([*kept, *new])))
        if held is None:
            self._mirror(update)

    @rule(seconds=st.sampled_from([0.5, 2.9, 3.0, 10.0]))
    def pass_time(self, seconds: float) -> None:
        self.table.clock.advance(seconds)
        self._mirror(self.table.live.expire())

    @rule()
    def freeze(self) -> None:
        self.table.live.hold()

    @rule()
    def thaw(self) -> None:
        self.table.live.release()
        self.mirror = dict(self.table.live.rows)

    @rule(keep=st.booleans())
    def keep_closed(self, keep: bool) -> None:
        update = self.table.live.keep_closed(keep)
        if self.table.live.held is None:
            self._mirror(update)

    @rule()
    def clear_closed(self) -> None:
        update = self.table.live.clear_closed()
        if self.table.live.held is None:
            self._mirror(update)

    @invariant()
    def rows_are_those_of_the_last_look_and_the_closed(self) -> None:
        live = self.table.live
        rows = live.rows
        assert {key for key, row in rows.items() if not row.is_closed} == self.present
        assert {key for key, row in rows.items() if row.is_closed} == set(live._closed)
        unmarked = [row for row in rows.values() if row.is_closed and row.mark is not Mark.CLOSED]
        assert not unmarked or live.keeps_closed
        assert all(row.is_closed for row in rows.values() if row.mark is Mark.CLOSED)
        assert sum(self.table.live.states.values()) == len(self.present)

    @invariant()
    def updates_told_everything(self) -> None:
        if self.table.live.held is None:
            assert self.mirror == self.table.live.rows


LiveMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLiveMachine = LiveMachine.TestCase
