"""Everything that can be done to a view, as rules, and what of it a test remembers."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.grouping import GROUPINGS, Group, Grouping, GroupKey
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.order import Order
from tcpview_tui.model.row import Row
from tcpview_tui.model.settling import SETTLE
from tests.fakes import CURL, NGINX, connection
from tests.model.screen import NARROWINGS, ORDERS, Screen

CONNECTIONS: list[Callable[[int, State], Connection]] = [
    lambda key, state: connection(key, state, remote=("203.0.113.7", key % 3), owners=(NGINX,)),
    lambda key, state: connection(key, state, remote=("127.0.0.1", key), owners=(CURL,)),
    lambda key, state: connection(key, state, ("::", key), None, (), family=6),
]


class ViewRules(RuleBasedStateMachine):
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


def _rows_between(items: list[Row | Group], one: int, other: int) -> frozenset[object]:
    first, last = sorted((one, other))
    return frozenset(item.key for item in items[first : last + 1] if isinstance(item, Row))
