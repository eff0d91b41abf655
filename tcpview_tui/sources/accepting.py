"""Who can have accepted a connection that no process was seen to have: whoever listens at its local end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.connection import Connection, Endpoint, Family

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

Listeners = Callable[[], Iterable[Connection]]
"""Returns the TCP listeners there are."""

_WILDCARDS = {4: ("0.0.0.0", "::"), 6: ("::",)}  # noqa: S104 - compared, not bound
"""Addresses that a listener for every address has; one on ``::`` accepts IPv4 too, unless told not to (ipv6(7))."""


class Acceptor(NamedTuple):
    """Who accepts, and in which network namespace, by inode. What can be several is not told: empty, and `None`."""

    owners: tuple[Process, ...] = ()
    namespace: int | None = None


class Listening:
    """The listeners of one look, asked for with the first question."""

    def __init__(self, listeners: Listeners, own: int) -> None:
        """`own` is the inode of this program's network namespace."""
        self._listeners = listeners
        self._own = own

    def at(self, local: Endpoint, family: Family, namespace: int | None) -> Acceptor:
        """Return who accepts at an end of a namespace, or of any (`None`). The nearer address counts in each."""
        nearest = (local.address, *_WILDCARDS[family])
        found: defaultdict[int, defaultdict[int, set[tuple[Process, ...]]]] = defaultdict(lambda: defaultdict(set))
        for connection in self._by_port.get(local.port, ()):
            place = namespace_of(connection, self._own)
            if connection.local.address in nearest and namespace in (None, place):
                found[place][nearest.index(connection.local.address)].add(connection.owners)
        owners = {each for by_rank in found.values() for each in by_rank[min(by_rank)]}
        return Acceptor(
            next(iter(owners)) if len(owners) == 1 else (),
            next(iter(found)) if len(found) == 1 else None,
        )

    @cached_property
    def _by_port(self) -> dict[int, list[Connection]]:
        found: dict[int, list[Connection]] = {}
        for connection in self._listeners():
            found.setdefault(connection.local.port, []).append(connection)
        return found


def namespace_of(connection: Connection, own: int) -> int:
    """Return the inode of the network namespace that a connection is in."""
    return own if connection.namespace is None else connection.namespace.inode
