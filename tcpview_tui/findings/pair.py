"""Who talks to whom: a program, whatever process runs it, and the remote end that it connects to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Namespace, Transport
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row


class Program(NamedTuple):
    """What stays the same when a process ends and is started again, as cron does it.

    `file` is the executable, or the name of the process where the system does not tell the executable.
    """

    file: str
    user: str | None
    container: str | None

    @property
    def name(self) -> str:
        """The program in words: the last part of its file."""
        return self.file.rpartition("/")[2] or self.file or "a program without name"


NOBODY = Program("", None, None)
"""Stands for all programs of which nobody can tell the process."""


class Pair(NamedTuple):
    """A program and a remote end; `place` is the network namespace, where it is not this program's own."""

    program: Program
    transport: Transport
    address: str
    port: int
    place: Namespace | None

    @property
    def remote(self) -> str:
        """The remote end in words: ``203.0.113.7:443``."""
        return endpoint(self.address, self.port)


def program_of(process: Process | None) -> Program:
    """Return the program that a process runs; `NOBODY` for none."""
    if process is None:
        return NOBODY
    return Program(process.program or process.name, process.user, process.container)


def pair_of(row: Row) -> Pair | None:
    """Return whom an outgoing connection connects; `None` when it came in, waits, or goes nowhere."""
    connection = row.connection
    if row.direction != "out" or connection.remote is None:
        return None
    return Pair(program_of(row.owner), connection.transport, *connection.remote, connection.namespace)
