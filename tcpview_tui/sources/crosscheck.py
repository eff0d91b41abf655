"""TCP and UDP sockets that sock_diag tells and /proc/net does not, or the reverse: two ways to one table.

Both lists are read in turn several times, so that a socket which is in all of one was there while the other was read.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import HiddenSocket, Unlooked
from tcpview_tui.sources import inet_diag, procfd, socklists
from tcpview_tui.sources.netlink import DiagSocket
from tcpview_tui.sources.rounds import Rounds
from tcpview_tui.sources.seen import SocketId
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.machine import List
    from tcpview_tui.model.connection import Namespace
    from tcpview_tui.sources.inet_diag import Ends, Table

MOST = 50_000
"""Sockets of all network namespaces up to which the lists are compared: that takes half a second."""

REST = 4000
"""How many times as long as it took it rests: with 10,000 sockets, 3 to 5 minutes, and 20 with 64 namespaces."""

COMPARISONS = 3
"""In all of them a socket must be missing: the kernel skips one now and then while its neighbours come and go."""

_COOKIE = slice(40, 48)
"""Where the cookie stands in the names of a socket: inet_diag_sockid (linux/inet_diag.h)."""


class CrossCheck:
    """Holds both lists against each other, of every network namespace."""

    def __init__(self, clock: Clock, proc: Path = Path("/proc"), most: int = MOST) -> None:
        self._clock = clock
        self._net = proc / "thread-self/net"
        self._rounds = Rounds(proc, "hidden-socket", self._hidden)
        self._most = most
        self._left = 0
        self._first: dict[int, float] = {}
        self._last: Reading[tuple[HiddenSocket | Unlooked, ...]] = ()
        self._next = 0.0

    def look(self) -> Reading[tuple[HiddenSocket | Unlooked, ...]]:
        """Return the sockets that one list lacks, or, while it rests, those of the last time. Never raises.

        Returned, too, are the namespaces where the lists could not be compared.

        A comparison costs 4 microseconds for each socket, and 5 milliseconds for each namespace, since the kernel goes
        through the sockets of all to list those of one. Of a table in which sockets come and go it takes two, and a
        third only when something hides.
        """
        began = self._clock.monotonic()
        if began >= self._next:
            self._last = self._look()
            ended = self._clock.monotonic()
            self._next = ended + (ended - began) * REST
        return self._last

    def _look(self) -> Reading[tuple[HiddenSocket | Unlooked, ...]]:
        self._left = self._most
        try:
            found = self._rounds.go()
        except (OSError, ValueError) as error:
            return Unread(f"The two lists of sockets cannot be compared: {safe(str(error), 200)}.")
        hidden = (*found.now, *found.earlier)
        self._first = {each.inode: each.first for each in hidden}
        return (*hidden, *found.unlooked)

    def _hidden(self, namespace: Namespace | None) -> list[HiddenSocket]:
        """Compare the tables of the namespace of this thread. Raises OSError and ValueError."""
        number = socklists.in_use(self._net)
        if number > self._left:
            raise ValueError(f"with its {number:,} sockets it would take too long, the bound is {self._most:,} in all")
        self._left -= number
        try:
            with closing(DiagSocket()) as diag:
                found = [each for table in socklists.TABLES for each in self._compare(diag, table)]
        except IndexError as error:
            raise ValueError(str(error)) from None
        return [each._replace(namespace=namespace) for each in found]

    def _compare(self, diag: DiagSocket, table: Table) -> Iterator[HiddenSocket]:
        both = socklists.read(diag, self._net, table)
        unlisted, untold = both.told.keys() - both.lines.keys(), both.lines.keys() - both.told.keys()
        for _ in range(COMPARISONS - 1):
            if not unlisted and not untold:
                return
            both = socklists.read(diag, self._net, table)
            unlisted &= both.told.keys() - both.lines.keys()
            untold &= both.lines.keys() - both.told.keys()
        for inode in sorted(unlisted):
            names = both.told[inode]
            hidden = self._told(table, inode, inet_diag.ends(names, table.family), "/proc/net")
            cookie = int.from_bytes(names[_COOKIE], sys.byteorder)
            yield hidden._replace(key=SocketId(procfd.network("/proc/thread-self"), cookie))
        for inode in sorted(untold):
            yield self._told(table, inode, socklists.ends(both.lines[inode], table), "netlink")

    def _told(self, table: Table, inode: int, ends: Ends, lacks: List) -> HiddenSocket:
        protocol = table.transport.upper() + ("6" if ends.family == 6 else "")
        now = self._clock.wall()
        first = self._first.get(inode, now)
        return HiddenSocket(protocol, ends.local, ends.remote, inode, lacks, COMPARISONS, first, now)
