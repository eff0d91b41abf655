"""In which order the rows of a view stand."""

from __future__ import annotations

from typing import Any

import pytest

from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.row import Row
from tests.fakes import CURL, NGINX, connection, listener
from tests.model.screen import Screen


def test_the_default_order_shows_what_matters_first() -> None:
    screen = Screen()
    screen.look(
        *(connection(10 + n, State.TIME_WAIT, remote=("203.0.113.1", n), owners=()) for n in range(300)),
        listener(1, 80),
        connection(2, remote=("127.0.0.1", 80)),
        connection(3, remote=("203.0.113.9", 443)),
        connection(4, State.NONE, ("0.0.0.0", 53), None, (NGINX,), "udp"),
        connection(5, State.SYN_SENT, remote=("198.51.100.1", 4444), owners=(NGINX,)),
    )
    assert screen.keys[:5] == [3, 5, 2, 1, 4]


def test_a_change_to_time_wait_is_seen_where_it_happens() -> None:
    screen = Screen()
    screen.look(connection(1), listener(2, 80))
    screen.look(connection(1, State.TIME_WAIT, owners=()), listener(2, 80))
    assert screen.keys == [1, 2]
    screen.wait(3)
    assert screen.keys == [2, 1]


@pytest.mark.parametrize("column", [column.id for column in COLUMNS])
def test_every_column_sorts_both_ways_with_unknown_last(column: str) -> None:
    screen = Screen()
    screen.look(
        listener(1, 80, ()), connection(2), connection(3, owners=(NGINX,), remote=("9.9.9.9", 53)), listener(4, 8)
    )
    known = [row for row in screen.view.rows() if _key(column, row) is not None]
    for reverse in (False, True):
        screen.view.sort(Order((By(column, reverse),)))
        values = [_key(column, row) for row in screen.view.rows()]
        assert values[: len(known)] == sorted((v for v in values if v is not None), reverse=reverse)
        assert all(value is None for value in values[len(known) :])


def _key(column: str, row: Row) -> Any:
    return next(c for c in COLUMNS if c.id == column).sort_key(row, Context())


def test_addresses_sort_by_number() -> None:
    screen = Screen()
    addresses = ["10.0.0.1", "9.9.9.9", "::1", "100.1.1.1", "2001:db8::1"]
    screen.look(*(connection(n, remote=(a, 1)) for n, a in enumerate(addresses)))
    screen.view.sort(Order((By("remote"),)))
    assert [addresses[key] for key in screen.keys if isinstance(key, int)] == [
        "9.9.9.9",
        "10.0.0.1",
        "100.1.1.1",
        "::1",
        "2001:db8::1",
    ]


def test_the_column_chosen_before_breaks_ties() -> None:
    order = Order().then("rport").then("process")
    assert order == Order((By("process"), By("rport")))
    assert order.then("process") == Order((By("process", reverse=True), By("rport")))
    assert order.then("process").then("process") == Order((By("rport"),))
    screen = Screen()
    screen.look(
        connection(1, remote=("9.9.9.9", 90)), connection(2, remote=("9.9.9.9", 80)), connection(3, owners=(NGINX,))
    )
    screen.view.sort(order)
    assert screen.keys == [2, 1, 3]
    screen.view.sort(Order((By("process", reverse=True), By("rport"))))
    assert screen.keys == [3, 2, 1]


def test_a_kept_row_is_history_when_its_mark_has_faded() -> None:
    screen = Screen()
    screen.live.keep_closed(True)
    screen.look(connection(1, remote=("9.9.9.9", 1)), listener(2, 80), connection(3, State.TIME_WAIT, owners=()))
    screen.look(listener(2, 80), connection(3, State.TIME_WAIT, owners=()))
    assert screen.keys == [1, 2, 3]
    screen.wait(3)
    assert screen.keys == [2, 3, 1]


def test_of_what_is_history_the_last_comes_first() -> None:
    screen = Screen()
    screen.live.keep_closed(True)
    present = [connection(n, owners=(NGINX,) if n % 2 else (CURL,)) for n in range(4)]
    for number in (2, 0, 3):
        screen.look(*present)
        screen.clock.advance(1)
        present = [each for each in present if each.key != number]
    screen.look(*present)
    screen.wait(60)
    assert screen.keys == [1, 3, 0, 2]
