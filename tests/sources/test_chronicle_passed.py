"""Connections between two looks are told, on real ones, and nothing is told twice (Linux, root)."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import State
from tests.sources.kernel import followed, reset, row_of, source
from tests.sources.net import answer, child, linux, python, root, tcp_pair, tell, until
from tests.sources.witnessed import Witnessed, caught_up

if sys.platform == "linux":
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


LOOPBACK_UP = """
import fcntl, socket, struct
with socket.socket() as some:
    fcntl.ioctl(some, 0x8914, struct.pack("16sH22x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
"""


@root
@pytest.mark.parametrize("is_announced", [True, False])
def test_connections_between_two_looks_are_told_in_their_namespace(
    source: SockDiagSource, monkeypatch: pytest.MonkeyPatch, is_announced: bool
) -> None:
    followed(source)
    if not is_announced:
        monkeypatch.setattr(source._places, "farewells", list)
    with child("unshare", "-n", sys.executable, "-c", LOOPBACK_UP + BRIEF) as process:
        port = int(answer(process))
        inode = Path(f"/proc/{process.pid}/ns/net").stat().st_ino
        witnessed = Witnessed(source, port)
        witnessed.look()
        tell(process)
        ports = Counter(map(int, answer(process).split()))
        caught_up(source)
        for _ in range(3):
            witnessed.look()
        there = [row for row in witnessed.keys.values() if row.state is not State.LISTEN]
        assert Counter(row.namespace and row.namespace.inode for row in there) == {inode: 100}
        assert (witnessed.clients(), witnessed.accepted()) == (ports, ports)


@root
@pytest.mark.parametrize("is_late", [False, True])
def test_what_the_trace_lost_is_told_by_its_announcement_and_once(
    source: SockDiagSource, monkeypatch: pytest.MonkeyPatch, is_late: bool
) -> None:
    """Events that come two looks late have been lost, as far as anybody could tell."""
    followed(source)
    events = source._chronicle._events
    drain = events.drain
    with tcp_pair() as (server, client, accepted):
        ours = client.getsockname(), server.getsockname()
        reset(client)
        accepted.close()
        caught_up(source)
        happened = drain()
        witnessed = Witnessed(source, ours[1][1])
        gap = happened._replace(lives=[], lost=7)
        answers = [gap, None, happened if is_late else None]
        monkeypatch.setattr(events, "drain", lambda: (answers.pop(0) if answers else None) or drain())
        passed = [each for _ in range(5) for each in witnessed.look().passed]
        told = Counter((each.connection.local, each.connection.remote) for each in passed)
        assert told[ours[::-1]] == 1
        assert told[ours] == is_late  # of what its own process resets the kernel announces no remote end
