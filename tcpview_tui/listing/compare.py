"""Two states of a machine, laid side by side: what is new, what is gone, and what of the same differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.columns import BY_ID
from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.record.values import raw, shown

if TYPE_CHECKING:
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.row import Row

PLACES = ("proto", "dir", "local", "lport", "remote", "rport")
"""Columns that say where: rows that agree in them are the same, as far as the others are compared."""

FACTS = ("process", "pid", "user", "service", "state", "host", "path", "cmd")
"""Columns that say what is there."""

USUAL = ("process", "user", "path", *PLACES)
"""What is compared unless columns are chosen: what stays when a program is started again and connects again."""

_LENT = {"in": "rport", "out": "lport"}
"""Of a connection that was opened from there, the port that its system lent for the time (RFC 6335 section 6)."""


Values = tuple[str, ...]
"""The values of compared columns."""


class Verdict(StrEnum):
    """What became of a row. The value is the word for it, the sign stands before it."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"

    @property
    def sign(self) -> str:
        """The sign, as in the gutter of the table and in diff(1)."""
        return {"new": "+", "gone": "-", "changed": "~"}[self.value]


class Side(NamedTuple):
    """What there is on one side, and what it is joined with."""

    rows: Iterable[Row]
    context: Context


class Entry(NamedTuple):
    """A row, as its compared columns tell it: in full, and as people read it."""

    row: Row
    values: Values
    texts: tuple[str, ...]


class Finding(NamedTuple):
    """One difference: the row as it is, or was when it is gone; of one that changed, `before`."""

    verdict: Verdict
    entry: Entry
    before: Entry | None = None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What two states are compared by. Rows that agree in all of it count once.

    As `usual`, the ports that a system lends for a time do not count, nor connections that only the kernel has.
    """

    columns: tuple[str, ...] = USUAL
    usual: bool = True

    def findings(self, before: Side, now: Side) -> list[Finding]:
        """Return what differs, place by place."""
        old, new = self._measured(before), self._measured(now)
        return [finding for place in {**old, **new} for finding in _compared(old.get(place, {}), new.get(place, {}))]

    def _measured(self, side: Side) -> dict[Values, dict[Values, Entry]]:
        """Return the entries of a side, by their place and then by all their values."""
        is_place = [column in PLACES for column in self.columns]
        if not any(is_place):
            is_place = [True] * len(self.columns)
        places: dict[Values, dict[Values, Entry]] = {}
        for row in side.rows:
            if self.usual and row.connection.state in KERNEL_STATES:
                continue
            entry = self._entry(row, side.context)
            place = tuple(compress(entry.values, is_place))
            places.setdefault(place, {}).setdefault(entry.values, entry)
        return places

    def _entry(self, row: Row, context: Context) -> Entry:
        lent = _LENT.get(row.direction) if self.usual else None
        columns = [BY_ID[name] for name in self.columns]
        values = ("" if column.id == lent else raw(column, row, context) for column in columns)
        texts = ("*" if column.id == lent else shown(column, row, context) for column in columns)
        return Entry(row, tuple(values), tuple(texts))


def _compared(old: Mapping[Values, Entry], new: Mapping[Values, Entry]) -> Iterator[Finding]:
    """Yield what differs in one place: as many as can be are told as changed, the rest as gone or new."""
    went = [old[values] for values in sorted(old) if values not in new]
    came = [new[values] for values in sorted(new) if values not in old]
    for before, entry in zip(went, came, strict=False):
        yield Finding(Verdict.CHANGED, entry, before)
    yield from (Finding(Verdict.GONE, entry) for entry in went[len(came) :])
    yield from (Finding(Verdict.NEW, entry) for entry in came[len(went) :])
