"""The portable source: what psutil sees on Linux, macOS and Windows."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

from tcpview_tui.model.address import parse
from tcpview_tui.model.connection import KERNEL_STATES, Connection, Endpoint, Family, Key, State, Transport
from tcpview_tui.model.process import Process
from tcpview_tui.sources import limits, services
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.identity import Line, Predecessors, passed_on
from tcpview_tui.sources.inspect import inspect
from tcpview_tui.sources.processes import ProcessTable

if TYPE_CHECKING:
    from tcpview_tui.model.inspection import Inspection
    from tcpview_tui.model.snapshot import Problem

_STATES = {
    psutil.CONN_ESTABLISHED: State.ESTABLISHED,
    psutil.CONN_SYN_SENT: State.SYN_SENT,
    psutil.CONN_SYN_RECV: State.SYN_RECEIVED,
    psutil.CONN_FIN_WAIT1: State.FIN_WAIT_1,
    psutil.CONN_FIN_WAIT2: State.FIN_WAIT_2,
    psutil.CONN_TIME_WAIT: State.TIME_WAIT,
    psutil.CONN_CLOSE_WAIT: State.CLOSE_WAIT,
    psutil.CONN_LAST_ACK: State.LAST_ACK,
    psutil.CONN_LISTEN: State.LISTEN,
    psutil.CONN_CLOSING: State.CLOSING,
    psutil.CONN_NONE: State.NONE,
}
"""psutil's words for the states of RFC 9293; what is missing here (CLOSE, Windows' DELETE_TCB) is CLOSED."""

Pids = tuple[int | None, ...]
Owners = tuple[Process, ...]


class _Raw(NamedTuple):
    """The fields of ``psutil.net_connections``, for a list that was asked process by process."""

    fd: int
    family: int
    type: int
    laddr: Any
    raddr: Any
    status: str
    pid: int | None


class _Listing(NamedTuple):
    """All sockets with the pids that have them, and how many processes did not say which they have."""

    lines: dict[Line, Pids]
    refused: int


class PsutilSource:
    """Reads every TCP and UDP socket through psutil.

    psutil tells no socket identity, so it is made here: each socket gets a number when it appears and keeps it
    for as long as its line can be the same socket (`identity`); a port that is used again is another one.
    """

    name = "psutil"
    has_counters = False
    unseen: tuple[Problem, ...] = (limits.OTHER_NAMESPACES, limits.COUNTERS, limits.SHARED)
    follows_tcp = False
    cannot_disconnect: str | None = (
        "The psutil source cannot close connections; --source sockdiag can, on Linux. Ending a process closes its own."
    )

    def __init__(self) -> None:
        self._processes = ProcessTable()
        self._known: dict[Line, Connection] = {}
        self._serial = 0

    def read(self) -> Reading:
        """Return all sockets. Raises what psutil raises when the system refuses the whole list."""
        self._processes.begin()
        listing = _listing()
        gone, known, fresh = dict(self._known), dict[Line, Connection](), list[tuple[Line, Owners]]()
        holders: dict[Pids, Owners] = {}
        for line, pids in listing.lines.items():
            owners = holders.get(pids)
            if owners is None:
                owners = holders[pids] = self._owners(pids)
            connection = gone.pop(line, None)
            if connection is not None and connection.owners != owners:
                connection = passed_on(connection, owners)
            if connection is None:
                fresh.append((line, owners))
            else:
                known[line] = connection
        self._known = known | self._identified(fresh, Predecessors(gone))
        connections: dict[Key, Connection] = {connection.key: connection for connection in self._known.values()}
        return Reading(connections, tuple(self._problems(connections, listing.refused)))

    def inspect(self, process: Process) -> Inspection:
        """Return what the system tells of `process` now. Never raises."""
        return inspect(process)

    def service_name(self, transport: Transport, port: int) -> str | None:
        """Return the name of a port in the system's list, which is read when the first name is asked for."""
        return self._services.get((transport, port))

    def disconnect(self, connection: Connection) -> None:
        """Raise OSError: psutil closes no connections."""
        raise OSError(errno.EOPNOTSUPP, "the psutil source cannot close connections", connection.ends)

    def close(self) -> None:
        """Do nothing: nothing is held."""

    @cached_property
    def _services(self) -> services.Names:
        return services.read(services.database())

    def _owners(self, pids: Pids) -> Owners:
        found = (self._processes.get(pid) for pid in pids if pid)  # Windows books what nobody holds to pid 0
        return tuple(process for process in found if process)

    def _identified(self, fresh: list[tuple[Line, Owners]], before: Predecessors) -> dict[Line, Connection]:
        found: dict[Line, Connection] = {}
        for line, owners in fresh:
            state = _STATES.get(line.status, State.CLOSED)
            old = before.take(line, state, owners)
            if old is None:
                self._serial += 1
                found[line] = _connection(self._serial, line, state, owners)
            else:
                found[line] = replace(old, state=state, owners=owners)
        return found

    def _problems(self, connections: dict[Key, Connection], refused: int) -> Iterator[Problem]:
        lost = sum(not c.owners and c.state not in KERNEL_STATES for c in connections.values())
        if refused:
            yield limits.processes(refused)
        if lost:
            yield limits.ownerless(lost, each_is_told=False)
        if self._processes.refused:
            yield limits.paths(self._processes.refused)


def _listing() -> _Listing:
    try:
        raws, refused = psutil.net_connections("inet"), 0
    except psutil.AccessDenied:  # macOS tells the whole list to root only: ask process by process
        raws, refused = _by_process()
    if sys.platform == "linux":  # one line a socket
        return _Listing({raw: (raw.pid,) for raw in raws}, refused)
    return _Listing(_merged(raws), refused)


def _by_process() -> tuple[list[Any], int]:
    raws: list[Any] = []
    refused = 0
    for process in psutil.process_iter():
        try:
            raws += [_Raw(*raw, process.pid) for raw in process.net_connections("inet")]
        except psutil.AccessDenied:
            refused += 1
        except (psutil.Error, OSError):
            continue
    return raws, refused


def _merged(raws: list[Any]) -> dict[Line, Pids]:
    """Return each socket once, where the system lists it once for each process: connected ones, by their addresses.

    What is merely bound stays apart: several sockets can be bound to one address, and no listener may be missed.
    """
    first: dict[tuple[Any, ...], Any] = {}
    lines: dict[Line, Pids] = {}
    for raw in raws:
        line = first.setdefault((raw.family, raw.type, raw.laddr, raw.raddr), raw) if raw.raddr else raw
        pids = lines.get(line, ())
        lines[line] = pids if raw.pid in pids else (*pids, raw.pid)
    return lines


def _connection(serial: int, raw: Line, state: State, owners: Owners) -> Connection:
    local, family = _endpoint(raw.laddr) if raw.laddr else (Endpoint("", 0), 4)
    remote = None
    if raw.raddr:
        remote, family = _endpoint(raw.raddr)
    transport: Transport = "tcp" if raw.type == socket.SOCK_STREAM else "udp"
    return Connection(serial, transport, family, state, local, remote, owners)


def _endpoint(raw: Any) -> tuple[Endpoint, Family]:
    text, family = _address(raw.ip)
    return Endpoint(text, raw.port), family


@lru_cache(maxsize=65_536)
def _address(text: str) -> tuple[str, Family]:
    # Servers meet the same addresses again and again, and spelling one costs more than all else about its row.
    address = parse(text)
    return (text, 6) if address is None else (str(address), 4 if address.version == 4 else 6)
