"""The dialog of the columns: which are shown, in which order, and how wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import BY_ID, COLUMNS
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.model.traffic_columns import TRAFFIC
from tcpview_tui.tui.layout import layout, pages
from tcpview_tui.tui.screens.checklist import ChecklistScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType

_KEYS = "Space shows or hides   + - width   0 width by itself   K J up and down   r resets all   Enter closes"

_REASONS = {
    "host": "once names are asked for",
    "closed": "while closed rows are kept",
    "finding": "once something is found",
    **dict.fromkeys(PLACES, "with a database of addresses"),
    **dict.fromkeys(TRAFFIC, "where the source counts"),
}
"""When the columns are shown that the table leaves out at times."""

_TITLES = max(len(column.title) for column in COLUMNS)


class ColumnsScreen(ChecklistScreen):
    """Arranges the columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,right", "widen(1)", "Wider", priority=True),
        Binding("minus,left", "widen(-1)", "Narrower", priority=True),
        Binding("0", "free", "Width by itself", priority=True),
        Binding("K,shift+up", "move(-1)", "Up", priority=True),
        Binding("J,shift+down", "move(1)", "Down", priority=True),
        Binding("r", "reset", "Reset", priority=True),
    ]

    def __init__(
        self,
        arrangement: Arrangement,
        changed: Callable[[Arrangement], None],
        room: Callable[[], int],
        without: frozenset[str] = frozenset(),
    ) -> None:
        """`changed` is told each new arrangement at once, so that the table behind the dialog shows it.

        `room` tells how many cells the table has; `without` are the columns that it leaves out at the moment.
        """
        super().__init__("Columns", _KEYS)
        self._arrangement = arrangement
        self._changed = changed
        self._room = room
        self._without = without

    def lines(self) -> list[tuple[bool, str]]:
        """Return the columns with their widths, and when those are shown that are left out now."""
        return [(name not in self._arrangement.off, self._words(name)) for name in self._arrangement.order]

    def _words(self, name: str) -> str:
        words = f"{BY_ID[name].title:<{_TITLES}}  {_width(self._arrangement.width(name))}"
        return f"{words}  {_REASONS[name]}" if name in self._without else words

    def toggle(self, place: int) -> None:
        """Show or hide a column; the last one stays."""
        self._set(self._arrangement.toggled(self._arrangement.order[place]))

    def action_widen(self, cells: int) -> None:
        """Make the column wider, from the width that it has on the screen."""
        self._set(self._arrangement.widened(self._column, self._cells() + cells))

    def action_free(self) -> None:
        """Let the column take its width from the screen."""
        self._set(self._arrangement.widened(self._column, None))

    def action_move(self, step: int) -> None:
        """Move the column, and the mark with it."""
        column = self._column
        self._set(self._arrangement.moved(column, step), column)

    def action_reset(self) -> None:
        """Show all columns in their usual order, as wide as the screen lets them be."""
        self._set(Arrangement())

    @property
    def _column(self) -> str:
        return self._arrangement.order[self.place]

    def _cells(self) -> int:
        column, arrangement, room = self._column, self._arrangement, self._room()
        chosen = arrangement.width(column)
        if chosen is not None:
            return chosen
        every = range(pages(room, arrangement, self._without))
        slots = (slot for page in every for slot in layout(room, arrangement, self._without, page))
        return next((slot.width for slot in slots if slot.column.id == column), BY_ID[column].width)

    def _set(self, arrangement: Arrangement, column: str | None = None) -> None:
        self._arrangement = arrangement
        self.update(self.place if column is None else arrangement.order.index(column))
        self._changed(arrangement)


def _width(cells: int | None) -> str:
    return "width auto" if cells is None else f"width {cells}"
