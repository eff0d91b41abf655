"""What the kernel's announcements of ended sockets add: final counters, and connections that nothing else has told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Key, Namespace, State
from tcpview_tui.model.snapshot import Passed
from tcpview_tui.sources.brief import Trace, is_over
from tcpview_tui.sources.lives import AFTER_FIN
from tcpview_tui.sources.processes import user_name
from tcpview_tui.sources.seen import SocketId

if TYPE_CHECKING:
    from tcpview_tui.model.traffic import Measure
    from tcpview_tui.sources.brief import Told
    from tcpview_tui.sources.farewells import Farewell

Said = tuple[SocketId, "Farewell"]
_Ends = tuple[Endpoint, Endpoint | None]
_Place = tuple[int, Endpoint, Endpoint | None]

REMEMBERED = 65_536
"""Connections that are gone and remembered: a process can keep the socket of a connection that was reset for long."""


class _Gone(NamedTuple):
    """The look that missed a connection first, and whether the other end had closed its side before."""

    look: int
    has_fin: bool


class Added(NamedTuple):
    """Final counters by key, and connections that no look saw: those told of by other events, too."""

    measures: dict[Key, Measure]
    passed: tuple[Passed, ...]


class _Names:
    """Namespaces as connections have them; one of which none is left has no name. They are gone through when needed."""

    def __init__(self, own: int, *read: Iterable[Connection]) -> None:
        self._own = own
        self._read = read

    def of(self, inode: int) -> Namespace | None:
        """Return the namespace with that inode, with its name if it is known; `None` for the own."""
        return None if inode == self._own else self._known.get(inode, Namespace(inode))

    @cached_property
    def _known(self) -> dict[int, Namespace]:
        return {each.namespace.inode: each.namespace for some in self._read for each in some if each.namespace}


class LastWords:
    """Finds the connection that each announcement is about: by cookie, else by both ends.

    The kernel makes a cookie when somebody first asks for it. A socket that nobody asked about before it went over to
    TIME_WAIT has another one there than in its announcement.
    """

    def __init__(self, own: int) -> None:
        """`own` is the inode of this program's network namespace."""
        self._own = own
        self._names = _Names(own)
        self._look = 0
        self._at = 0.0
        self._gone: dict[Key, _Gone] = {}
        self._unsaid: dict[_Ends, Key] = {}
        self._over: list[Connection] = []
        self._waiting: list[Said] = []
        self._had_gaps = False

    def settle(
        self,
        said: Sequence[Said],
        known: Mapping[Key, Connection],
        fresh: Sequence[Connection],
        gone: Collection[Connection],
        told: Told,
        at: float,
    ) -> Added:
        """Return what is new at the second UTC `at`. `known` are the connections of this look, `fresh` those of them
        that were not there at the look before, and `gone` those of the look before that are no more.

        `told` is what the trace has told. What nothing fits waits for it until the next look.
        """
        self._names = _Names(self._own, gone, known.values())
        self._remember(gone, told.fins)
        measures: dict[Key, Measure] = {}
        strangers = [*self._waiting, *self._strangers(said, known, measures)]
        left = self._after_over(strangers, fresh, measures)
        passed = [self._named(each) for each in told.passed]
        left = self._after_passed(left, passed, told.fins, measures)
        alone = self._given_up(left, told.trace, measures)
        measures |= {identity: farewell.measured for identity, farewell in alone}
        ended, self._at = (at if told.trace is Trace.NONE else self._at), at
        passed += [self._passed(identity, farewell, ended) for identity, farewell in alone]
        return Added(measures, tuple(passed))

    def _remember(self, gone: Iterable[Connection], fins: Collection[Key]) -> None:
        self._look += 1
        for connection in gone:
            if connection.transport == "tcp":
                has_fin = connection.state in AFTER_FIN or connection.key in fins
                self._gone[connection.key] = _Gone(self._look, has_fin)
        _bound(self._gone)

    def _strangers(
        self, said: Iterable[Said], known: Mapping[Key, Connection], measures: dict[Key, Measure]
    ) -> Iterable[Said]:
        """Give `measures` the connections known by cookie, unless they are long gone; return the others.

        Without a remote port there was no connection, or the kernel does not tell any more which: it clears the port
        when a connection is refused or the process disconnects (tcp_disconnect).
        """
        for identity, farewell in said:
            gone = self._gone.pop(identity, None)
            if there := known.get(identity):
                measures[identity] = _measured(farewell, _counts_fin(farewell, there))
            elif gone is not None and gone.look >= self._look - 1:
                measures[identity] = _measured(farewell, gone.has_fin)
            elif gone is None and farewell.ends.remote is not None and farewell.ends.remote.port:
                yield identity, farewell

    def _after_over(
        self, strangers: Sequence[Said], fresh: Iterable[Connection], measures: dict[Key, Measure]
    ) -> list[Said]:
        """Give `measures` the connections first seen when they were over; return the strangers that are none of them.

        An announcement can come one look later than its connection is over.
        """
        over = [*self._over, *(connection for connection in fresh if is_over(connection))]
        places: dict[_Place, list[Connection]] = {}
        for connection in over if strangers else ():
            places.setdefault(_place(connection), []).append(connection)
        left: list[Said] = []
        for identity, farewell in strangers:
            if found := places.get(_said_of(identity, farewell)):
                connection = found.pop(0)
                measures[connection.key] = _measured(farewell, _counts_fin(farewell, connection))
            else:
                left.append((identity, farewell))
        self._over = [each for each in over[len(self._over) :] if each.key not in measures]
        return left

    def _after_passed(
        self, strangers: Sequence[Said], passed: list[Passed], fins: Collection[Key], measures: dict[Key, Measure]
    ) -> list[Said]:
        """Give `measures` those that have passed, and them their namespace; return who is none of them.

        Those in an unknown one stay so, and uncounted, where several namespaces announce the same ends.
        """
        places: dict[_Ends, set[int]] = {}
        for identity, farewell in strangers:
            places.setdefault((farewell.ends.local, farewell.ends.remote), set()).add(identity.namespace)
        numbers: dict[_Ends, list[int]] = {}
        for number, (connection, _) in enumerate(passed):
            numbers.setdefault((connection.local, connection.remote), []).append(number)
        left: list[Said] = []
        for identity, farewell in strangers:
            ends = farewell.ends.local, farewell.ends.remote
            if found := numbers.get(ends):
                namespace = self._names.of(identity.namespace)
                number = max(found, key=lambda each: (_fit(passed[each].connection, namespace), -each))
                found.remove(number)
                connection, closed_at = passed[number]
                if connection.namespace == UNKNOWN_NAMESPACE and len(places[ends]) > 1:
                    continue
                measures[connection.key] = _measured(farewell, connection.key in fins)
                passed[number] = Passed(replace(connection, namespace=namespace), closed_at)
            else:
                left.append((identity, farewell))
        self._unsaid |= {ends: passed[each].connection.key for ends, found in numbers.items() for each in found}
        _bound(self._unsaid)
        return left

    def _given_up(self, left: list[Said], trace: Trace, measures: dict[Key, Measure]) -> list[Said]:
        """Return the strangers that nothing else will tell of: without a trace all, else, where it had gaps, those
        that have waited.

        Those of connections that had passed long before, and whose process kept the socket, get their counters.
        """
        had_gaps, self._had_gaps = self._had_gaps, trace is Trace.GAPS
        waited = {identity for identity, _ in self._waiting}
        self._waiting = [each for each in left if each[0] not in waited and trace is not Trace.NONE]
        alone: list[Said] = []
        for identity, farewell in left if trace is Trace.NONE else [each for each in left if each[0] in waited]:
            key = self._unsaid.pop((farewell.ends.local, farewell.ends.remote), None)
            if key is not None:
                measures[key] = farewell.measured
            elif had_gaps or trace is not Trace.WHOLE:
                alone.append((identity, farewell))
        return alone

    def _named(self, passed: Passed) -> Passed:
        """Return it with the name of its namespace."""
        connection, closed_at = passed
        if connection.namespace is None or connection.namespace == UNKNOWN_NAMESPACE:
            return passed
        return Passed(replace(connection, namespace=self._names.of(connection.namespace.inode)), closed_at)

    def _passed(self, identity: SocketId, farewell: Farewell, at: float) -> Passed:
        family, local, remote = farewell.ends
        user = user_name(farewell.uid) if farewell.uid else None  # 0 is also told when the kernel does not know
        connection = Connection(
            identity, "tcp", family, farewell.measured.state, local, remote, user=user,
            namespace=self._names.of(identity.namespace),
        )  # fmt: skip
        return Passed(connection, at)


