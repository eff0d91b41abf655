"""Stand-ins for time and for the machine, and short ways to make what they return."""

from __future__ import annotations

from collections.abc import Iterable

from tcpview_tui.model.connection import Connection, Endpoint, Family, Key, State, Transport
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Ending, Passed, Problem, Snapshot
from tcpview_tui.model.traffic import Measure
from tcpview_tui.sources.base import Reading

EPOCH = 1_767_225_600.0
"""2026-01-01T00:00:00Z: the wall clock of every test begins here."""


class FakeClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._slept = 0.0

    def wall(self) -> float:
        return EPOCH + self.now - 1000.0 + self._slept

    def monotonic(self) -> float:
        return self.now

    def slept(self) -> float:
        return self._slept

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep: nobody's `monotonic` goes on meanwhile."""
        self._slept += seconds


class FakeSource:
    """A source that returns what a test puts in."""

    name = "fake"
    has_counters = True
    unseen: tuple[Problem, ...] = ()
    follows_tcp = False
    cannot_disconnect: str | None = None

    def __init__(self, *connections: Connection) -> None:
        self.connections = list(connections)
        self.problems: tuple[Problem, ...] = ()
        self.error: Exception | None = None
        self.inspections: dict[tuple[int, float | None], Inspection] = {}
        self.inspected = 0
        self.services: dict[tuple[Transport, int], str] = {}
        self.measures: dict[Key, Measure] = {}
        self.ended: dict[Key, Ending] = {}
        self.passed: tuple[Passed, ...] = ()
        self.refusal: OSError | None = None
        self.disconnected: list[Key] = []
        self.is_closed = False

    def read(self) -> Reading:
        if self.error:
            raise self.error
        connections = {c.key: c for c in self.connections}
        return Reading(connections, self.problems, self.measures, self.ended, self.passed)

    def inspect(self, process: Process) -> Inspection:
        self.inspected += 1
        nothing = Inspection.without(process.identity, Absence.UNTOLD)
        return self.inspections.get(process.identity, nothing)

    def service_name(self, transport: Transport, port: int) -> str | None:
        return self.services.get((transport, port))

    def disconnect(self, connection: Connection) -> None:
        if self.refusal:
            raise self.refusal
        self.disconnected.append(connection.key)
        self.connections = [each for each in self.connections if each.key != connection.key]

    def close(self) -> None:
        self.is_closed = True


NGINX = Process(
    pid=812, started=100.0, name="nginx", user="www-data", executable="/usr/sbin/nginx",
    command_line="nginx: worker process", service="nginx.service",
)  # fmt: skip
CURL = Process(
    pid=4242, started=900.0, name="curl", user="alice", executable="/usr/bin/curl",
    command_line="curl https://example.org/", service="session-3.scope",
)  # fmt: skip


def connection(
    key: Key,
    state: State = State.ESTABLISHED,
    local: tuple[str, int] = ("10.0.0.5", 50000),
    remote: tuple[str, int] | None = ("93.184.216.34", 443),
    owners: Iterable[Process] = (CURL,),
    transport: Transport = "tcp",
    family: Family = 4,
) -> Connection:
    end = None if remote is None else Endpoint(*remote)
    return Connection(key, transport, family, state, Endpoint(*local), end, tuple(owners))


def listener(key: Key, port: int, owners: Iterable[Process] = (NGINX,), address: str = "0.0.0.0") -> Connection:
    return connection(key, State.LISTEN, (address, port), None, owners)


def snapshot(sequence: int, taken_at: float, *connections: Connection) -> Snapshot:
    return Snapshot(sequence, taken_at, {c.key: c for c in connections})
