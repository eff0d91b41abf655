from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.grouping import GROUPING_BY_ID, GROUPINGS, Group, Grouping, GroupKey
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import Query, parse
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.settling import SETTLE
from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.model.view import View
from tests.fakes import CURL, NGINX, FakeClock, connection, listener, snapshot


class Screen:
    """A view on a live table on a clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.live = LiveTable(self.clock, 3.0)
        self.view = View()
        self.sequence = 0

    def look(self, *connections: Connection) -> None:
        self.sequence += 1
        update = self.live.apply(snapshot(self.sequence, self.clock.wall(), *connections))
        self.view.context = Context(self.clock.wall())
        self.view.apply(update, self.clock.monotonic())

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.view.apply(self.live.expire(), self.clock.monotonic())
        self.view.settle(self.clock.monotonic())

    def move(self, line: int) -> None:
        self.view.move(line, self.clock.monotonic())

    def row(self, line: int) -> Row:
        item = self.view.line(line)
        assert isinstance(item, Row)
        return item

    def narrow(self, *queries: Query, **facts: Any) -> None:
        self.view.narrow(Narrowing(queries, **facts))

    @property
    def keys(self) -> list[object]:
        """The keys of what stands on the lines: connections, and the labels of groups."""
        items = (self.view.line(number) for number in range(len(self.view)))
        return [item.label(self.view.context) if isinstance(item, Group) else item.key for item in items]


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


def test_a_filter_while_rows_keep_their_places_sees_what_they_are_now() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2))
    screen.move(0)
    screen.look(connection(1), connection(2, State.CLOSE_WAIT))
    screen.narrow(parse("state:close-wait"))
    assert screen.keys == [2]


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


def test_an_empty_view_has_no_cursor() -> None:
    view = View()
    view.move(5, 0.0)
    assert (view.cursor, view.current, len(view)) == (None, None, 0)


def test_a_kept_row_is_history_when_its_mark_has_faded() -> None:
    screen = Screen()
    screen.live.keep_closed(True)
    screen.look(connection(1, remote=("9.9.9.9", 1)), listener(2, 80), connection(3, State.TIME_WAIT, owners=()))
    screen.look(listener(2, 80), connection(3, State.TIME_WAIT, owners=()))
    assert screen.keys == [1, 2, 3]
    screen.wait(3)
    assert screen.keys == [2, 3, 1]


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


def test_select_all_leaves_out_what_is_pinned_against_the_filter() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.view.pin([3])
    screen.narrow(parse("curl"))
    screen.view.select_all()
    assert screen.keys == [3, 1, 2]
    assert {row.key for row in screen.view.targets()} == {1, 2}


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


def test_only_what_was_touched_since_a_mark_is_shown() -> None:
    screen = Screen()
    screen.look(connection(1), connection(2), listener(3, 80))
    screen.narrow(since=1)
    assert screen.keys == []
    screen.look(connection(1, State.CLOSE_WAIT), connection(2), listener(3, 80), listener(4, 81))
    assert screen.keys == [1, 4]


ORDERS = st.lists(st.builds(By, st.sampled_from([c.id for c in COLUMNS]), st.booleans()), max_size=2).map(
    lambda by: Order(tuple(by))
)
QUERIES = st.sampled_from(["process:nginx", "state:established", "-is:closed", "rport>1 or is:listening", "none"])
NARROWINGS = st.builds(
    Narrowing,
    st.lists(QUERIES.map(parse), max_size=2).map(tuple),
    st.frozensets(st.sampled_from([toggle.id for toggle in TOGGLES]), max_size=2),
    st.frozensets(st.sampled_from(State), max_size=2),
    st.none() | st.integers(0, 5),
)
CONNECTIONS: list[Callable[[int, State], Connection]] = [
    lambda key, state: connection(key, state, remote=("203.0.113.7", key % 3), owners=(NGINX,)),
    lambda key, state: connection(key, state, remote=("127.0.0.1", key), owners=(CURL,)),
    lambda key, state: connection(key, state, ("::", key), None, (), family=6),
]


class ViewMachine(RuleBasedStateMachine):
    """Samples, sorts, filters, groups, pins, selects, freezes and moves in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = Screen()
        self.view = self.screen.view
        self.present: dict[int, Connection] = {}
        self.next_key = 0
        self.chosen: object = None
        self.frozen: frozenset[object] = frozenset()
        self.selected_before: frozenset[object] = frozenset()
        self.stretch: frozenset[object] = frozenset()
        self.selected: frozenset[object] = frozenset()

    @property
    def row_keys(self) -> list[object]:
        return [item.key for item in self._items() if isinstance(item, Row)]

    def _items(self) -> list[Row | Group]:
        return [self.view.line(number) for number in range(len(self.view))]

    @rule(gone=st.sets(st.integers(0, 9)), come=st.integers(0, 3), state=st.sampled_from(State))
    def look(self, gone: set[int], come: int, state: State) -> None:
        kept = [key for index, key in enumerate(self.present) if index not in gone]
        new = range(self.next_key, self.next_key + come)
        self.next_key += come
        self.present = {key: CONNECTIONS[key % 3](key, state) for key in (*kept, *new)}
        self.screen.look(*self.present.values())

    @rule(seconds=st.sampled_from([0.2, SETTLE, 5.0]))
    def wait(self, seconds: float) -> None:
        self.screen.wait(seconds)

    @rule(order=ORDERS)
    def sort(self, order: Order) -> None:
        self.view.sort(order)

    @rule(narrowing=NARROWINGS)
    def narrow(self, narrowing: Narrowing) -> None:
        self.view.narrow(narrowing)
        self._forget_hidden()

    @rule(grouping=st.none() | st.sampled_from(GROUPINGS))
    def group(self, grouping: Grouping | None) -> None:
        self.view.group(grouping)
        self._forget_hidden()

    @rule(is_open=st.booleans())
    def unfold(self, is_open: bool) -> None:
        group = self.view.current_group
        if self.view.unfold(is_open=is_open):
            assert group is not None
            there = [item.key for item in self._items()]  # a group only of what the cursor kept there goes with it
            assert self.view.cursor == group.key or group.key not in there
        self._forget_hidden()

    def _forget_hidden(self) -> None:
        """A person's own wish may hide what was under the cursor, or selected."""
        keys = [item.key for item in self._items()]
        if self.chosen not in keys:
            self.chosen = None
        self.selected &= frozenset(keys)
        self.selected_before &= self.selected
        self.stretch &= self.selected

    @rule(line=st.integers(0, 12))
    def move(self, line: int) -> None:
        if not self.view.selection.lasts:
            self._go_on_without()
        before = self.view.cursor_line
        self.screen.move(line)
        self._reached(line, before)

    def _go_on_without(self) -> None:
        self.selected_before, self.stretch = self.selected, frozenset()

    @rule(line=st.integers(0, 12))
    def select(self, line: int) -> None:
        row = self.view.current
        if self.view.selection.anchor is None and row is not None:
            self.selected_before, self.stretch = self.selected, frozenset({row.key})
            self.selected |= self.stretch
        before = self.view.cursor_line
        self.view.select(line, self.screen.clock.monotonic())
        self._reached(line, before)

    def _reached(self, line: int, before: int) -> None:
        """The cursor is on that line, or the last; what was begun reaches to it, without what has come between."""
        items = self._items()
        self.chosen = items[min(line, len(items) - 1)].key if items else None
        anchor = self.view.selection.anchor
        if anchor is not None and items:
            at = items.index(self.view.current_line)  # type: ignore[arg-type]
            anchored = [item.key for item in items].index(anchor)
            self.stretch = _rows_between(items, anchored, at) & (self.stretch | _rows_between(items, before, at))
            self.selected = self.selected_before | self.stretch

    @rule(line=st.integers(0, 12), add=st.booleans(), keep=st.booleans())
    def click(self, line: int, add: bool, keep: bool) -> None:
        before = self.selected
        self.view.choose(line, self.screen.clock.monotonic(), add=add, keep=keep)
        self.chosen = self.view.cursor
        row = self.view.current
        if add and row is not None:
            assert self.view.selection.keys == before ^ {row.key}
        else:
            assert self.view.selection.keys == (before if keep and row is not None and row.key in before else set())
        assert not self.view.end_selection()
        self.selected = self.view.selection.keys
        self._go_on_without()

    @rule()
    def begin_selection(self) -> None:
        row = self.view.current
        assert self.view.begin_selection() == (row is not None)
        if row is not None:
            self.selected_before, self.stretch = self.selected, frozenset({row.key})
            self.chosen, self.selected = row.key, self.selected | self.stretch

    @rule()
    def end_selection(self) -> None:
        self.view.end_selection()
        self._go_on_without()

    @rule()
    def go_home(self) -> None:
        before, selecting = self.view.cursor_line, self.view.selection.anchor is not None and self.view.selection.lasts
        self.view.go_home(self.screen.clock.monotonic())
        assert self.view.cursor_line == 0
        if selecting:
            self._reached(0, before)
        else:
            self._go_on_without()
        self.chosen = self.view.cursor if self.view.is_chosen else None

    @rule()
    def deselect(self) -> None:
        self.view.selection.clear()
        self.selected = self.selected_before = self.stretch = frozenset()

    @rule()
    def pin(self) -> None:
        targets = self.view.targets()
        if self.view.pin(row.key for row in targets):
            assert {row.key for row in targets} <= self.view.pins
            if isinstance(self.chosen, GroupKey):  # the cursor goes with the rows of the group
                self.chosen = self.view.cursor
                assert self.chosen in self.view.pins
        self._forget_hidden()

    @rule(keep=st.booleans())
    def keep_closed(self, keep: bool) -> None:
        self.view.apply(self.screen.live.keep_closed(keep), self.screen.clock.monotonic())

    @precondition(lambda self: not self.view.frozen)
    @rule()
    def clear_closed(self) -> None:
        self.view.apply(self.screen.live.clear_closed(), self.screen.clock.monotonic())

    @precondition(lambda self: not self.view.frozen)
    @rule()
    def freeze(self) -> None:
        self.screen.live.hold()
        self.view.freeze()
        self.frozen = frozenset(row.key for row in self.view.everything())

    @precondition(lambda self: self.view.frozen)
    @rule()
    def thaw(self) -> None:
        self.screen.live.release()
        self.view.thaw(self.screen.live.rows)

    @property
    def held(self) -> set[object]:
        """The keys of rows that may stand where and though they would not stand by themselves."""
        return {self.view.cursor, *self.view.selection.keys, *self.view.pins}

    @invariant()
    def lines_are_sorted_and_filtered(self) -> None:
        view = self.view
        if view.frozen or view.unsettled_for(0.0) is not None:
            return
        rows = list(view.rows())
        expected = {row.key for row in self.screen.live.rows.values() if self._shows(row)}
        assert expected <= {row.key for row in rows}
        assert {row.key for row in rows} - expected <= self.held
        assert len({row.key for row in rows}) == len(rows)
        assert all(row is self.screen.live.rows.get(row.key, row) for row in rows)
        assert {row.key for row in rows if row.key in view.pins} == {row.key for row in rows[: self._pinned()]}
        for block in self._blocks():
            others = [row for row in block if row.key not in self.held]
            assert others == sorted(others, key=lambda row: view.order.key()(row, view.context))

    def _pinned(self) -> int:
        return sum(item.key in self.view.pins for item in self._items())

    def _blocks(self) -> list[list[Row]]:
        """Return the rows that should be in order among themselves."""
        rows = list(self.view.rows())[self._pinned() :]
        if self.view.grouping is None:
            return [rows]
        return [item.rows for item in self._items() if isinstance(item, Group)]

    def _shows(self, row: Row) -> bool:
        narrowing, context = self.view.narrowing, self.view.context
        return (
            not any(toggle.covers(row) for toggle in TOGGLES if toggle.id in narrowing.off)
            and row.connection.state not in narrowing.states
            and (narrowing.since is None or row.touched > narrowing.since)
            and all(query.matches(row, context) for query in narrowing.queries)
        )

    @invariant()
    def every_row_is_in_the_group_it_belongs_to(self) -> None:
        view = self.view
        if view.grouping is None:
            assert not any(isinstance(item, Group) for item in self._items())
            return
        heading: Group | None = None
        for item in self._items():
            if isinstance(item, Group):
                heading = item
                assert item.rows
            elif heading is None:
                assert item.key in view.pins
            else:
                assert heading.is_open
        settled = not view.frozen and view.unsettled_for(0.0) is None
        for group in (item for item in self._items() if settled and isinstance(item, Group)):
            others = [row for row in group.rows if row.key not in self.held]
            assert all(view.grouping.value(row) == group.key.value for row in others)
            assert sum(number for _, number in group.counts.states) + group.counts.closed == len(group.rows)

    @invariant()
    def a_frozen_view_loses_and_gains_nothing(self) -> None:
        if self.view.frozen:
            assert {row.key for row in self.view.everything()} == self.frozen

    @invariant()
    def the_cursor_is_a_line(self) -> None:
        view = self.view
        assert (view.cursor is None) == (len(view) == 0)
        if view.cursor is not None:
            assert view.line(view.cursor_line).key == view.cursor
            assert view.current_line is view.line(view.cursor_line)

    @invariant()
    def the_chosen_line_stays_under_the_cursor(self) -> None:
        if self.chosen is None:
            return
        if isinstance(self.chosen, GroupKey) and self.chosen not in [item.key for item in self._items()]:
            self.chosen = None  # a group without rows is no group
        else:
            assert self.view.cursor == self.chosen

    @invariant()
    def selected_and_pinned_rows_stay(self) -> None:
        assert self.view.selection.keys == self.selected
        assert self.selected <= set(self.row_keys)
        assert self.view.pins <= set(self.row_keys)

    @invariant()
    def actions_are_for_what_is_selected_or_under_the_cursor(self) -> None:
        targets = {row.key for row in self.view.targets()}
        line = self.view.current_line
        if self.selected:
            assert targets == self.selected
        elif isinstance(line, Row):
            assert targets == {line.key}
        else:
            assert targets == (set() if line is None else {row.key for row in line.rows})


def _rows_between(items: list[Row | Group], one: int, other: int) -> frozenset[object]:
    first, last = sorted((one, other))
    return frozenset(item.key for item in items[first : last + 1] if isinstance(item, Row))


ViewMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestViewMachine = ViewMachine.TestCase
