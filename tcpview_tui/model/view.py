"""The view: which rows stand on which line, and on which of them the cursor is. It is no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from tcpview_tui.model.columns import Context
from tcpview_tui.model.order import Order, SortKey
from tcpview_tui.model.toggles import hidden

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.row import Row

SETTLE = 1.0
"""Seconds after a cursor move during which lines keep their places: longer than a key repeat and a glance."""

Entry = tuple[SortKey, "Key", "Row"]
"""The key stands beside the row because 100,000 property calls are what a frame can be lost on."""


class Filter(Protocol):
    """What the view asks of a query."""

    text: str
    volatile: bool

    def matches(self, row: Row, context: Context) -> bool:
        """Return whether the row is shown."""
        ...


class View:
    """Rows in order, filtered, with a cursor that is a connection and not a line number.

    Times are monotonic seconds, given by the caller. While the person moves the cursor (`SETTLE`) rows change
    in place; what came, went or moves is laid out afterwards. A row under a cursor that a person has put there
    stays, and stays where it is, until the cursor leaves it: also when it has closed, when the filter matches it no
    more, or when it should stand elsewhere. A cursor that nobody has moved belongs to the first screen.
    """

    def __init__(self) -> None:
        self.context = Context()
        self.order = Order()
        self.query: Filter | None = None
        self.off: frozenset[str] = frozenset()
        self.frozen = False
        self.cursor: Key | None = None
        self.cursor_line = 0
        self._all: list[Entry] = []
        self._lines: list[Entry] = []
        self._pending: Update = {}
        self._left = False
        self._kept = False
        self._settled_at: float | None = None
        self._slipped_at: float | None = None
        self._chosen = False
        self._retained: Key | None = None
        self._misplaced: Row | None = None

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._all)

    @property
    def is_narrowed(self) -> bool:
        """True when a filter or a switch may hide rows."""
        return self.query is not None or bool(self.off)

    def line(self, number: int) -> Row:
        """Return the row on a line; raises IndexError beyond the end."""
        return self._lines[number][2]

    def rows(self) -> Iterable[Row]:
        """Return the rows shown, from first to last line."""
        return (row for _, _, row in self._lines)

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._lines[self.cursor_line][2] if self.cursor is not None else None

    def apply(self, update: Update, now: float) -> None:
        """Take in rows that differ. Nothing happens while frozen: `thaw` catches up."""
        if self.frozen:
            return
        self._pending |= update
        if self._settled_at is not None and now < self._settled_at:
            self._lines = [(place, key, update.get(key) or row) for place, key, row in self._lines]
        else:
            self.settle(now)

    def settle(self, now: float) -> None:
        """Lay out what waited for the person to finish moving."""
        if self.frozen or (self._settled_at is not None and now < self._settled_at):
            return
        self._settled_at = None
        if self._pending or self._left or (self.query and self.query.volatile):
            before = self.cursor
            self._merge()
            self._narrow(keep=True)
            if before is not None and self.cursor != before:
                self._slipped_at = now

    def unsettled_for(self, now: float) -> float | None:
        """Return in how many seconds `settle` will have something to do; `None` when nothing waits."""
        if self.frozen or not (self._pending or self._left):
            return None
        return 0.0 if self._settled_at is None else max(self._settled_at - now, 0.0)

    def slipped(self, now: float) -> bool:
        """True when the row under the cursor has just gone: a key pressed now was meant for it, not for the next."""
        return self._slipped_at is not None and now < self._slipped_at + SETTLE

    def acknowledge(self) -> None:
        """Take it that the person knows by now which row is under the cursor."""
        self._slipped_at = None

    def freeze(self) -> None:
        """Keep every line as it is; sorting, filtering and moving still work on what is there."""
        self._merge()
        self._narrow(keep=True)
        self.frozen = True

    def thaw(self, rows: Mapping[Key, Row]) -> None:
        """Show `rows`, all there is now."""
        self.frozen = False
        self._settled_at = None
        gone: Update = {key: None for _, key, _ in self._all if key not in rows}
        self._pending = gone | dict(rows)
        self._merge()
        self._narrow(keep=True)

    def sort(self, order: Order) -> None:
        """Sort by another order; the cursor goes with its row."""
        self._merge()
        self.order = order
        self.rejoin()

    def rejoin(self) -> None:
        """Sort and filter everything anew, because what rows are joined with (names, time) has changed."""
        self._merge()
        self._misplaced = None
        place = self.order.key()
        self._all = [(place(row, self.context), key, row) for _, key, row in self._all]
        self._all.sort(key=itemgetter(0))
        self._narrow(keep=True)

    def refilter(self) -> None:
        """Filter anew, because names have arrived."""
        self._merge()
        self._narrow(keep=True)

    def narrow(self, query: Filter | None, off: frozenset[str]) -> None:
        """Show only what `query` matches and what is not switched `off`."""
        self.query, self.off = query, off
        self._merge()
        self._narrow(keep=False)

    @property
    def is_chosen(self) -> bool:
        """True when a person has put the cursor where it is."""
        return self._chosen

    def go_home(self, now: float) -> None:
        """Put the cursor on the first line, and leave it to what comes to stand there."""
        self._settled_at = None
        self._slipped_at = now
        self._place(0)
        self._chosen = False

    def move(self, line: int, now: float) -> None:
        """Put the cursor on a line, or on the nearest there is."""
        self._settled_at = now + SETTLE
        self._slipped_at = None
        if self._lines:
            self._chosen = True
            self._place(line)

    def _merge(self) -> None:
        update, place, context = self._pending, self.order.key(), self.context
        if not update:
            return
        kept = [entry for entry in self._all if entry[1] not in update or self._retains(entry[1], update)]
        if self._chosen and self.cursor in update:
            update = dict(update)
            kept += self._in_place(update)
        kept.extend((place(row, context), key, row) for key, row in update.items() if row is not None)
        kept.sort(key=itemgetter(0))
        self._all, self._pending = kept, {}

    def _retains(self, key: Key, update: Update) -> bool:
        retained = self._chosen and key == self.cursor and update[key] is None
        if retained:
            self._retained, self._misplaced = key, None
        return retained

    def _in_place(self, update: Update) -> list[Entry]:
        """Take the cursor's row out of `update` and return it at the place it has; it moves when the cursor leaves."""
        row = update.pop(self.cursor)
        if row is None:
            return []
        for place, key, _ in self._all:
            if key == self.cursor:
                self._misplaced = row
                return [(place, key, row)]
        update[self.cursor] = row
        return []

    def _narrow(self, *, keep: bool) -> None:
        """Filter; with `keep`, the row under a chosen cursor stays, since it was data that changed and no wish."""
        passes, cursor = self._passes(), self.cursor if keep and self._chosen else None
        if passes is None:
            self._lines = self._all
        else:
            self._lines = [entry for entry in self._all if passes(entry[2]) or entry[1] == cursor]
        self._follow()
        self._left = False
        current = self.current
        self._kept = passes is not None and current is not None and not passes(current)

    def _passes(self) -> Callable[[Row], bool] | None:
        off, query, context = hidden(self.off), self.query, self.context
        if query is None:
            return (lambda row: not off(row)) if off else None
        if off is None:
            return lambda row: query.matches(row, context)
        return lambda row: not off(row) and query.matches(row, context)

    def _follow(self) -> None:
        """Find the cursor's row again; when it is gone, stay on the same line."""
        cursor, line = self.cursor, self.cursor_line
        if line < len(self._lines) and self._lines[line][1] == cursor:
            return
        found = next((number for number, (_, key, _) in enumerate(self._lines) if key == cursor), None)
        if found is None:
            self._place(line)
        else:
            self.cursor_line = found

    def _place(self, line: int) -> None:
        before = self.cursor
        self.cursor_line = max(0, min(line, len(self._lines) - 1))
        self.cursor = self._lines[self.cursor_line][1] if self._lines else None
        if before == self.cursor:
            return
        self._left = self._left or self._kept
        if self._misplaced is not None:
            self._pending.setdefault(self._misplaced.key, self._misplaced)
            self._misplaced = None
        if self._retained is not None and self._retained != self.cursor:
            self._pending.setdefault(self._retained, None)
            self._retained = None
