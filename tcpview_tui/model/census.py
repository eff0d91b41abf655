"""How many connections there are in each state, and on which ports somebody listens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Direction, State
    from tcpview_tui.model.diff import Difference

_ANY = ("0.0.0.0", "::")  # noqa: S104 - nothing is bound to them here


class Census:
    """Counts kept up to date by differences: counting 100,000 connections anew at each look would be felt."""

    def __init__(self) -> None:
        self.states: Counter[State] = Counter()
        self._listeners: Counter[tuple[object, ...]] = Counter()

    def take(self, difference: Difference) -> None:
        """Count what opened, closed and changed."""
        for connection in difference.opened:
            self._count(connection, 1)
        for connection in difference.closed:
            self._count(connection, -1)
        for change in difference.changed:
            self._count(change.before, -1)
            self._count(change.after, 1)

    def direction(self, connection: Connection) -> Direction:
        """Return who opened a connection that has just been seen: a listener on its port means the other end."""
        if connection.is_listening:
            return "listening"
        return "in" if any(self._listeners[place] for place in _places(connection)) else "out"

    def _count(self, connection: Connection, step: int) -> None:
        self.states[connection.state] += step
        if connection.is_listening:
            self._listeners[_place(connection, connection.local.address)] += step


def _place(connection: Connection, address: str) -> tuple[object, ...]:
    return connection.namespace, connection.transport, connection.local.port, address


def _places(connection: Connection) -> Iterator[tuple[object, ...]]:
    """Return where a listener could have taken the connection: its own address, or any."""
    for address in (connection.local.address, *_ANY):
        yield _place(connection, address)
