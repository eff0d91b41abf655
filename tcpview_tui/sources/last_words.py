"""What the kernel's announcements of ended sockets add: final counters, and connections that nothing else has told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Connection, Endpoint, Key, Namespace
from tcpview_tui.model.snapshot import Passed
from tcpview_tui.sources.brief import is_over
from tcpview_tui.sources.processes import user_name
from tcpview_tui.sources.seen import SocketId

if TYPE_CHECKING:
    from tcpview_tui.model.traffic import Measure
    from tcpview_tui.sources.farewells import Farewell

Said = tuple[SocketId, "Farewell"]
_Place = tuple[int, Endpoint, Endpoint | None]

REMEMBERED = 65_536
"""Connections that are gone and remembered: a process can keep the socket of a connection that was reset for long."""


class Added(NamedTuple):
    """Final counters by key, and connections that no look saw: those told of by other events, too."""

    measures: dict[Key, Measure]
    passed: tuple[Passed, ...]


class LastWords:
    """Finds the connection that each announcement is about: by cookie, else by both ends.

    The kernel makes a cookie when somebody first asks for it. A socket that nobody asked about before it went over to
    TIME_WAIT has another one there than in its announcement.
    """

    def __init__(self, own: int) -> None:
        """`own` is the inode of this program's network namespace."""
        self._namespaces: dict[int, Namespace | None] = {own: None}
        self._look = 0
        self._gone: dict[Key, int] = {}
        self._over: list[Connection] = []
        self._waiting: list[Said] = []

    def settle(
        self,
        said: Sequence[Said],
        known: Collection[Key],
        fresh: Sequence[Connection],
        gone: Iterable[Connection],
        passed: Iterable[Passed],
        at: float | None,
    ) -> Added:
        """Return what is new. `known` are the connections of this look, `fresh` those of them that were not there
        at the look before, and `gone` those of the look before that are no more.

        `passed` are those that other events have told of. When there are other events, `at` is `None`, and what
        nothing fits waits for them until the next look; else it is the second UTC that is told as its end.
        """
        self._remember(fresh, gone)
        measures: dict[Key, Measure] = {}
        strangers = [*self._waiting, *self._strangers(said, known, measures)]
        waited = {identity for identity, _ in self._waiting}
        left = self._after_over(strangers, fresh, measures)
        told = list(passed)
        left = self._after_passed(left, told, measures)
        if at is not None:
            self._waiting = []
            measures |= {identity: farewell.measured for identity, farewell in left}
            told += [self._passed(identity, farewell, at) for identity, farewell in left]
        else:
            self._waiting = [each for each in left if each[0] not in waited]
        return Added(measures, tuple(told))

    def _remember(self, fresh: Iterable[Connection], gone: Iterable[Connection]) -> None:
        self._look += 1
        for connection in fresh:
            self._namespaces[_place(connection)[0]] = connection.namespace
        self._gone |= {connection.key: self._look for connection in gone if connection.transport == "tcp"}
        while len(self._gone) > REMEMBERED:
            del self._gone[next(iter(self._gone))]

    def _strangers(self, said: Iterable[Said], known: Collection[Key], measures: dict[Key, Measure]) -> Iterable[Said]:
        """Give `measures` the connections known by cookie, unless they are long gone; return the others.

        Without a remote port there was no connection, or the kernel does not tell any more which: it clears the port
        when a connection is refused or the process disconnects (tcp_disconnect).
        """
        for identity, farewell in said:
            gone = self._gone.pop(identity, None)
            if identity in known or (gone is not None and gone >= self._look - 1):
                measures[identity] = farewell.measured
            elif gone is None and farewell.ends.remote is not None and farewell.ends.remote.port:
                yield identity, farewell

    def _after_over(
        self, strangers: Sequence[Said], fresh: Iterable[Connection], measures: dict[Key, Measure]
    ) -> list[Said]:
        """Give `measures` the connections first seen when they were over; return the strangers that are none of them.

        An announcement can come one look later than its connection is over.
        """
        over = [*self._over, *(connection for connection in fresh if is_over(connection))]
        keys: dict[_Place, list[Key]] = {}
        for connection in over if strangers else ():
            keys.setdefault(_place(connection), []).append(connection.key)
        left: list[Said] = []
        for identity, farewell in strangers:
            if found := keys.get(_said_of(identity, farewell)):
                measures[found.pop(0)] = farewell.measured
            else:
                left.append((identity, farewell))
        self._over = [each for each in over[len(self._over) :] if each.key not in measures]
        return left

    def _after_passed(self, strangers: Iterable[Said], told: list[Passed], measures: dict[Key, Measure]) -> list[Said]:
        """Give `measures` those that have passed, and them their namespace; return who is none of them."""
        places: dict[tuple[Endpoint, Endpoint | None], list[int]] = {}
        for number, (connection, _) in enumerate(told):
            places.setdefault((connection.local, connection.remote), []).append(number)
        left: list[Said] = []
        for identity, farewell in strangers:
            if found := places.get((farewell.ends.local, farewell.ends.remote)):
                number = found.pop(0)
                connection, closed_at = told[number]
                measures[connection.key] = farewell.measured
                told[number] = Passed(replace(connection, namespace=self._namespace(identity)), closed_at)
            else:
                left.append((identity, farewell))
        return left

    def _namespace(self, identity: SocketId) -> Namespace | None:
        return self._namespaces.get(identity.namespace, Namespace(identity.namespace))

    def _passed(self, identity: SocketId, farewell: Farewell, at: float) -> Passed:
        family, local, remote = farewell.ends
        user = user_name(farewell.uid) if farewell.uid else None  # 0 is also told when the kernel does not know
        connection = Connection(
            identity, "tcp", family, farewell.measured.state, local, remote, user=user,
            namespace=self._namespace(identity),
        )  # fmt: skip
        return Passed(connection, at)


def _place(connection: Connection) -> _Place:
    inode = connection.key.namespace if isinstance(connection.key, SocketId) else 0
    return inode, connection.local, connection.remote


def _said_of(identity: SocketId, farewell: Farewell) -> _Place:
    return identity.namespace, farewell.ends.local, farewell.ends.remote
