"""What events add to looks, on real connections: the short ones, exact times, and nothing told twice (Linux, root)."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Endpoint, Key, State, Unowned
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.lives import Life
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.fakes import FakeClock, connection
from tests.sources.net import PATIENCE, answer, linux, python, tcp_pair, tell, until
from tests.sources.test_sockdiag import followed, reset, root, row_of, source

if sys.platform == "linux":
    from tcpview_tui.sources.chronicle import Chronicle
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux
BRIEF = """
import os, socket, struct
server = socket.create_server(("127.0.0.1", 0), backlog=128)
here = server.getsockname()
print(here[1], flush=True)
input()
ports = []
for turn in range(50):
    client = socket.create_connection(here)
    accepted = server.accept()[0]
    ports.append(client.getsockname()[1])
    if turn % 2:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    accepted.close()
print(*ports, flush=True)
input()
"""


def caught_up(source: SockDiagSource) -> None:
    """Wait until the trace has told of all that happened before: it tells in order, and a last one opens now."""
    with tcp_pair() as (_, client, accepted):
        row = row_of(PsutilSource().read(), client)
        assert row.remote
        ends = row.local, row.remote
        until(lambda: source._chronicle._events.opened(*ends))
        reset(client)
        accepted.close()
        until(lambda: source._chronicle._events.opened(*ends) is None)


class Witnessed:
    """Counts every connection that readings tell of between a server's port and its clients, by its local port."""

    def __init__(self, source: SockDiagSource, port: int) -> None:
        self._source = source
        self._port = port
        self.keys: dict[Key, Connection] = {}

    def look(self) -> Reading:
        reading = self._source.read()
        told = [*reading.connections.values(), *(each.connection for each in reading.passed)]
        for row in told:
            if row.transport == "tcp" and row.remote and self._port in (row.local.port, row.remote.port):
                self.keys[row.key] = row
        return reading

    def clients(self) -> Counter[int]:
        return Counter(row.local.port for row in self.keys.values() if row.local.port != self._port)

    def accepted(self) -> Counter[int]:
        return Counter(row.remote.port for row in self.keys.values() if row.remote and row.local.port == self._port)


@root
def test_connections_between_two_looks_are_told_once_each_with_their_times(source: SockDiagSource) -> None:
    followed(source)
    clock = SystemClock()
    with python(BRIEF) as (process, (port,)):
        witnessed = Witnessed(source, port)
        witnessed.look()
        began = clock.wall()
        tell(process)
        ports = Counter(map(int, answer(process).split()))
        ended = clock.wall()
        caught_up(source)
        for _ in range(3):
            witnessed.look()
        assert ports.total() == 50
        assert witnessed.clients() == ports
        assert witnessed.accepted() == ports
        rows = witnessed.keys.values()
        assert all(row.opened_at and began - 0.1 <= row.opened_at <= ended + 0.1 for row in rows)
        assert {row.direction for row in rows} == {"in", "out"}
        pids = {owner.pid for row in rows if row.direction == "out" for owner in (*row.owners, *row.past_owners)}
        assert pids == {process.pid}


@root
def test_a_connection_that_was_seen_is_not_told_as_passed_when_it_ends(source: SockDiagSource) -> None:
    followed(source)
    with tcp_pair() as (server, client, accepted):
        witnessed = Witnessed(source, server.getsockname()[1])
        key = row_of(witnessed.look(), client).key
        other = row_of(witnessed.look(), accepted).key
        client.close()
        accepted.close()
        caught_up(source)
        assert witnessed.look().connections[key].state is State.TIME_WAIT
        assert set(witnessed.keys) == {key, other}


@root
def test_a_connection_that_ends_while_the_look_is_made_is_not_told_as_passed(
    source: SockDiagSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed(source)
    read = source._places.look
    with tcp_pair() as (server, client, accepted):
        witnessed = Witnessed(source, server.getsockname()[1])
        known = {row_of(witnessed.look(), end).key for end in (client, accepted)}

        def close_first() -> Any:
            client.close()
            accepted.close()
            return read()

        monkeypatch.setattr(source._places, "look", close_first)
        witnessed.look()
        monkeypatch.undo()
        caught_up(source)
        witnessed.look()
        assert set(witnessed.keys) == known


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
        assert began - 0.01 <= reading.ended[row.key] <= ended + 0.01
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
        assert reading.ended[row.key] <= between
        assert [each.closed_at >= between for each in passed] == [True]


def test_without_the_trace_a_short_connection_that_waits_out_is_one_row(source: SockDiagSource) -> None:
    source._chronicle.close()
    source.read()  # none afterwards until it is over: the kernel makes no cookie before it is asked
    with tcp_pair() as (server, client, accepted):
        witnessed = Witnessed(source, server.getsockname()[1])
        here = client.getsockname()[1]
        client.close()
        accepted.close()
        until(lambda: witnessed.look() and witnessed.clients())
        for _ in range(3):
            witnessed.look()
        assert witnessed.clients() == {here: 1}


def over(key: str, state: State, unowned: Unowned | None = None) -> Connection:
    return replace(connection(key, state), unowned=unowned)


def life() -> Life:
    return Life(4, Endpoint("10.0.0.5", 50000), Endpoint("93.184.216.34", 443), 1.0, 2.0)


def following(opened: Life | None = None) -> Chronicle:
    """Return a chronicle that follows, without a kernel: `opened` is the life of what is open."""
    chronicle = Chronicle(FakeClock())
    chronicle._is_started = True
    chronicle._events.opened = lambda local, remote: opened  # type: ignore[method-assign]
    return chronicle


def test_a_connection_that_winds_up_in_two_states_has_one_life() -> None:
    chronicle = following()
    was, orphan, waits = (
        over("a", State.ESTABLISHED), over("a", State.FIN_WAIT_2, Unowned.ENDED), over("a", State.TIME_WAIT),
    )  # fmt: skip
    chronicle.completed(orphan, was)
    chronicle.completed(waits, orphan)
    chronicle._brief.take([life(), life()])
    assert len(chronicle.end_look((), tuple).passed) == 1


def test_the_end_of_a_life_that_is_told_later_than_its_row_waits_has_not_passed() -> None:
    chronicle = following(life())
    assert chronicle.completed(over("a", State.TIME_WAIT), None).opened_at == 1.0
    chronicle._brief.take([life()])
    assert chronicle.end_look((), tuple).passed == ()
