"""The arrangement of the columns: in which order they stand, which are off, and which have a width of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tcpview_tui.model.columns import BY_ID, COLUMNS, Column

LEAST, MOST = 3, 200
"""Cells a column can be given: less shows nothing of a value, more is wider than the screens there are."""

_DEFAULT_ORDER = tuple(column.id for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the person wants the columns. It never changes; each method returns another one.

    `order` names every column there is; `off` those that are not shown, never all of them. `widths` are pairs of
    column and cells, in the order of the columns, for those that do not take their width from the screen.
    """

    order: tuple[str, ...] = _DEFAULT_ORDER
    off: frozenset[str] = frozenset()
    widths: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, order: Iterable[str], off: Iterable[str] = (), widths: Mapping[str, int] | None = None) -> Arrangement:
        """Return the arrangement of a remembered file, which may come from another version of the program.

        Columns that are unknown here are dropped; those it does not name stand after the one that they stand after
        by default. When all are off, all are on again.
        """
        known = [name for name in dict.fromkeys(order) if name in BY_ID]
        for place, name in enumerate(_DEFAULT_ORDER):
            if name not in known:
                known.insert(known.index(_DEFAULT_ORDER[place - 1]) + 1 if place else 0, name)
        hidden = frozenset(off).intersection(BY_ID)
        arrangement = cls(tuple(known), hidden if len(hidden) < len(known) else frozenset())
        for name in (widths or {}).keys() & BY_ID.keys():
            arrangement = arrangement.widened(name, (widths or {})[name])
        return arrangement

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns that are on, in their order; at least one."""
        return tuple(BY_ID[name] for name in self.order if name not in self.off)

    def width(self, name: str) -> int | None:
        """Return the cells chosen for a column; `None` when it takes its width from the screen."""
        return dict(self.widths).get(name)

    def toggled(self, name: str) -> Arrangement:
        """Switch a column off or on; the last one that is on stays."""
        off = self.off ^ {name}
        return replace(self, off=off) if len(off) < len(self.order) else self

    def moved(self, name: str, step: int) -> Arrangement:
        """Move a column by `step` places, negative towards the start, and not past the ends."""
        order = [each for each in self.order if each != name]
        order.insert(max(self.order.index(name) + step, 0), name)
        return replace(self, order=tuple(order))

    def widened(self, name: str, width: int | None) -> Arrangement:
        """Give a column a width in cells, within `LEAST` and `MOST`; with `None` the screen decides again."""
        widths = {**dict(self.widths), name: width if width is None else max(LEAST, min(width, MOST))}
        pairs = ((each, widths.get(each)) for each in _DEFAULT_ORDER)
        return replace(self, widths=tuple((each, cells) for each, cells in pairs if cells is not None))
