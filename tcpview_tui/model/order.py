"""In which order rows stand: by columns, and where those are equal by what matters most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tcpview_tui.model import address
from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.model.row import Mark

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

SortKey = tuple[Any, ...]

_LAST_CODE_POINT = 0x10FFFF
_ENDING = KERNEL_STATES | {State.CLOSED}
_NOBODY = (chr(_LAST_CODE_POINT), 0)
_NOWHERE = (0, 0, "", 0)
_UNKNOWN = (1, None)
_HISTORY = 5
_folded = lru_cache(4096)(str.casefold)


@dataclass(frozen=True, slots=True)
class By:
    """One column to sort by."""

    column: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Up to two columns to sort by, the second as tie-break; none means the order of relevance."""

    by: tuple[By, ...] = ()

    def then(self, column: str) -> Order:
        """Return the order after a person chose `column`: by it; again: reversed; a third time: without it.

        The column chosen before becomes the tie-break.
        """
        first = self.by[0] if self.by else None
        if first is None or first.column != column:
            return Order((By(column), *self.by[:1]))
        return Order((By(column, reverse=True), *self.by[1:])) if not first.reverse else Order(self.by[1:])

    def key(self) -> Callable[[Row, Context], SortKey]:
        """Return the function that gives a row's sort key. Keys are unique, so that an order is never by chance."""
        if not self.by:
            return lambda row, _: _relevance(row)
        first, *second = [_directed(BY_ID[by.column].sort_key, by.reverse) for by in self.by]
        if not second:
            return lambda row, context: (*first(row, context), _rank(row), row.ordinal)
        last = second[0]
        return lambda row, context: (*first(row, context), *last(row, context), row.ordinal)


def _directed(value: Callable[[Row, Context], Any], reverse: bool) -> Callable[[Row, Context], SortKey]:
    """Return the part of a sort key that a column gives; unknown values sort last in both directions."""

    def directed(row: Row, context: Context) -> SortKey:
        fact = value(row, context)
        if fact is None:
            return _UNKNOWN
        return (0, _inverted(fact) if reverse else fact)

    return directed


@lru_cache(65_536)
def _inverted(value: Any) -> Any:
    if isinstance(value, str):  # the last code point ends it, so that a prefix sorts after what it begins
        return "".join(chr(_LAST_CODE_POINT - ord(character)) for character in value) + chr(_LAST_CODE_POINT)
    return tuple(_inverted(part) for part in value) if isinstance(value, tuple) else -value


def _relevance(row: Row) -> SortKey:
    """Conversations with the world first, then local ones, listeners, what the kernel winds up, and what is history.

    A row that has just changed or closed stays where it was until its mark fades, so that it is seen to happen. Of
    what is history, the last comes first.
    """
    if is_history(row):
        return (_HISTORY, -(row.closed_at or 0.0), row.ordinal)
    connection = row.before or row.connection
    remote = connection.remote
    owner = row.owner
    who = (_folded(owner.name), owner.pid) if owner else _NOBODY
    where = (*address.order(remote.address), remote.port) if remote else _NOWHERE
    return (_rank(row), *who, *where, connection.local.port, row.ordinal)


def is_history(row: Row) -> bool:
    """True for a closed row that is kept, once its mark has faded."""
    return row.closed_at is not None and row.mark is Mark.NONE


def _rank(row: Row) -> int:
    if is_history(row):
        return _HISTORY
    connection = row.before or row.connection
    remote, state = connection.remote, connection.state
    if state in _ENDING:
        return 4
    if remote is None:
        return 3 if state is State.NONE or address.is_loopback(connection.local.address) else 2
    return 1 if address.is_loopback(remote.address) else 0
