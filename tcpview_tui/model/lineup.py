"""The lineup: which of all entries stand on which line, pinned ones first, the others in groups or not."""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, cast

from tcpview_tui.model.grouping import Arranger, GroupKey
from tcpview_tui.model.row import Row

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.grouping import Entry, Grouping, Line
    from tcpview_tui.model.narrowing import Passes


class Lineup:
    """Lines, and the entries they were made of.

    `strangers` are the keys of rows shown against the filter, because they are held or pinned; `guests` are those
    of them that are not pinned, and leave as soon as nothing holds them.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.shown: list[Entry] = []
        self.pinned = 0
        self.strangers: Set[Key] = frozenset()
        self.guests: Set[Key] = frozenset()
        self._arranger = Arranger()

    def pick(self, entries: list[Entry], passes: Passes | None, held: Set[Key], pins: Set[Key]) -> None:
        """Take the entries that pass, those whose keys are `held`, and those that are pinned."""
        self.strangers = self.guests = frozenset()
        self.shown = entries
        if passes is None:
            return
        stays = held | pins
        self.shown = [entry for entry in entries if passes(entry[2]) or entry[1] in stays]
        if stays:
            self.strangers = frozenset(key for _, key, row, _ in self.shown if key in stays and not passes(row))
            self.guests = self.strangers - pins

    def arrange(self, pins: Set[Key], grouping: Grouping | None, opened: Set[GroupKey], *, by_rank: bool) -> None:
        """Make lines of what was picked; groups stand as `Arranger.arrange` says."""
        self.pinned = 0
        if not pins and grouping is None:
            self.lines = cast("list[Line]", self.shown)
            return
        rest = [entry for entry in self.shown if entry[1] not in pins]
        lines = self._arranger.arrange(rest, grouping, opened, by_rank=by_rank) if grouping else rest
        top = [entry for entry in self.shown if entry[1] in pins]
        self.lines, self.pinned = [*top, *lines], len(top)

    def replace(self, rows: dict[Key, Row | None]) -> None:
        """Show rows as they are now, each on the line it has."""
        self.lines = [(place, key, rows.get(key) or item, value) for place, key, item, value in self.lines]

    def number_of(self, wanted: Key) -> int | None:
        """Return the line with that key."""
        return next((number for number, (_, key, _, _) in enumerate(self.lines) if key == wanted), None)

    def heading_of(self, wanted: Key, grouping: Grouping) -> int | None:
        """Return the line of the group that holds the row with that key."""
        value = next((value for _, key, _, value in self.shown if key == wanted), None)
        return self.number_of(GroupKey(grouping.id, value))

    def between(self, one: int, other: int) -> list[Key]:
        """Return the keys of the rows from one line to the other, both included."""
        first, last = sorted((one, other))
        return [key for _, key, item, _ in self.lines[first : last + 1] if isinstance(item, Row)]
