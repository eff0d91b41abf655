from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import Connection, Endpoint, Key, State
from tcpview_tui.model.grouping import GROUPING_BY_ID, GROUPINGS, Grouping
from tcpview_tui.model.ledger import Ledger
from tcpview_tui.model.live import Update
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.row import Row

CONTEXT = Context(now=1000.0)


def row(key: int, port: int = 0, state: State = State.ESTABLISHED) -> Row:
    there = Endpoint("192.0.2.7", port or key)
    return Row(key, Connection(key, "tcp", 4, state, Endpoint("10.0.0.5", 1), there), "out", 0.0)


def ledger(*keys: int) -> Ledger:
    made = Ledger()
    made.order = Order((By("rport"),))
    made.add({key: row(key) for key in keys})
    made.merge(CONTEXT, (), ())
    return made


def ports(made: Ledger) -> list[tuple[Key, int]]:
    return [(key, each.connection.remote.port) for _, key, each, _ in made.entries if each.connection.remote]


def test_what_comes_waits_for_the_merge() -> None:
    made = ledger(2)
    made.add({1: row(1)})
    made.add({3: row(3), 2: None})
    assert made.waits((), ())
    assert ports(made) == [(2, 2)]
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(1, 1), (3, 3)]
    assert not made.waits((), ())
    assert len(made) == 2


def test_a_still_row_keeps_its_place_and_shows_what_it_is() -> None:
    made = ledger(1, 2, 3)
    made.add({1: row(1, 9)})
    made.merge(CONTEXT, {1}, {1})
    assert ports(made) == [(1, 9), (2, 2), (3, 3)]
    assert not made.waits({1}, {1})
    assert made.waits((), ())
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(2, 2), (3, 3), (1, 9)]


def test_a_kept_row_moves_but_does_not_go() -> None:
    made = ledger(1, 2)
    made.add({1: row(1, 9)})
    made.merge(CONTEXT, (), {1})
    assert ports(made) == [(2, 2), (1, 9)]
    made.add({1: None})
    made.merge(CONTEXT, (), {1})
    assert ports(made) == [(2, 2), (1, 9)]
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(2, 2)]


def test_a_row_that_comes_back_under_its_key_does_not_go_any_more() -> None:
    made = ledger(1, 2)
    made.add({1: None})
    made.merge(CONTEXT, {1}, {1})
    made.add({1: row(1, 7)})
    made.merge(CONTEXT, {1}, {1})
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(2, 2), (1, 7)]


def test_a_row_nobody_has_seen_yet_has_no_place_to_keep() -> None:
    made = ledger(2)
    made.add({1: row(1), 3: None})
    made.merge(CONTEXT, {1, 3}, {1, 3})
    assert ports(made) == [(1, 1), (2, 2)]


def test_what_was_held_back_goes_after_a_sort_too() -> None:
    made = ledger(1, 2)
    made.add({1: None})
    made.merge(CONTEXT, {1}, {1})
    made.order = Order((By("rport", reverse=True),))
    made.sort(CONTEXT)
    assert ports(made) == [(2, 2), (1, 1)]
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(2, 2)]


def test_replacing_is_all_there_is() -> None:
    made = ledger(1, 2, 3)
    made.add({4: row(4)})
    made.replace({2: row(2, 8), 5: row(5)})
    made.merge(CONTEXT, (), {3})
    assert ports(made) == [(3, 3), (5, 5), (2, 8)]


def test_grouping_moves_nothing() -> None:
    made = ledger(1, 2)
    places = [entry[0] for entry in made.entries]
    made.group(GROUPING_BY_ID["remote"])
    assert [entry[0] for entry in made.entries] == places
    assert {entry[3] for entry in made.entries} == {"192.0.2.7"}
    made.add({3: row(3)})
    made.merge(CONTEXT, (), ())
    assert {entry[3] for entry in made.entries} == {"192.0.2.7"}
    made.group(None)
    assert {entry[3] for entry in made.entries} == {None}


