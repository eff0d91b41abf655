"""What events know beyond two looks: when a connection opened and closed, who it was, and those never seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Connection, Endpoint, Key, Namespace, State, Unowned
from tcpview_tui.model.snapshot import Passed

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.lives import Life

Ends = tuple[Endpoint, Endpoint]

Listeners = Callable[[], Iterable[Connection]]
"""Returns the TCP listeners there are."""

OWED_LOOKS = 10
"""Looks for which a life is expected that ended while a look was made: its event may be late."""

_OWED_LIMIT = 65_536

_WILDCARDS = {4: ("0.0.0.0", "::"), 6: ("::",)}  # noqa: S104 - compared, not bound
"""Addresses that a listener for every address has; one on ``::`` accepts IPv4 too, unless told not to (ipv6(7))."""


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
        self._owed: dict[Ends, tuple[int, int]] = {}
        self._look = 0
        self._number = 0

    def take(self, lives: Iterable[Life]) -> None:
        """Take the lives that ended before the look that follows.

        A life that ended while a look was made belongs to a connection that had ended in it already: it is taken off,
        whether it is told at the next look or, of a late event, at one of the `OWED_LOOKS`.
        """
        found: defaultdict[Ends, list[Life]] = defaultdict(list)
        for life in lives:
            found[life.local, life.remote].append(life)
        self._look += 1
        self._forget()
        for ends in self._owed.keys() & found.keys():
            count, until = self._owed[ends]
            paid = min(count, len(found[ends]))
            del found[ends][:paid]
            self._owed[ends] = count - paid, until
            if count == paid:
                del self._owed[ends]
        self._lives = dict(found)

    def of(self, connection: Connection) -> Life | None:
        """Return the life, already ended, that a connection in its last states goes back to; once."""
        life = self._claim(connection, -1)
        if life is None:
            self.owe(connection)
        return life

    def owe(self, connection: Connection) -> None:
        """Expect the end of a life that is known to be that of this connection: it has not passed unseen."""
        if connection.remote is None or connection.transport != "tcp":
            return
        ends = connection.local, connection.remote
        count, _ = self._owed.pop(ends, (0, 0))
        self._owed[ends] = count + 1, self._look + OWED_LOOKS

    def settle(self, gone: Iterable[Connection], listeners: Listeners) -> Told:
        """Return what is left to tell when the connections `gone` are known."""
        ended: dict[Key, float] = {}
        for connection in gone:
            if connection.state is State.TIME_WAIT:  # its life ended when it got there
                continue
            life = self._claim(connection, 0)  # it was there before any other between the same ends
            if life is None and not is_over(connection):
                self.owe(connection)
            if life is not None and life.closed_at is not None:
                ended[connection.key] = life.closed_at
        left = [life for lives in self._lives.values() for life in lives if life.closed_at is not None]
        self._lives = {}
        listening = _by_port(listeners()) if left else {}
        return Told(ended, tuple(self._passed(life, listening.get(life.local.port, ())) for life in left))

    def _claim(self, connection: Connection, which: int) -> Life | None:
        if connection.remote is None or connection.transport != "tcp":
            return None
        lives = self._lives.get((connection.local, connection.remote))
        return lives.pop(which) if lives else None

    def _forget(self) -> None:
        """Expect no more what has not come in time; the oldest stand first."""
        while self._owed:
            oldest = next(iter(self._owed))
            if self._owed[oldest][1] >= self._look and len(self._owed) <= _OWED_LIMIT:
                break
            del self._owed[oldest]

    def _passed(self, life: Life, listening: Iterable[Connection]) -> Passed:
        self._number += 1
        owners: tuple[Process, ...] = (life.process,) if life.process else ()
        if life.direction == "in":  # who accepts is not told, and who listens is likelier than who was interrupted
            owners = owners or _accepting(life, listening)
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


def is_over(connection: Connection) -> bool:
    """Whether the kernel has told CLOSED of it already: it winds up TIME_WAIT, and FIN_WAIT_2 that nobody holds."""
    orphaned = connection.state is State.FIN_WAIT_2 and connection.unowned is Unowned.ENDED
    return orphaned or connection.state is State.TIME_WAIT


def _by_port(listening: Iterable[Connection]) -> dict[int, list[Connection]]:
    found: dict[int, list[Connection]] = {}
    for connection in listening:
        found.setdefault(connection.local.port, []).append(connection)
    return found


def _accepting(life: Life, listening: Iterable[Connection]) -> tuple[Process, ...]:
    """Return who listens at the local end of a life; nobody where that can be several.

    The nearer address counts in each namespace. In which one a life was is not told.
    """
    nearest = (life.local.address, *_WILDCARDS[life.family])
    found: defaultdict[Namespace | None, defaultdict[int, set[tuple[Process, ...]]]]
    found = defaultdict(lambda: defaultdict(set))
    for connection in listening:
        if connection.local.address in nearest:
            found[connection.namespace][nearest.index(connection.local.address)].add(connection.owners)
    owners = {each for by_rank in found.values() for each in by_rank[min(by_rank)]}
    return next(iter(owners)) if len(owners) == 1 else ()
