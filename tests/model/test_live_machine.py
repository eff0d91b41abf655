"""Whatever a live table is told in whatever order, its updates tell every difference."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tcpview_tui.model import live
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Mark, Row
from tests.fakes import connection
from tests.model.table import Table


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
