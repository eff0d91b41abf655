"""The view: which rows stand on which line, and on which of them the cursor is. It is no widget."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import TYPE_CHECKING

from tcpview_tui.model.columns import Context
from tcpview_tui.model.grouping import Group, Grouping, GroupKey
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.settling import Settling
from tcpview_tui.model.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.order import Order
    from tcpview_tui.model.row import Row


class View(Sheet):
    """Rows in order, narrowed, grouped, with a cursor that is a connection (or a group) and not a line number.

    Times are monotonic seconds, given by the caller. While the person moves the cursor (`SETTLE`) rows change
    in place; what came, went or moves is laid out afterwards. A row under a cursor that a person has put there
    stays, and stays where it is, until the cursor leaves it: also when it has closed, when the filter matches it no
    more, or when it should stand elsewhere. So does a selected row, for as long as it is selected. A pinned row
    stays, too, at the top. A cursor that nobody has moved belongs to the first screen.
    """

    def __init__(self) -> None:
        super().__init__()
        self.context = Context()
        self.narrowing = Narrowing()
        self.pins: frozenset[Key] = frozenset()
        self.opened: frozenset[GroupKey] = frozenset()
        self.frozen = False
        self._settling = Settling()
        self._chosen = False
        self._unjoined = self._unsorted = False

    def apply(self, update: Update, now: float) -> None:
        """Take in rows that differ. Nothing happens while frozen: `thaw` catches up."""
        if self.frozen:
            return
        self._ledger.add(update)
        if update and self._settling.is_moving(now):
            self._lineup.replace(update)
        else:
            self.settle(now)

    def settle(self, now: float) -> None:
        """Lay out what waited for the person to finish moving."""
        if self.frozen or self._settling.is_moving(now):
            return
        self._settling.rest()
        if self._waits() or self.narrowing.volatile:
            before = self.cursor
            if self._unsorted:
                self._merge()
                self._ledger.sort(self.context)
            self._unjoined = self._unsorted = False
            self._lay_out(keep=True)
            if before is not None and self.cursor != before:
                self._settling.slip(now)

    def settle_now(self, now: float) -> None:
        """Lay out what waits although the cursor has just moved: the person has asked for it."""
        self._settling.rest()
        self.settle(now)

    def unsettled_for(self, now: float) -> float | None:
        """Return in how many seconds `settle` will have something to do; `None` when nothing waits."""
        if self.frozen or not self._waits():
            return None
        return self._settling.rests_in(now)

    def slipped(self, now: float) -> bool:
        """True when the row under the cursor has just gone: a key pressed now was meant for it, not for the next.

        With rows selected, a key is meant for those.
        """
        return not self.selection and self._settling.has_slipped(now)

    def acknowledge(self) -> None:
        """Take it that the person knows by now which row is under the cursor."""
        self._settling.acknowledge()

    def freeze(self) -> None:
        """Keep every line as it is; sorting, filtering and moving still work on what is there."""
        self._lay_out(keep=True)
        self.frozen = True

    def thaw(self, rows: Mapping[Key, Row]) -> None:
        """Show `rows`, all there is now."""
        self.frozen = False
        self._settling.rest()
        self._ledger.replace(dict(rows))
        self._lay_out(keep=True)

    def sort(self, order: Order) -> None:
        """Sort by another order; the cursor goes with its row."""
        self._merge()
        self._ledger.order = order
        self._ledger.sort(self.context)
        self._lay_out(keep=True)

    def group(self, grouping: Grouping | None) -> None:
        """Group by something else, all groups closed, or by nothing; the cursor goes with its row or to its group."""
        self._merge()
        line = self.current_line
        if isinstance(line, Group):
            self.cursor = line.entries[0][1]
        self._ledger.group(grouping)
        self.opened = frozenset()
        self._lay_out(keep=True)

    def rejoin(self, now: float, *, sort: bool) -> None:
        """Filter anew, and `sort`, because names have arrived: as soon as nobody moves."""
        self._unjoined, self._unsorted = True, self._unsorted or sort
        self.settle(now)

    def narrow(self, narrowing: Narrowing) -> None:
        """Show only what `narrowing` lets through."""
        self.narrowing = narrowing
        self._lay_out(keep=False)

    def unfold(self, *, is_open: bool) -> bool:
        """Open or close the group under the cursor, which goes to the heading. Return whether that did anything."""
        group = self.current_group
        if group is None or group.is_open == is_open:
            return False
        self.opened = self.opened ^ {group.key}
        self.cursor = group.key
        self._lay_out(keep=True)
        return True

    def pin(self, keys: Iterable[Key]) -> bool:
        """Pin rows to the top; when all of them are, unpin them. Return whether they are pinned now."""
        wanted = frozenset(keys)
        pinned = not wanted <= self.pins
        line = self.current_line
        if pinned and isinstance(line, Group):  # or the same key again would be for the next group
            self.cursor = line.entries[0][1]
        self.pins = self.pins | wanted if pinned else self.pins - wanted
        self._lay_out(keep=True)
        return pinned

    @property
    def is_chosen(self) -> bool:
        """True when a person has put the cursor where it is."""
        return self._chosen

    def go_home(self, now: float) -> None:
        """Put the cursor on the first line, and leave it to what comes to stand there; while selecting, stretch."""
        if self.selection.anchor is not None and self.selection.lasts:
            self.move(0, now)
            return
        self.selection.end()
        self._settling.rest()
        self._settling.slip(now)
        self._place(0)
        self._chosen = False

    def move(self, line: int, now: float) -> None:
        """Put the cursor on a line, or on the nearest there is; a selection that lasts stretches to it."""
        if not self.selection.lasts:
            self.selection.end()
        self._reach(line, now)

    def go_to(self, key: Key, now: float) -> bool:
        """Put the cursor on a row; return false when it stands on no line."""
        line = self._lineup.number_of(key)
        if line is not None:
            self.move(line, now)
        return line is not None

    def select(self, line: int, now: float) -> None:
        """Put the cursor on a line and select up to it, from where the stretch or else the cursor began."""
        if self.selection.anchor is None:
            self.begin_selection(lasts=False)
        self._reach(line, now)

    def _reach(self, line: int, now: float) -> None:
        before = self.cursor_line
        self._settling.moved(now)
        if self._lines:
            self._chosen = True
            self._place(line)
            if self.selection.anchor is not None:
                anchor, lineup = self._lineup.number_of(self.selection.anchor), self._lineup
                reached = lineup.between(anchor or 0, self.cursor_line)
                self.selection.stretch(reached, lineup.between(before, self.cursor_line))

    def choose(self, line: int, now: float, *, add: bool, keep: bool) -> None:
        """Put the cursor on a line as a click does in every list; `add` and `keep` are those of `Selection.click`."""
        self.selection.end()
        self.move(line, now)
        self.selection.click(self.current and self.current.key, add=add, keep=keep)

    def begin_selection(self, *, lasts: bool = True) -> bool:
        """Let a selection begin at the cursor, which stays with its row; return false where there is no row.

        One that `lasts` is extended by every move.
        """
        row = self.current
        if row is not None:
            self._chosen = True
            self.selection.begin(row.key, lasts=lasts)
        return row is not None

    def end_selection(self) -> bool:
        """Keep what is selected and move on without; return whether a selection had begun."""
        return self.selection.end()

    def select_all(self) -> None:
        """Select every row that stands on a line and that the filter lets through."""
        strangers = self._lineup.strangers
        self.selection.end()
        every = [key for key in self._lineup.between(0, len(self)) if key not in strangers]
        self.selection.stretch(every, every)
        self.selection.end()

    @property
    def held(self) -> Set[Key]:
        """The keys of the rows that stay also when they are gone."""
        return self._still() | self.pins

    def _merge(self) -> None:
        if not self.frozen:
            self._ledger.merge(self.context, self._still(), self.held)

    def _still(self) -> Set[Key]:
        """Return the keys of the rows that must not move, nor go."""
        return self.selection.keys | {self.cursor} if self._chosen else self.selection.keys

    def _waits(self) -> bool:
        still = self._still()
        return self._unjoined or self._ledger.waits(still, self.held) or not self._lineup.guests <= still

    def _lay_out(self, *, keep: bool) -> None:
        """Work out all lines; with `keep`, rows that must stay do so against the filter: data changed, and no wish."""
        self._merge()
        held = self._still() if keep else frozenset()
        self._lineup.pick(self._ledger.entries, self.narrowing.passes(self.context), held, self.pins)
        self._lineup.arrange(self.pins, self.grouping, self.opened, by_rank=not self.order.by)
        self._follow()
        if self.selection:
            self.selection.restrict(self.selection.keys & {key for _, key, _, _ in self._lines})

    def _follow(self) -> None:
        """Find what the cursor was on, or the heading its row is hidden under; when it is gone, stay on the line."""
        cursor, line, lineup = self.cursor, self.cursor_line, self._lineup
        if line < len(lineup.lines) and lineup.lines[line][1] == cursor:
            return
        found = lineup.number_of(cursor)
        if found is None and self.grouping is not None:
            found = lineup.heading_of(cursor, self.grouping)
        self._place(line if found is None else found)

    def _place(self, line: int) -> None:
        self.cursor_line = max(0, min(line, len(self._lines) - 1))
        self.cursor = self._lines[self.cursor_line][1] if self._lines else None
