"""A row: a connection with its history, as the table shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Direction, Key, State
    from tcpview_tui.model.process import Process

Passage = tuple["State", float]
"""A state, and the wall-clock second UTC of the first look that saw it."""


class Mark(StrEnum):
    """What just happened to a row. The value is the sign in the gutter, so that colour is never the only sign."""

    NONE = " "
    NEW = "+"
    CHANGED = "~"
    CLOSED = "x"


@dataclass(frozen=True, slots=True)
class Row:
    """One connection and what is remembered of it. A row never changes; a new one takes its place.

    `ordinal` counts rows in the order they were first seen, so that it breaks every tie. `first_seen` and
    `closed_at` are wall-clock seconds UTC; `marked_at` is monotonic seconds. `preexisting` rows were there at
    the first look: they opened at some unknown earlier time. `owners` outlives the connection's own: a socket
    in TIME_WAIT belongs to no process any more, and `owners_past` says that the row shows who had it.
    `passages` are the states it went through, empty for as long as there was only one. `touched` is the number of
    the look that last saw it open, change or close.
    """

    ordinal: int
    connection: Connection
    direction: Direction
    first_seen: float
    preexisting: bool = False
    owners: tuple[Process, ...] = ()
    owners_past: bool = False
    mark: Mark = Mark.NONE
    marked_at: float = 0.0
    before: Connection | None = None
    closed_at: float | None = None
    passages: tuple[Passage, ...] = ()
    touched: int = 0

    @property
    def key(self) -> Key:
        """The key of the connection."""
        return self.connection.key

    @property
    def owner(self) -> Process | None:
        """The process shown on the row, present or past; `None` when nobody ever saw one."""
        return self.owners[0] if self.owners else None

    @property
    def is_closed(self) -> bool:
        """True when the connection is gone and the row lingers or is kept."""
        return self.closed_at is not None

    @property
    def is_brief(self) -> bool:
        """True when it opened and closed between two looks, and nobody has told when: its times are that of a look."""
        return self.closed_at == self.first_seen and self.connection.opened_at is None

    @property
    def history(self) -> tuple[Passage, ...]:
        """Every state it was seen in with the time, the oldest first; at least the present one."""
        return self.passages or ((self.connection.state, self.first_seen),)

    @property
    def sign(self) -> str:
        """The sign in the gutter: that of the mark, and that of a closed row for as long as it is kept."""
        return Mark.CLOSED.value if self.is_closed else self.mark.value
