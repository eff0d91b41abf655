"""Short connections on loopback, seen whole: real processes, both directions, both families."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.sources.events import Events, Life
from tcpview_tui.sources.tracing import instances, own_name
from tests.sources.net import PATIENCE, python, tcp_pair, until
from tests.sources.traced import CONNECTS, traced

FOLLOWS = """
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.events import Events
events = Events(SystemClock())
events.start()
print(0, flush=True)
input()
"""


@contextmanager
def following(**options: int) -> Iterator[Events]:
    events = Events(SystemClock(), **options)
    events.start()
    try:
        yield events
    finally:
        events.stop()


@contextmanager
def serving(address: str = "127.0.0.1") -> Iterator[int]:
    """A server that closes each connection when the client has; yields its port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, backlog=512) as server:

        def serve() -> None:
            while True:
                try:
                    peer = server.accept()[0]
                except OSError:
                    return
                with peer:
                    peer.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def collect(events: Events, port: int, number: int) -> list[Life]:
    """The lives that touch a port, once there are as many as expected."""
    found: list[Life] = []

    def enough() -> bool:
        found.extend(life for life in events.drain().lives if port in (life.local.port, life.remote.port))
        return len(found) >= number

    until(enough)
    return found


@traced
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_300_connections_of_3_ms_are_all_there_at_both_ends(address: str) -> None:
    with following() as events, serving(address) as port:
        began = SystemClock().wall()
        with python(CONNECTS, address, str(port), "300", "0.003") as (child, _):
            lives = collect(events, port, 600)
    out = [life for life in lives if life.direction == "out"]
    assert (len(lives), len(out), len({life.local for life in out})) == (600, 300, 300)
    assert {(life.family, life.remote) for life in out} == {(6 if ":" in address else 4, Endpoint(address, port))}
    assert {life.process.pid for life in out if life.process} == {child.pid}
    assert {life.process.pid for life in lives if life.direction == "in" and life.process} == {os.getpid()}
    assert all(life.process and life.process.command_line and life.process.parents for life in lives)
    for life in out:
        assert life.opened_at
        assert life.established_at
        assert life.closed_at
        assert began <= life.opened_at <= life.established_at <= life.closed_at <= SystemClock().wall()
        assert 0.0029 <= life.closed_at - life.opened_at < PATIENCE


@traced
def test_a_refused_connection_is_seen_with_its_process() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with following() as events, python(CONNECTS, "127.0.0.1", str(port), "3", "0") as (child, _):
            lives = collect(events, port, 3)
    assert [(life.direction, life.established_at, life.state) for life in lives] == [("out", None, State.CLOSED)] * 3
    assert {life.process.pid for life in lives if life.process} == {child.pid}


@traced
def test_ipv4_through_an_ipv6_socket_is_shown_as_ipv4() -> None:
    with following() as events, serving() as port, python(CONNECTS, "::ffff:127.0.0.1", str(port), "1", "0"):
        lives = collect(events, port, 2)
    assert {(life.family, life.local.address, life.direction) for life in lives} == {
        (4, "127.0.0.1", "out"),
        (4, "127.0.0.1", "in"),
    }


@traced
def test_a_thread_that_connects_is_told_by_its_process() -> None:
    with following() as events, serving() as port:
        for _ in range(20):
            thread = threading.Thread(target=lambda: socket.create_connection(("127.0.0.1", port)).close())
            thread.start()
            thread.join()
        lives = collect(events, port, 40)
    assert {life.process.pid for life in lives if life.process} == {os.getpid()}


@traced
def test_an_open_one_is_found_by_its_ends_until_it_closes() -> None:
    with following() as events:
        with tcp_pair() as (_, client, _):
            local, remote = Endpoint(*client.getsockname()), Endpoint(*client.getpeername())
            life = until(lambda: (found := events.opened(local, remote)) and found.established_at and found)
            assert (life.direction, life.closed_at) == ("out", None)
            assert abs(life.opened_at - SystemClock().wall()) < PATIENCE
        until(lambda: events.opened(local, remote) is None)


@traced
def test_a_budget_that_is_spent_leaves_pid_and_name_and_says_so() -> None:
    with ExitStack() as stack:
        events, port = stack.enter_context(following(budget=0)), stack.enter_context(serving())
        child, _ = stack.enter_context(python(CONNECTS, "127.0.0.1", str(port), "2", "0"))
        out = [life for life in collect(events, port, 4) if life.direction == "out"]
    assert all(life.process and life.process.pid == child.pid and life.process.name for life in out)
    assert {life.process.started for life in out if life.process} == {None}


@traced
def test_what_nobody_drains_is_bounded_and_counted() -> None:
    with following(limit=10) as events, serving() as port:
        with python(CONNECTS, "127.0.0.1", str(port), "50", "0") as (child, _):
            assert child.stdin
            child.wait(PATIENCE)
            until(lambda: events._lives.dropped >= 90)
        happened = events.drain()
    assert len(happened.lives) <= 10
    assert happened.dropped >= 90
    assert happened.lost == 0


@traced
def test_two_programs_follow_without_disturbing_each_other() -> None:
    with following() as events, serving() as port:
        with python(FOLLOWS) as (other, _), python(CONNECTS, "127.0.0.1", str(port), "5", "0"):
            assert len(collect(events, port, 10)) == 10
            other.communicate(b"\n")
        with python(CONNECTS, "127.0.0.1", str(port), "5", "0"):
            assert len(collect(events, port, 10)) == 10


@traced
def test_stop_removes_the_instance_and_it_can_start_again() -> None:
    events = Events(SystemClock())
    for _ in range(2):
        events.start()
        assert own_name() in instances()
        events.stop()
        events.stop()
        assert own_name() not in instances()
