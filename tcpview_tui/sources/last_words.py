"""What the kernel's announcements of ended sockets add: final counters, and connections that nothing else has told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Connection, Endpoint, Key
from tcpview_tui.model.snapshot import Passed
from tcpview_tui.sources.processes import user_name

if TYPE_CHECKING:
    from tcpview_tui.model.traffic import Measure
    from tcpview_tui.sources.farewells import Farewell
    from tcpview_tui.sources.seen import SocketId

Said = tuple["SocketId", "Farewell"]


class Added(NamedTuple):
    """Final counters by key, and connections that no look saw."""

    measures: dict[Key, Measure]
    passed: tuple[Passed, ...]


class LastWords:
    """Finds the connection that each announcement is about: by cookie, else by both ends."""

    def __init__(self) -> None:
        self._gone: set[Key] = set()
        self._waiting: list[Said] = []

    def settle(
        self,
        said: Sequence[Said],
        known: Collection[Key],
        gone: Iterable[Key],
        passed: Iterable[Passed],
        at: float | None,
    ) -> Added:
        """Return what is new. `known` are the connections of this look, `gone` those of the look before that are not.

        `passed` are those that other events have told of. When there are other events, `at` is `None`, and what
        nothing fits waits for them until the next look; else it is the second UTC that is told as its end.
        """
        before, self._gone = self._gone, set(gone)
        measures: dict[Key, Measure] = {}
        strangers: list[Said] = []
        for identity, farewell in (*self._waiting, *said):
            if identity in known or identity in self._gone:
                measures[identity] = farewell.measured
            elif identity not in before and farewell.ends.remote is not None:
                strangers.append((identity, farewell))
        left = list(_matched(strangers, passed, measures))
        if at is not None:
            self._waiting = []
            measures |= {identity: farewell.measured for identity, farewell in left}
            return Added(measures, tuple(_passed(identity, farewell, at) for identity, farewell in left))
        waited = {identity for identity, _ in self._waiting}
        self._waiting = [each for each in left if each[0] not in waited]
        return Added(measures, ())


def _matched(strangers: Iterable[Said], passed: Iterable[Passed], measures: dict[Key, Measure]) -> Iterable[Said]:
    """Give `measures` those of the connections that have passed, by their ends; return the others."""
    by_ends: dict[tuple[Endpoint, Endpoint | None], list[Key]] = {}
    for each in passed:
        by_ends.setdefault((each.connection.local, each.connection.remote), []).append(each.connection.key)
    for identity, farewell in strangers:
        keys = by_ends.get((farewell.ends.local, farewell.ends.remote))
        if keys:
            measures[keys.pop(0)] = farewell.measured
        else:
            yield identity, farewell


def _passed(identity: SocketId, farewell: Farewell, at: float) -> Passed:
    family, local, remote = farewell.ends
    state = farewell.measured.state
    user = user_name(farewell.uid) if farewell.uid else None  # 0 is also what the kernel tells when it does not know
    connection = Connection(identity, "tcp", family, state, local, remote, user=user, opened_at=at)
    return Passed(connection, at)
