"""Whatever is done to a view in whatever order, what it promises holds."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import invariant

from tcpview_tui.model.grouping import Group, GroupKey
from tcpview_tui.model.row import Row
from tcpview_tui.model.toggles import TOGGLES
from tests.model.view_rules import ViewRules


class ViewMachine(ViewRules):
    """Whatever was done, these promises hold."""

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


ViewMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestViewMachine = ViewMachine.TestCase
