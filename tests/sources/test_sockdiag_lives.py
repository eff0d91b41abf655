"""A connection has one key from its first state to its last, and another one has another."""

from __future__ import annotations

import errno
import os
import socket
import sys

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.sources.base import Reading
from tests.sources.kernel import owned, reset, row_of, source
from tests.sources.net import ANY, PATIENCE, linux, select_rows, tcp_pair, until

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux


def settled(source: SockDiagSource, key: Key, state: State) -> Connection:
    """Look until the connection of that key is in a state."""

    def found() -> Connection | None:
        row = source.read().connections.get(key)
        return row if row and row.state is state else None

    row: Connection = until(found)
    return row


def test_what_ended_after_a_look_that_failed_is_gone(source: SockDiagSource, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as altered, socket.socket(type=socket.SOCK_DGRAM) as far:
        altered.bind(ANY)
        far.bind(ANY)
        old = row_of(source.read(), altered)
        altered.connect(far.getsockname())
        with socket.create_server(ANY) as fresh:
            fail(source, monkeypatch)
            here = fresh.getsockname()
        altered.close()
        reading = source.read()
        assert row_of(reading, far).key in reading.connections
        assert old.key not in reading.connections
        assert not select_rows(reading, here)
        assert old.key not in reading.measures


def test_what_changed_before_a_look_that_failed_is_told_by_the_next(
    source: SockDiagSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.read()
    with tcp_pair() as ends:
        for _ in range(2):
            fail(source, monkeypatch)
        reading = owned(source, *ends)
        assert all(row_of(reading, end).owners for end in ends)


def fail(source: SockDiagSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look while no file can be opened for the processes."""
    with monkeypatch.context() as patch:
        patch.setattr(source._attribution, "look", no_files)
        with pytest.raises(OSError, match="Too many open files"):
            source.read()


def no_files(*_: object) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


def test_an_address_that_is_used_again_is_another_connection(source: SockDiagSource) -> None:
    with tcp_pair() as (server, client, accepted):
        here, there = client.getsockname(), server.getsockname()
        old = [row_of(source.read(), end).key for end in (client, accepted)]
        reset(client)
        accepted.close()
        with socket.create_connection(there, PATIENCE, here) as again, server.accept()[0] as other:
            reading = source.read()
            new = [row_of(reading, end) for end in (again, other)]
            assert [row.state for row in new] == [State.ESTABLISHED] * 2
            assert not {row.key for row in new} & set(old)
            assert not set(old) & set(reading.connections)


def test_closing_goes_through_the_states_with_one_key_and_the_owners_become_past(source: SockDiagSource) -> None:
    clock = SystemClock()
    table = LiveTable(clock)
    sequence = iter(range(1, 1000))

    def look() -> Reading:
        reading = source.read()
        table.apply(Snapshot(next(sequence), clock.wall(), reading.connections))
        return reading

    with tcp_pair() as (_, client, accepted):
        reading = owned(source, client, accepted)
        near, far = row_of(reading, client).key, row_of(reading, accepted).key
        look()
        client.shutdown(socket.SHUT_WR)
        assert not accepted.recv(1)
        until(lambda: look().connections[near].state is State.FIN_WAIT_2)
        assert look().connections[far].state is State.CLOSE_WAIT
        assert not table.rows[near].owners_past
        accepted.close()
        until(lambda: look().connections[near].state is State.TIME_WAIT)
        row = table.rows[near]
        assert (row.connection.owners, row.owners_past) == ((), True)
        assert [owner.pid for owner in row.owners] == [os.getpid()]
        assert row.connection.unowned is None
        assert far not in look().connections


def test_what_its_process_has_left_is_kept_with_its_key_and_says_so(source: SockDiagSource) -> None:
    with tcp_pair() as (_, client, accepted):
        key = row_of(owned(source, client), client).key
        client.close()
        assert not accepted.recv(1)
        row = settled(source, key, State.FIN_WAIT_2)
        assert row.owners == ()
        assert row.unowned
        assert row.unowned.name == "ENDED"


def test_a_bound_udp_socket_that_connects_and_lets_go_keeps_its_key(source: SockDiagSource) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as near, socket.socket(type=socket.SOCK_DGRAM) as far:
        near.bind(ANY)
        far.bind(ANY)
        bound = row_of(source.read(), near)
        near.connect(far.getsockname())
        connected = row_of(source.read(), near)
        assert (connected.key, tuple(connected.remote or ())) == (bound.key, far.getsockname())
        assert not connected.is_listening
