"""What a live table tells of its rows: marks, times, owners, states."""

from __future__ import annotations

from dataclasses import replace

from tcpview_tui.model import live
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark
from tcpview_tui.model.snapshot import Ending
from tests.fakes import CURL, EPOCH, NGINX, connection, listener
from tests.model.table import LINGER, Table


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