KEYS = st.integers(1, 6)
ROWS = st.builds(row, KEYS, st.integers(1, 4), st.sampled_from([State.ESTABLISHED, State.TIME_WAIT, State.LISTEN]))
ORDERS = st.sampled_from([Order(), Order((By("rport"),)), Order((By("state", reverse=True), By("rport")))])


class LedgerMachine(RuleBasedStateMachine):
    """A ledger beside a plain dict of all rows, and beside a plain dict of what should stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.truth: dict[Key, Row] = {}
        self.latest: dict[Key, Row] = {}
        self.expected: dict[Key, Row] = {}
        self.still: frozenset[Key] = frozenset()
        self.kept: frozenset[Key] = frozenset()

    @rule(come=st.lists(ROWS, max_size=3), gone=st.sets(KEYS, max_size=3))
    def add(self, come: list[Row], gone: set[int]) -> None:
        update: Update = {key: None for key in gone if key in self.truth} | {each.key: each for each in come}
        self.truth = {key: each for key, each in (self.truth | update).items() if each}
        self.latest |= {each.key: each for each in come}
        self.ledger.add(update)

    @rule(rows=st.lists(ROWS))
    def replace(self, rows: list[Row]) -> None:
        self.truth = {each.key: each for each in rows}
        self.latest |= self.truth
        self.ledger.replace(dict(self.truth))

    @rule(order=ORDERS)
    def sort(self, order: Order) -> None:
        self.merge(self.still, self.kept)
        self.ledger.order = order
        self.ledger.sort(CONTEXT)
        place = order.key()
        assert all(entry[0] == place(entry[2], CONTEXT) for entry in self.ledger.entries)

    @rule(grouping=st.none() | st.sampled_from(GROUPINGS))
    def group(self, grouping: Grouping | None) -> None:
        before = [entry[:3] for entry in self.ledger.entries]
        self.ledger.group(grouping)
        assert [entry[:3] for entry in self.ledger.entries] == before

    @rule(still=st.frozensets(KEYS, max_size=2), more=st.frozensets(KEYS, max_size=2))
    def merge(self, still: frozenset[Key], more: frozenset[Key]) -> None:
        self.still, self.kept = still, still | more
        before, waits = list(self.ledger.entries), self.ledger.waits(still, self.kept)
        self.ledger.merge(CONTEXT, self.still, self.kept)
        assert waits or self.ledger.entries == before
        assert not self.ledger.waits(self.still, self.kept)
        farewell = {key: self.latest[key] for key in self.expected if key in self.kept and key not in self.truth}
        self.expected = farewell | self.truth
        self._check_places({entry[1]: entry[0] for entry in before})

    def _check_places(self, before: dict[Key, object]) -> None:
        place = self.ledger.order.key()
        for where, key, each, _ in self.ledger.entries:
            if key in before and (key in self.still or key not in self.truth):
                assert where == before[key]
            else:
                assert where == place(each, CONTEXT)

    @invariant()
    def no_row_is_lost_doubled_or_out_of_date(self) -> None:
        entries = self.ledger.entries
        assert len(self.ledger) == len(entries) == len({entry[1] for entry in entries})
        assert {entry[1]: entry[2] for entry in entries} == self.expected

    @invariant()
    def rows_stand_in_order_with_their_values(self) -> None:
        places = [entry[0] for entry in self.ledger.entries]
        assert places == sorted(places)
        if self.ledger.grouping is None:
            assert all(value is None for _, _, _, value in self.ledger.entries)


LedgerMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase


def test_a_row_that_only_looks_different_keeps_its_place() -> None:
    made = ledger(1, 2)
    made.add({1: replace(row(1), first_seen=5.0)})
    made.merge(CONTEXT, (), ())
    assert ports(made) == [(1, 1), (2, 2)]
    assert made.entries[0][2].first_seen == 5.0
