"""A view on a live table as a test looks at it, and any order and any narrowing of it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.grouping import Group
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import Query, parse
from tcpview_tui.model.row import Row
from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.model.view import View
from tests.fakes import FakeClock, snapshot


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
