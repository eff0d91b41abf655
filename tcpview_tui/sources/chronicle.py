"""What the kernel's events add to looks: exact times, who connected, and connections that no look saw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from tcpview_tui.sources import limits
from tcpview_tui.sources.accepting import Listeners, namespace_of
from tcpview_tui.sources.brief import Brief, Told, Trace, completed, is_over
from tcpview_tui.sources.events import Events

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.sources.lives import Life


class Chronicle:
    """Events beside looks. Without the right to them it adds nothing, and says why."""

    def __init__(self, clock: Clock, own: int, follows: bool = True) -> None:
        """`own` is the inode of this program's network namespace. Who looks but once has nothing to be followed."""
        self._own = own
        self._follows = follows
        self._events = Events(clock)
        self._brief = Brief(clock, own)
        self._why_not: str | None = None
        self._is_started = False
        self._left_out = [0, 0, 0]
        self._has_gap = False

    @property
    def is_open(self) -> bool:
        """Whether events arrive."""
        return self._is_started and self._why_not is None

    @property
    def problems(self) -> Iterator[Problem]:
        """What is missing."""
        if self._why_not is not None:
            yield limits.without_events(self._why_not)
        if any(self._left_out):
            yield limits.flood(*self._left_out)

    def begin_look(self) -> None:
        """Fetch what has ended so far; the first time, begin to follow."""
        if not self._follows:
            return
        if not self._is_started:
            self._is_started = True
            self._try(self._events.start)
        elif self.is_open:
            self._try(self._drain)

    def completed(self, connection: Connection, before: Connection | None) -> Connection:
        """Return a connection with what its events tell; what was known `before` stays known."""
        return completed(connection, before, self._life(connection, before))

    def end_look(self, gone: Iterable[Connection], listeners: Listeners, is_alone: bool = False) -> Told:
        """Return what events tell of the connections that are `gone` and of those that were never there.

        `is_alone`: there is no network namespace but the own.
        """
        if not self.is_open:
            return Told({}, (), trace=Trace.NONE)
        told = self._brief.settle((each for each in gone if each.transport == "tcp"), listeners, is_alone)
        return told._replace(trace=Trace.GAPS if self._has_gap else Trace.WHOLE)

    def owe(self, connections: Iterable[Connection]) -> None:
        """Say which connections have been told of without an event: theirs, if it comes, is no other connection."""
        for connection in connections if self.is_open else ():
            self._brief.owe(connection)

    def close(self) -> None:
        """Take the trace out of the kernel."""
        self._events.stop()
        self._is_started, self._why_not = True, "it was ended"

    def _life(self, connection: Connection, before: Connection | None) -> Life | None:
        """Return the life of a connection as far as it is told; that of one which is over is told once."""
        if not self.is_open or connection.remote is None or connection.transport != "tcp":
            return None
        if before is not None and is_over(before):
            return None
        life = self._events.opened(connection.local, connection.remote)
        if life and life.namespace not in (None, namespace_of(connection, self._own)):
            life = None
        if is_over(connection):
            if life is None:
                return self._brief.of(connection)
            self._brief.owe(connection)
        return life

    def _drain(self) -> None:
        happened = self._events.drain()
        self._brief.take(happened.lives)
        self._has_gap = happened.lost + happened.dropped > 0
        left_out = (happened.lost, happened.dropped, happened.unnamed)
        self._left_out = [before + now for before, now in zip(self._left_out, left_out, strict=True)]

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            self._why_not = error.strerror or str(error)
            self._events.stop()
