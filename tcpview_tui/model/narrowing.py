"""What narrows the view: filters, kinds and states switched off, and the moment from which on rows are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Protocol

from tcpview_tui.model.toggles import hidden

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import State
    from tcpview_tui.model.row import Row

Passes = Callable[["Row"], bool]


class Filter(Protocol):
    """What the view asks of a query."""

    text: str
    volatile: bool
    needs_names: bool

    def matches(self, row: Row, context: Context) -> bool:
        """Return whether the row is shown."""
        ...


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A row is shown when every filter matches it and nothing that is switched off covers it.

    `off` are ids of `toggles.TOGGLES`. With `since`, only rows that opened, changed or closed after the look of
    that number are shown.
    """

    queries: tuple[Filter, ...] = ()
    off: frozenset[str] = frozenset()
    states: frozenset[State] = frozenset()
    since: int | None = None

    def __bool__(self) -> bool:
        return self != _ALL

    @property
    def volatile(self) -> bool:
        """True when the answer for a row can change while the row does not."""
        return any(query.volatile for query in self.queries)

    @property
    def needs_names(self) -> bool:
        """True when names of remote addresses decide."""
        return any(query.needs_names for query in self.queries)

    def passes(self, context: Context) -> Passes | None:
        """Return what tells whether a row is shown; `None` when all are."""
        tests = self._tests(context)
        return reduce(_both, tests) if tests else None

    def _tests(self, context: Context) -> list[Passes]:
        tests: list[Passes] = []
        off, states, since = hidden(self.off), self.states, self.since
        if off is not None:
            tests.append(lambda row: not off(row))
        if states:
            tests.append(lambda row: row.connection.state not in states)
        if since is not None:
            tests.append(lambda row: row.touched > since)
        tests += [_matching(query, context) for query in self.queries]
        return tests


def _both(one: Passes, other: Passes) -> Passes:
    return lambda row: one(row) and other(row)


def _matching(query: Filter, context: Context) -> Passes:
    matches = query.matches
    return lambda row: matches(row, context)


_ALL = Narrowing()
