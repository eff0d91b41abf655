"""The Linux source, and short ways to see what it tells of sockets that a test opens."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection
from tcpview_tui.sources.base import Reading
from tests.sources.net import PATIENCE, only, until

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

v6 = pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
FAMILIES = [
    pytest.param("127.0.0.1", socket.AF_INET, id="ipv4"),
    pytest.param("::1", socket.AF_INET6, id="ipv6", marks=v6),
]


@pytest.fixture
def source() -> Iterator[SockDiagSource]:
    source = SockDiagSource(SystemClock())
    yield source
    source.close()


def owned(source: SockDiagSource, *ends: socket.socket) -> Reading:
    """Look until the connections of these sockets have their process: a loaded machine may need a second look."""

    def found() -> Reading | None:
        reading = source.read()
        return reading if all(row_of(reading, end).owners for end in ends) else None

    reading: Reading = until(found)
    return reading


def row_of(reading: Reading, end: socket.socket) -> Connection:
    try:
        remote = end.getpeername()[:2]
    except OSError:
        remote = None
    return only(reading, end.getsockname()[:2], remote)


def reset(end: socket.socket) -> None:
    """Close with RST, so that nothing is left in TIME_WAIT and the addresses are free at once."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


@contextmanager
def pair(host: str, family: socket.AddressFamily) -> Iterator[tuple[socket.socket, socket.socket, socket.socket]]:
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server((host, 0), family=family))
        client = stack.enter_context(socket.create_connection(server.getsockname()[:2], PATIENCE))
        accepted = stack.enter_context(server.accept()[0])
        for end in (server, accepted):
            end.settimeout(PATIENCE)
        yield server, client, accepted


def followed(source: SockDiagSource) -> Reading:
    """Look for the first time; skip where the kernel does not let even root trace."""
    reading = source.read()
    if not source.follows_tcp:
        pytest.skip("the kernel does not trace TCP here: " + str([problem.detail for problem in reading.problems]))
    return reading
