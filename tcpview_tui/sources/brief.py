"""What events know beyond two looks: when a connection opened and closed, who it was, and those never seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Connection, Endpoint, Key, State
from tcpview_tui.model.snapshot import Passed

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.lives import Life

Ends = tuple[Endpoint, Endpoint]

Listeners = Callable[[], Mapping[int, "tuple[Process, ...]"]]
"""Returns who listens, by local port."""


class BriefId(NamedTuple):
    """The key of a connection that no look saw: it had no cookie that anybody asked for."""

    number: int


class Told(NamedTuple):
    """What events add to one look: exact ends of connections that are gone, and connections that passed unseen."""

    ended: dict[Key, float]
    passed: tuple[Passed, ...]


class Brief:
    """Matches lives with connections, by both ends and in their order. Lives are taken before a look is made."""

    def __init__(self) -> None:
        self._lives: dict[Ends, list[Life]] = {}
        self._owed: set[Ends] = set()
        self._number = 0

    def take(self, lives: Iterable[Life]) -> None:
        """Take the lives that ended before the look that follows.

        A life that ended while the look before was made belongs to a connection that had ended in it already.
        """
        found: defaultdict[Ends, list[Life]] = defaultdict(list)
        for life in lives:
            found[life.local, life.remote].append(life)
        for owed in self._owed & found.keys():
            del found[owed][0]
        self._owed = set()
        self._lives = dict(found)

    def of(self, connection: Connection) -> Life | None:
        """Return the life, already ended, that a connection in its last states goes back to; once."""
        return self._claim(connection, -1)

    def settle(self, gone: Iterable[Connection], listeners: Listeners) -> Told:
        """Return what is left to tell when the connections `gone` are known."""
        ended: dict[Key, float] = {}
        for connection in gone:
            if connection.state is State.TIME_WAIT:  # its life ended when it got there
                continue
            life = self._claim(connection, 0)  # it was there before any other between the same ends
            if life is not None and life.closed_at is not None:
                ended[connection.key] = life.closed_at
        left = [life for lives in self._lives.values() for life in lives if life.closed_at is not None]
        self._lives = {}
        listening = listeners() if left else {}
        return Told(ended, tuple(self._passed(life, listening) for life in left))

    def _claim(self, connection: Connection, which: int) -> Life | None:
        if connection.remote is None or connection.transport != "tcp":
            return None
        ends = connection.local, connection.remote
        if lives := self._lives.get(ends):
            return lives.pop(which)
        self._owed.add(ends)
        return None

    def _passed(self, life: Life, listening: Mapping[int, tuple[Process, ...]]) -> Passed:
        self._number += 1
        owners: tuple[Process, ...] = (life.process,) if life.process else ()
        if life.direction == "in":  # who accepts is not told, and who listens is likelier than who was interrupted
            owners = owners or listening.get(life.local.port, ())
        closed = life.closed_at or 0.0
        opened = closed if life.opened_at is None else min(life.opened_at, closed)
        connection = Connection(
            BriefId(self._number), "tcp", life.family, life.state, life.local, life.remote, owners,
            direction=life.direction, opened_at=opened,
        )  # fmt: skip
        return Passed(connection, closed)


def completed(connection: Connection, life: Life | None) -> Connection:
    """Return the connection with what its life adds."""
    if life is None:
        return connection
    past = (life.process,) if life.process and not connection.owners else ()
    direction = life.direction or connection.direction
    return replace(connection, opened_at=life.opened_at, direction=direction, past_owners=past)
