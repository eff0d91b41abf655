"""The portable source: what psutil sees on Linux, macOS and Windows."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import psutil

from tcpview_tui.model.address import canonical, parse
from tcpview_tui.model.columns import KERNEL_STATES
from tcpview_tui.model.connection import Connection, Endpoint, Key, State
from tcpview_tui.model.snapshot import Problem
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.processes import ProcessTable
from tcpview_tui.text import count

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

_OPENING = frozenset({State.SYN_SENT, State.SYN_RECEIVED, State.ESTABLISHED})
_ENDING = frozenset({State.TIME_WAIT, State.LAST_ACK, State.CLOSING, State.CLOSED})
"""From one of these back to an opening state there is no way (RFC 9293 figure 5): it is another connection."""


class _Raw(NamedTuple):
    """The fields of ``psutil.net_connections``, for a list that was asked process by process."""

    fd: int
    family: int
    type: int
    laddr: Any
    raddr: Any
    status: str
    pid: int | None


class PsutilSource:
    """Reads every TCP and UDP socket through psutil.

    psutil tells no socket identity, so it is made here: the addresses, plus pid and file descriptor where nothing
    is connected. Each identity gets a number when it appears, and a new one when it appears again after it was
    gone or after it ended: a port that is used again is another connection.
    """

    name = "psutil"

    def __init__(self) -> None:
        self._processes = ProcessTable()
        self._known: dict[tuple[Any, ...], tuple[Any, Connection]] = {}
        self._serial = 0

    def read(self) -> Reading:
        """Return all sockets. Raises what psutil raises when the system refuses the whole list."""
        self._processes.begin()
        known: dict[tuple[Any, ...], tuple[Any, Connection]] = {}
        for raw in _raw_connections():
            base = _base(raw)
            if base in known and not sys.platform.startswith("linux"):
                known[base] = (raw, self._shared(known[base][1], raw))
                continue
            while base in known:  # Linux lists one line a socket, so equal lines are different sockets
                base = (*base, None)
            known[base] = (raw, self._connection(base, raw))
        self._known = known
        connections: dict[Key, Connection] = {connection.key: connection for _, connection in known.values()}
        return Reading(connections, tuple(self._problems(connections)))

    def _connection(self, base: tuple[Any, ...], raw: Any) -> Connection:
        owner = self._processes.get(raw.pid) if raw.pid is not None else None
        owners = (owner,) if owner else ()
        before = self._known.get(base)
        if before and before[0] == raw and before[1].owners == owners:
            return before[1]
        state = _STATES.get(raw.status, State.CLOSED)
        if before and not (before[1].state in _ENDING and state in _OPENING):
            return replace(before[1], state=state, owners=owners)
        self._serial += 1
        return _fresh(self._serial, raw, state, owners)

    def _shared(self, connection: Connection, raw: Any) -> Connection:
        owner = self._processes.get(raw.pid) if raw.pid is not None else None
        if owner is None or owner in connection.owners:
            return connection
        return replace(connection, owners=(*connection.owners, owner))

    def _problems(self, connections: dict[Key, Connection]) -> Iterator[Problem]:
        lost = sum(not c.owners and c.state not in KERNEL_STATES for c in connections.values())
        if lost:
            yield _ownerless(lost)
        if self._processes.refused and not _is_root():
            yield Problem(
                "paths-refused",
                f"{count(self._processes.refused, 'executable')} unreadable: not root",
                "The system tells the executable file of a process to its user and to root only. "
                "Run the program as root (sudo tcpview-tui) to see all of them.",
            )


def _raw_connections() -> Iterator[Any]:
    try:
        yield from psutil.net_connections("inet")
    except psutil.AccessDenied:  # macOS tells the whole list to root only: ask process by process
        for process in psutil.process_iter():
            try:
                for raw in process.net_connections("inet"):
                    yield _Raw(*raw, process.pid)
            except (psutil.Error, OSError):
                continue


def _base(raw: Any) -> tuple[Any, ...]:
    if raw.raddr:
        return raw.family, raw.type, raw.laddr, raw.raddr
    return raw.family, raw.type, raw.laddr, raw.pid, raw.fd


def _fresh(serial: int, raw: Any, state: State, owners: tuple[Any, ...]) -> Connection:
    local = Endpoint(canonical(raw.laddr.ip), raw.laddr.port) if raw.laddr else Endpoint("", 0)
    remote = Endpoint(canonical(raw.raddr.ip), raw.raddr.port) if raw.raddr else None
    address = parse((remote or local).address)
    return Connection(
        key=serial,
        transport="tcp" if raw.type == socket.SOCK_STREAM else "udp",
        family=4 if address is not None and address.version == 4 else 6,
        state=state,
        local=local,
        remote=remote,
        owners=owners,
    )


def _is_root() -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() == 0


def _ownerless(lost: int) -> Problem:
    sockets = count(lost, "socket")
    if _is_root():
        return Problem(
            "ownerless",
            f"{sockets} without owner",
            "No process in sight holds them: the process ended, the kernel itself uses them, "
            "or the process lives in another process namespace.",
        )
    return Problem(
        "ownerless",
        f"{sockets} without owner: not root",
        "The system tells the owner of a socket to its user and to root only. "
        "Run the program as root (sudo tcpview-tui) to see every process.",
    )
