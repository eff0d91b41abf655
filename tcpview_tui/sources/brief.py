"""What events know beyond two looks: when a connection opened and closed, who it was, and those never seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Key, Namespace, State, Unowned
from tcpview_tui.model.snapshot import Ending, Passed
from tcpview_tui.sources.accepting import Acceptor, Listeners, Listening, namespace_of

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.sources.lives import Life

Ends = tuple[Endpoint, Endpoint]

OWED_LOOKS = 10
"""Looks for which a life is expected that ended while a look was made: its event may be late."""

_OWED_LIMIT = 65_536


class BriefId(NamedTuple):
    """The key of a connection that no look saw: it had no cookie that anybody asked for."""

    number: int


class Trace(Enum):
    """How far events told what happened before a look."""

    NONE = auto()
    GAPS = auto()
    WHOLE = auto()


class Told(NamedTuple):
    """What is added to one look: how connections that are gone ended, and connections that passed unseen.

    Of those in `fins`, of both kinds, the other end had closed its side.
    """

    ended: dict[Key, Ending]
    passed: tuple[Passed, ...]
    fins: Set[Key] = frozenset()
    trace: Trace = Trace.WHOLE


class _Debt(NamedTuple):
    """Lives that are still to be told: how many, until which look, and when theirs were known to be over, at last."""

    number: int
    until: int
    at: float


class Brief:
    """Matches lives with connections, by both ends and in their order. Lives are taken before a look is made.

    Between the same ends, lives of the namespace of the connection come first, then those of an unknown one. One of
    another comes last and counts all the same: a process can use a socket that was made elsewhere (setns(2), unix(7)).
    """

    def __init__(self, clock: Clock, own: int) -> None:
        """`own` is the inode of this program's network namespace."""
        self._clock = clock
        self._own = own
        self._lives: dict[Ends, list[Life]] = {}
        self._owed: dict[Ends, _Debt] = {}
        self._look = 0
        self._number = 0
        self._fins: set[Key] = set()
        self._untold: Namespace | None = UNKNOWN_NAMESPACE

    def take(self, lives: Iterable[Life]) -> None:
        """Take the lives that ended before the look that follows.

        A life that ended while a look was made belongs to a connection that had ended in it already: it is taken off,
        whether it is told at the next look or, of a late event, at one of the `OWED_LOOKS`. One that began when the
        connection was known to be over is another's: whoever can make debts must not hide what comes after.
        """
        found: defaultdict[Ends, list[Life]] = defaultdict(list)
        for life in lives:
            found[life.local, life.remote].append(life)
        self._look += 1
        self._forget()
        for ends in self._owed.keys() & found.keys():
            debt = self._owed[ends]
            paid = [each for each in found[ends] if (each.opened_at or 0.0) <= debt.at][: debt.number]
            found[ends] = [each for each in found[ends] if not any(each is one for one in paid)]
            self._owed[ends] = debt._replace(number=debt.number - len(paid))
            if debt.number == len(paid):
                del self._owed[ends]
        self._lives = dict(found)

    def of(self, connection: Connection) -> Life | None:
        """Return the life, already ended, that a connection in its last states goes back to; once."""
        life = self._claim(connection, is_last=True)
        if life is None:
            self.owe(connection)
        return life

    def owe(self, connection: Connection) -> None:
        """Expect the end of a life that is known to be that of this connection: it has not passed unseen.

        A connection that was not answered yet has no life: the kernel makes its socket with the last step of the
        handshake (tcp_v4_syn_recv_sock).
        """
        if connection.remote is None or connection.transport != "tcp" or connection.state is State.SYN_RECEIVED:
            return
        ends = connection.local, connection.remote
        before = self._owed.pop(ends, None)
        number = before.number if before else 0
        self._owed[ends] = _Debt(number + 1, self._look + OWED_LOOKS, self._clock.wall())

    def settle(self, gone: Iterable[Connection], listeners: Listeners, is_alone: bool = False) -> Told:
        """Return what is left to tell when the connections `gone` are known.

        `is_alone`: there is no namespace but the own, which what is untold is in then.
        """
        self._fins = set()
        self._untold = None if is_alone else UNKNOWN_NAMESPACE
        listening = Listening(listeners, self._own)
        waited = State.TIME_WAIT  # its life ended when it got there
        endings = {each.key: self._ending(each, listening) for each in gone if each.state is not waited}
        left = [life for lives in self._lives.values() for life in lives if life.closed_at is not None]
        self._lives = {}
        ended = {key: ending for key, ending in endings.items() if ending != Ending()}
        return Told(ended, tuple(self._passed(life, listening) for life in left), self._fins)

    def _claim(self, connection: Connection, *, is_last: bool) -> Life | None:
        """Take the first or the last of the lives that fit best."""
        if connection.remote is None or connection.transport != "tcp":
            return None
        lives = self._lives.get((connection.local, connection.remote))
        if not lives:
            return None
        place = namespace_of(connection, self._own)
        fits = [_fit(life, place) for life in lives]
        numbers = [number for number, fit in enumerate(fits) if fit == max(fits)]
        return lives.pop(numbers[-1 if is_last else 0])

    def _ending(self, connection: Connection, listening: Listening) -> Ending:
        life = self._claim(connection, is_last=False)  # it was there before any other between the same ends
        if life is None and not is_over(connection):
            self.owe(connection)
        if life and life.has_fin:
            self._fins.add(connection.key)
        owners = connection.owners or connection.past_owners
        if owners:
            owners = ()
        elif life and life.process:
            owners = (life.process,)
        elif "in" in (connection.direction, life and life.direction):
            owners = listening.at(connection.local, connection.family, namespace_of(connection, self._own)).owners
        return Ending(life.closed_at if life and not life.sharers else None, owners)

    def _forget(self) -> None:
        """Expect no more what has not come in time; the oldest stand first."""
        while self._owed:
            oldest = next(iter(self._owed))
            if self._owed[oldest].until >= self._look and len(self._owed) <= _OWED_LIMIT:
                break
            del self._owed[oldest]

    def _passed(self, life: Life, listening: Listening) -> Passed:
        self._number += 1
        accepted = Acceptor()
        if life.direction == "in":  # who accepts is not told, and who listens is likelier than who was interrupted
            accepted = listening.at(life.local, life.family, life.namespace)
        owners = (life.process,) if life.process else accepted.owners
        place = accepted.namespace if life.namespace is None else life.namespace
        closed = life.closed_at or 0.0
        opened = None if life.opened_at is None else min(life.opened_at, closed)
        connection = Connection(
            BriefId(self._number), "tcp", life.family, life.state, life.local, life.remote, owners,
            direction=life.direction, opened_at=opened,
            namespace=self._namespace(place),
        )  # fmt: skip
        if life.has_fin:
            self._fins.add(connection.key)
        return Passed(connection, closed)

    def _namespace(self, inode: int | None) -> Namespace | None:
        if inode is None:
            return self._untold
        return None if inode == self._own else Namespace(inode)


def completed(connection: Connection, before: Connection | None, life: Life | None) -> Connection:
    """Return the connection with what its life adds; what was known `before` stays known."""
    if before is None and life is None:
        return connection
    direction = connection.direction or (before.direction if before else None)
    opened_at = before.opened_at if before else None
    past = before.past_owners if before else ()
    if life:
        direction = life.direction or direction
        opened_at = life.opened_at if opened_at is None else opened_at
        past = past or ((life.process,) if life.process and not connection.owners else ())
    return replace(connection, opened_at=opened_at, direction=direction, past_owners=past)


def is_over(connection: Connection) -> bool:
    """Whether the kernel has told CLOSED of it already: it winds up TIME_WAIT, and FIN_WAIT_2 that nobody holds."""
    orphaned = connection.state is State.FIN_WAIT_2 and connection.unowned is Unowned.ENDED
    return orphaned or connection.state is State.TIME_WAIT


def _fit(life: Life, place: int) -> int:
    """Return how well a life goes with a connection in that namespace: the higher, the better."""
    return 1 if life.namespace is None else 2 * (life.namespace == place)
