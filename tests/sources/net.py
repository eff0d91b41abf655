"""Real sockets and processes on loopback, and short ways to find them in a reading. What is started here ends here."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil
import pytest

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, State
    from tcpview_tui.sources.base import Reading
    from tcpview_tui.sources.psutil_source import PsutilSource

PATIENCE = 30.0
"""Seconds until a condition that does not come about fails a test; a loaded machine is no fault of the program."""

ANY = "127.0.0.1", 0
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")


class Address(NamedTuple):
    ip: str
    port: int


class RawLine(NamedTuple):
    """One of ``psutil.net_connections``, as a test makes it up."""

    fd: int
    family: int
    type: int
    laddr: Any
    raddr: Any
    status: str
    pid: int | None


def raw(
    local: tuple[str, int],
    remote: tuple[str, int] | None = None,
    status: str = psutil.CONN_ESTABLISHED,
    pid: int | None = None,
    fd: int = -1,
    udp: bool = False,
) -> RawLine:
    kind = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
    return RawLine(fd, family, kind, Address(*local), Address(*remote) if remote else (), status, pid)


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Ask again and again until the answer is true; fail when the time is over."""
    ends = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := condition()):
        assert time.monotonic() < ends, "the condition did not come about"
        pause.wait(0.005)
    return answer


def select_rows(reading: Reading, local: tuple[str, int], remote: tuple[str, int] | None = None) -> list[Connection]:
    found = reading.connections.values()
    return [c for c in found if tuple(c.local) == local and (tuple(c.remote) if c.remote else None) == remote]


def only(reading: Reading, local: tuple[str, int], remote: tuple[str, int] | None = None) -> Connection:
    (found,) = select_rows(reading, local, remote)
    return found


def reach(source: PsutilSource, state: State, local: tuple[str, int], remote: tuple[str, int]) -> Connection:
    """Look until the connection is in a state, and return it."""

    def found() -> Connection | None:
        rows = select_rows(source.read(), local, remote)
        return rows[0] if rows and rows[0].state is state else None

    connection: Connection = until(found)
    return connection


@contextmanager
def tcp_pair() -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    """A listener, a client, and the server's end of their connection.

    The client's port is bound, not lent by connect(): the kernel lends a port to several destinations at once, and one
    that another connection waits on (TIME_WAIT) cannot be bound by a test that wants the same addresses again.
    """
    with ExitStack() as stack:
        server = stack.enter_context(listening())
        client = stack.enter_context(socket.create_connection(server.getsockname(), PATIENCE, ANY))
        yield server, client, stack.enter_context(server.accept()[0])


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(ANY)
        server.listen()
        server.settimeout(PATIENCE)
        yield server


@contextmanager
def child(*command: str | bytes, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process with pipes, killed and reaped at the end."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0, **options) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def python(code: str, *arguments: str | bytes, **options: Any) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A Python process and the numbers that it printed on its first line."""
    with child(sys.executable, "-c", code, *arguments, **options) as process:
        yield process, [int(word) for word in answer(process).split()]


def answer(process: subprocess.Popen[bytes]) -> bytes:
    """The next line that the process prints."""
    assert process.stdout
    assert select.select([process.stdout], [], [], PATIENCE)[0], "the process is silent"
    return process.stdout.readline()


def tell(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin
    os.write(process.stdin.fileno(), b"\n")
