"""What every source promises, and the sampler that turns its readings into snapshots."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.meter import Meter
from tcpview_tui.model.snapshot import Code, Problem, Snapshot
from tcpview_tui.model.traffic import NO_FLOW
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Connection, Key, Transport
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Ending, Passed
    from tcpview_tui.model.traffic import Gauge, Measure


_PATIENCE = 1.0
"""Seconds that leaving waits for a first look that is under way."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source saw in one look: connections by key, and what it could not see.

    `measures` has the counters that differ from the look before, those of closed connections too; `ended`, `passed`
    and `missed` are those of `Snapshot`. The counters of `old` connections, met first now, began long ago. A source
    that knows none of them leaves them empty.
    """

    connections: Mapping[Key, Connection] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    measures: Mapping[Key, Measure] = field(default_factory=dict)
    ended: Mapping[Key, Ending] = field(default_factory=dict)
    passed: tuple[Passed, ...] = ()
    missed: int | None = None
    old: Collection[Key] = frozenset()


class Source(Protocol):
    """A machine, or what was recorded of one, that can be read again and again. It has no policy and knows no time.

    Whatever it raises, the sampler answers for.
    """

    name: str
    has_counters: bool
    """Whether this source ever tells `measures`."""
    unseen: tuple[Problem, ...]
    """What it never sees, however it is run."""

    @property
    def follows_tcp(self) -> bool:
        """Whether at present no TCP connection is too short to be seen."""
        ...

    @property
    def cannot_disconnect(self) -> str | None:
        """Why it can close no connection at all, in sentences; `None` when it can try."""
        ...

    def read(self) -> Reading:
        """Return every connection there is now. Called by one thread at a time."""
        ...

    def inspect(self, process: Process) -> Inspection:
        """Return what can be read of `process` alone, now. Called by any thread, also during a reading."""
        ...

    def service_name(self, transport: Transport, port: int) -> str | None:
        """Return the name of the service that the machine has a port registered for; `None` when it has none."""
        ...

    def disconnect(self, connection: Connection) -> None:
        """Close that very connection, whoever has it open; another one on the same addresses is never hit.

        Raises OSError with the system's reason: EPERM or EACCES not permitted, ENOENT or ESTALE gone already, EBUSY
        when it is there and the system finds another by its addresses, or none, EOPNOTSUPP when the system or this
        source cannot do it, or nothing but its addresses would tell which one it is. Called by any thread, also during
        a reading.
        """
        ...

    def close(self) -> None:
        """Give back what the source holds of the system. Called once, by any thread, when the program leaves."""
        ...


class Sampler:
    """Reads a source and numbers what it saw. A look that fails keeps the rows of the last one and says so."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self.source = source
        self._clock = clock
        self._sequence = 0
        self._last: Reading | None = None
        self._meter = Meter()
        self._first: threading.Thread | None = None
        self._is_closed = False
        self._begun: Snapshot

    def begin(self) -> None:
        """Start the first look in a thread of its own, while the program is still getting ready to show it."""
        thread = threading.Thread(target=self._begin, name="first-look", daemon=True)
        with suppress(RuntimeError):  # no thread is to be had: `sample` looks itself
            thread.start()
            self._first = thread

    def sample(self) -> Snapshot:
        """Read once. Never raises: a source that does ends in a `Problem` on the snapshot.

        After `begin`, the first call returns the look that was begun.
        """
        if self._first is not None:
            self._first.join()
            self._first = None
            return self._begun
        return self._look()

    def inspect(self, process: Process) -> Inspection:
        """Return what the source can read of `process` alone, now. Never raises. It may take long: use a worker."""
        try:
            return self.source.inspect(process)
        except Exception:  # noqa: BLE001 - as in a look
            return Inspection.without(process.identity, Absence.UNTOLD)

    def service_name(self, transport: Transport, port: int) -> str | None:
        """Return the name of the service that a port is registered for; `None` when there is none. Never raises."""
        try:
            return self.source.service_name(transport, port)
        except Exception:  # noqa: BLE001 - as in a look
            return None

    def disconnect(self, connection: Connection) -> None:
        """Close that very connection, as the source does it, and raise what it raises."""
        self.source.disconnect(connection)

    def close(self) -> None:
        """Give back what the source holds of the system; a second call does nothing. Never raises.

        A first look under way may end before, for about a second: nothing is then taken away that it is just making.
        """
        if not self._is_closed:
            self._is_closed = True
            first = self._first
            if first is not None:
                first.join(_PATIENCE)
            with suppress(Exception):  # as in a look
                self.source.close()

    def _begin(self) -> None:
        self._begun = self._look()

    def _look(self) -> Snapshot:
        started = self._clock.monotonic()
        gauges: Mapping[Key, Gauge] = {}
        flow = NO_FLOW
        try:
            self._last = reading = self.source.read()
            gauges, flow = self._meter.take(reading.measures, reading.connections, started, reading.old)
        except Exception as error:  # noqa: BLE001 - whatever a source raises must not end the program
            last, failure = self._last or Reading(), _failure(self.source, error, is_first=self._last is None)
            reading = Reading(last.connections, (*last.problems, failure))
        self._sequence += 1
        return Snapshot(
            self._sequence,
            self._clock.wall(),
            reading.connections,
            reading.problems,
            self._clock.monotonic() - started,
            gauges,
            reading.ended,
            reading.passed,
            reading.missed,
            flow,
        )


def _failure(source: Source, error: Exception, *, is_first: bool) -> Problem:
    reason = safe(str(error)) or type(error).__name__
    kept = "" if is_first else " The rows are those of the last look that succeeded."
    return Problem(
        Code.LOOK_FAILED,
        f"the last look failed: {reason}",
        f"The {source.name} source could not read the connections ({type(error).__name__}: {reason}).{kept}",
    )
