"""The ledger: all rows in order, filtered or not, and what waits to be put in its place."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

from tcpview_tui.model.order import Order
from tcpview_tui.model.row import Mark

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.grouping import Entry, Grouping
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.row import Row


class Ledger:
    """Entries sorted by `order`. Differences are added at once and merged when the person does not look away.

    Two sets of keys decide what a difference may do to a row: one in `still` keeps its place, whatever it becomes,
    and one in `kept`, which has all of `still`, stays when it is gone. A row that has left these sets gets what it
    had coming at the next merge.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.order = Order()
        self.grouping: Grouping | None = None
        self._pending: Update = {}
        self._owed: Update = {}
        self._last: dict[Key, Row] = {}

    def __len__(self) -> int:
        return len(self.entries)

    def add(self, update: Update) -> None:
        """Take in rows that differ; they wait for `merge`."""
        for key, row in update.items():
            before = None if row else self._pending.get(key)
            if before is not None:  # it closed and went while it waited; who keeps it must see it closed
                self._last[key] = before
        self._pending |= update

    def replace(self, rows: Update) -> None:
        """Let `rows` be all there is from the next merge on."""
        known = (*(entry[1] for entry in self.entries), *self._pending)
        gone: Update = {key: None for key in known if key not in rows}
        self.add(gone | rows)

    def waits(self, still: Collection[Key], kept: Collection[Key]) -> bool:
        """Return whether `merge` would have something to do."""
        return bool(self._pending) or any(key not in _holding(row, still, kept) for key, row in self._owed.items())

    def merge(self, context: Context, still: Collection[Key], kept: Collection[Key]) -> None:
        """Put everything that waits in its place."""
        released = {key: row for key, row in self._owed.items() if key not in _holding(row, still, kept)}
        update = released | self._pending
        if not update:
            return
        known = {entry[1] for entry in self.entries if entry[1] in kept} if kept else set()
        held = {key: update[key] for key in known & update.keys() if key in _holding(update[key], still, kept)}
        self._owed = {key: row for key, row in self._owed.items() if key not in update} | held
        last, self._pending, self._last = self._last, {}, {}
        entries = [entry for entry in self.entries if entry[1] not in update]
        if held:
            staying = [entry for entry in self.entries if entry[1] in held]
            entries += [(at, key, held[key] or _faded(last.get(key, row)), value) for at, key, row, value in staying]
        entries += self._placed(((key, row) for key, row in update.items() if row and key not in held), context)
        entries.sort(key=itemgetter(0))
        self.entries = entries

    def group(self, grouping: Grouping | None) -> None:
        """Group by something else; every row keeps its place."""
        self.grouping = grouping
        if grouping is None:
            self.entries = [(place, key, row, None) for place, key, row, _ in self.entries]
        else:
            value = grouping.value
            self.entries = [(place, key, row, value(row)) for place, key, row, _ in self.entries]

    def sort(self, context: Context) -> None:
        """Give every row its place anew: another order, or other facts that rows are joined with. Groups stay."""
        place = self.order.key()
        self.entries = [(place(row, context), key, row, value) for _, key, row, value in self.entries]
        self.entries.sort(key=itemgetter(0))

    def _placed(self, rows: Iterable[tuple[Key, Row]], context: Context) -> list[Entry]:
        place, value = self.order.key(), self.grouping.value if self.grouping else _nothing
        return [(place(row, context), key, row, value(row)) for key, row in rows]


def _nothing(_: Row) -> Hashable:
    return None


def _faded(row: Row) -> Row:
    """Return a row that is gone and stays all the same: its mark has had its time."""
    return row if row.mark is Mark.NONE else replace(row, mark=Mark.NONE)


def _holding(row: Row | None, still: Collection[Key], kept: Collection[Key]) -> Collection[Key]:
    """Return the keys that hold back a difference: a row that is gone, or one that should stand elsewhere."""
    return kept if row is None else still