def _place(connection: Connection) -> _Place:
    inode = connection.key.namespace if isinstance(connection.key, SocketId) else 0
    return inode, connection.local, connection.remote


def _fit(connection: Connection, namespace: Namespace | None) -> int:
    """Return how well what has passed goes with an announcement of that namespace: the higher, the better."""
    return 1 if connection.namespace == UNKNOWN_NAMESPACE else 2 * (connection.namespace == namespace)


def _said_of(identity: SocketId, farewell: Farewell) -> _Place:
    return identity.namespace, farewell.ends.local, farewell.ends.remote


def _counts_fin(farewell: Farewell, waits: Connection) -> bool:
    """Return whether what was received counts the FIN for which a connection is in TIME_WAIT.

    A process that closed with bytes unread would have reset it, so what is left unread is the FIN. One that was read,
    by a process that waited for it, looks like one that has come after the announcement: it is not taken off.
    """
    return waits.state is State.TIME_WAIT and farewell.unread > 0


def _measured(farewell: Farewell, has_fin: bool) -> Measure:
    """Return the final counters. Announcements say CLOSED: a FIN that is known of is told by a state that has one."""
    return farewell.measured._replace(state=State.LAST_ACK) if has_fin else farewell.measured


def _bound(remembered: dict[Any, Any]) -> None:
    while len(remembered) > REMEMBERED:
        del remembered[next(iter(remembered))]
