from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tcpview_tui.model.connection import Key
from tcpview_tui.model.selection import Selection


def test_nothing_is_selected_at_first() -> None:
    selection = Selection()
    assert not selection
    assert selection.keys == frozenset()
    assert selection.anchor is None


def test_a_stretch_begins_with_its_row() -> None:
    selection = Selection()
    selection.begin(2)
    assert selection
    assert selection.keys == {2}
    assert selection.anchor == 2


def test_a_stretch_that_shrinks_gives_rows_up() -> None:
    selection = Selection()
    selection.begin(2)
    selection.stretch([2, 3, 4], [2, 3, 4])
    selection.stretch([2, 3], [2, 3])
    assert selection.keys == {2, 3}
    selection.stretch([1, 2], [1, 2])
    assert selection.keys == {1, 2}


def test_a_second_stretch_keeps_the_first() -> None:
    selection = Selection()
    selection.begin(1)
    selection.stretch([1, 2], [1, 2])
    selection.begin(8)
    selection.stretch([8, 9], [8, 9])
    assert selection.keys == {1, 2, 8, 9}
    selection.stretch([8], [8])
    assert selection.keys == {1, 2, 8}


def test_a_stretch_over_what_was_selected_before_does_not_take_it_when_it_shrinks() -> None:
    selection = Selection()
    selection.begin(3)
    selection.end()
    selection.begin(1)
    selection.stretch([1, 2, 3], [1, 2, 3])
    selection.stretch([1], [1])
    assert selection.keys == {1, 3}


def test_beginning_where_one_began_changes_nothing() -> None:
    selection = Selection()
    selection.begin(1)
    selection.begin(1)
    assert selection.keys == {1}
    assert selection.anchor == 1
    selection.toggle(1)
    assert not selection


def test_an_end_keeps_the_rows() -> None:
    selection = Selection()
    selection.begin(1)
    selection.stretch([1, 2], [1, 2])
    selection.end()
    assert selection.keys == {1, 2}
    assert selection.anchor is None


def test_a_toggle_takes_one_row_in_and_out_and_ends_the_stretch() -> None:
    selection = Selection()
    selection.begin(1)
    selection.toggle(2)
    assert selection.keys == {1, 2}
    assert selection.anchor is None
    selection.toggle(1)
    assert selection.keys == {2}


def test_rows_that_are_not_seen_are_given_up_for_good() -> None:
    selection = Selection()
    selection.begin(1)
    selection.begin(2)
    selection.stretch([2, 3], [2, 3])
    selection.restrict({2, 3, 4})
    assert selection.keys == {2, 3}
    assert selection.anchor == 2
    selection.stretch([2], [2])
    assert selection.keys == {2}


def test_a_stretch_without_its_first_row_is_over() -> None:
    selection = Selection()
    selection.begin(1)
    selection.stretch([1, 2], [1, 2])
    selection.restrict([2])
    assert selection.keys == {2}
    assert selection.anchor is None


def test_what_came_between_since_the_cursor_passed_is_left_out() -> None:
    selection = Selection()
    selection.begin(1)
    selection.stretch([1, 5], [1, 5])
    selection.stretch([1, 2, 3, 5, 6], [5, 6])
    assert selection.keys == {1, 5, 6}
    selection.stretch([1, 2, 3], [6, 5, 3])
    assert selection.keys == {1, 3}


def test_clear_forgets_all() -> None:
    selection = Selection()
    selection.begin(1)
    selection.begin(2)
    selection.clear()
    assert selection.keys == frozenset()
    assert selection.anchor is None
    selection.begin(3)
    assert selection.keys == {3}


def test_a_row_taken_out_does_not_come_back_with_all() -> None:
    selection = Selection()
    selection.begin(1)
    selection.begin(2)
    selection.toggle(1)
    selection.toggle(2)
    assert not selection
    selection.stretch([3, 4], [3, 4])
    assert selection.keys == {3, 4}


KEYS = st.integers(0, 7)


class SelectionMachine(RuleBasedStateMachine):
    """Keys 0 to 7 stand on lines 0 to 7. The model keeps the fixed rows and the ends of the stretch."""

    def __init__(self) -> None:
        super().__init__()
        self.selection = Selection()
        self.fixed: frozenset[Key] = frozenset()
        self.stretched: frozenset[Key] = frozenset()
        self.first: int | None = None

    @rule(key=KEYS)
    def begin(self, key: int) -> None:
        self.selection.begin(key)
        self._fix()
        self.stretched, self.first = frozenset({key}), key

    @precondition(lambda self: self.first is not None)
    @rule(key=KEYS)
    def stretch(self, key: int) -> None:
        assert self.first is not None
        self.stretched = frozenset(range(min(self.first, key), max(self.first, key) + 1))
        self.selection.stretch(self.stretched, range(8))

    @rule()
    def end(self) -> None:
        self.selection.end()
        self._fix()

    @rule(key=KEYS)
    def toggle(self, key: int) -> None:
        self.selection.toggle(key)
        self._fix()
        self.fixed ^= {key}

    @rule(keys=st.frozensets(KEYS))
    def restrict(self, keys: frozenset[Key]) -> None:
        self.selection.restrict(keys)
        self.fixed, self.stretched = self.fixed & keys, self.stretched & keys
        if self.first not in self.stretched:
            self._fix()

    @rule()
    def clear(self) -> None:
        self.selection.clear()
        self._fix()
        self.fixed = frozenset()

    def _fix(self) -> None:
        self.fixed, self.stretched, self.first = self.fixed | self.stretched, frozenset(), None

    @invariant()
    def what_was_chosen_is_selected(self) -> None:
        assert self.selection.keys == self.fixed | self.stretched
        assert bool(self.selection) is bool(self.fixed | self.stretched)
        assert self.selection.anchor == self.first


SelectionMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestSelectionMachine = SelectionMachine.TestCase
