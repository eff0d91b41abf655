"""A row: a connection with its history, as the table shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.process import Process

Direction = Literal["in", "out", "listening"]


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
        """True when the connection is gone and the row only lingers."""
        return self.closed_at is not None
