"""What events tell of a connection that ends: when, who had it, what it received (Linux, root)."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Key, State, Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.sources.base import Reading
from tests.sources.kernel import followed, reset, row_of, source
from tests.sources.net import PATIENCE, answer, linux, listening, only, python, root, tcp_pair, tell, until
from tests.sources.witnessed import caught_up

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux


@root
def test_the_end_of_a_seen_connection_has_its_exact_time(source: SockDiagSource) -> None:
    followed(source)
    clock = SystemClock()
    with tcp_pair() as (_, client, _):
        row = row_of(source.read(), client)
        began = clock.wall()
        reset(client)
        ended = clock.wall()
        caught_up(source)
        reading = source.read()
        closed_at = reading.ended[row.key].closed_at
        assert closed_at is not None
        assert began - 0.01 <= closed_at <= ended + 0.01
        assert row.key not in reading.connections


@root
def test_who_had_the_addresses_first_ends_first(source: SockDiagSource) -> None:
    """Of two connections with the same ends that both end between two looks, the seen one is the older."""
    followed(source)
    with tcp_pair() as (server, client, accepted):
        here, there = client.getsockname(), server.getsockname()
        row = row_of(source.read(), client)
        reset(client)
        accepted.close()
        between = SystemClock().wall()
        again = socket.create_connection(there, PATIENCE, here)
        server.accept()[0].close()
        reset(again)
        caught_up(source)
        reading = source.read()
        passed = [each for each in reading.passed if tuple(each.connection.local) == here]
        assert (reading.ended[row.key].closed_at or 0.0) <= between
        assert [each.closed_at >= between for each in passed] == [True]


QUEUED = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
input()
accepted = server.accept()[0]
if sys.argv[1] == "first":
    accepted.close()
else:
    assert not accepted.recv(1)
    accepted.close()
print(0, flush=True)
input()
"""


@contextmanager
def queued(source: SockDiagSource, table: LiveTable, how: str) -> Iterator[tuple[int, socket.socket, Key]]:
    """A server's end of a connection that a look has caught in the queue of a listener, and its process."""
    with python(QUEUED, how) as (process, (port,)), socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        key = only(shown(source, table), ("127.0.0.1", port), client.getsockname()).key
        assert (table.rows[key].owner, table.rows[key].connection.unowned) == (None, Unowned.QUEUED)
        tell(process)
        if how != "first":
            client.shutdown(socket.SHUT_WR)
        answer(process)
        caught_up(source)
        yield process.pid, client, key


def shown(source: SockDiagSource, table: LiveTable) -> Reading:
    """Look, and show it."""
    reading = source.read()
    wall = SystemClock().wall()
    table.apply(Snapshot(1, wall, reading.connections, ended=reading.ended, passed=reading.passed))
    return reading


@root
@pytest.mark.parametrize("how", ["first", "last"])
def test_who_accepts_and_closes_between_two_looks_is_named_on_the_row(source: SockDiagSource, how: str) -> None:
    """Who closes first leaves a row that waits on, who closes last none."""
    followed(source)
    table = LiveTable(SystemClock())
    with queued(source, table, how) as (pid, client, key):
        shown(source, table)
        row = table.rows[key]
        assert row.is_closed == (how == "last")
        assert (row.owner and row.owner.pid, row.owners_past) == (pid, True)
        if how == "first":
            client.close()
            until(lambda: shown(source, table).connections[key].state is State.TIME_WAIT)
            row = table.rows[key]
            assert (row.owner and row.owner.pid, row.owners_past) == (pid, True)


@root
def test_a_queued_connection_that_is_reset_had_the_listener(source: SockDiagSource) -> None:
    followed(source)
    table = LiveTable(SystemClock())
    with listening() as server, socket.create_connection(server.getsockname(), PATIENCE) as client:
        key = only(shown(source, table), server.getsockname(), client.getsockname()).key
        assert table.rows[key].owner is None
        reset(client)
        caught_up(source)
        shown(source, table)
        row = table.rows[key]
        assert (row.is_closed, row.owner and row.owner.pid, row.owners_past) == (True, os.getpid(), True)


@root
@pytest.mark.parametrize("is_seen", [False, True])
def test_the_end_of_the_other_side_is_no_byte_received(source: SockDiagSource, is_seen: bool) -> None:
    followed(source)
    table = LiveTable(SystemClock())
    received: dict[Key, int | None] = {}
    with listening() as server, socket.create_connection(server.getsockname(), PATIENCE) as client:
        accepted = server.accept()[0]
        here, there = client.getsockname(), server.getsockname()
        if is_seen:
            shown(source, table)
        client.sendall(b"hello")
        accepted.sendall(b"good bye")
        assert (accepted.recv(5, socket.MSG_WAITALL), client.recv(8, socket.MSG_WAITALL)) == (b"hello", b"good bye")
        client.close()
        assert not accepted.recv(1)
        accepted.close()
        caught_up(source)
        for _ in range(2):
            measures: Mapping[Key, Any] = shown(source, table).measures
            received |= {key: measure.counters.received for key, measure in measures.items()}
        ends = {key: (row.connection.local, row.connection.remote) for key, row in table.rows.items()}
        assert [received[key] for key in ends if ends[key] == (there, here)] == [5]
        assert [received[key] for key in ends if ends[key] == (here, there)] == [8]


@root
def test_who_looks_once_follows_nothing_and_misses_nothing() -> None:
    source = SockDiagSource(SystemClock(), follows=False)
    try:
        reading = source.read()
        assert not source.follows_tcp
        assert not [thread for thread in threading.enumerate() if thread.name == "events"]
        assert "events" not in {problem.code for problem in reading.problems}
    finally:
        source.close()
