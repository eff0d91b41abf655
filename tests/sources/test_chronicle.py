"""What events add to looks, on real connections: the short ones, exact times, and nothing told twice (Linux, root)."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Key, Namespace, State, Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.lives import Life
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.fakes import CURL, FakeClock, connection
from tests.sources.net import PATIENCE, answer, child, linux, listening, only, python, tcp_pair, tell, until
from tests.sources.test_sockdiag import followed, reset, root, row_of, source

if sys.platform == "linux":
    from tcpview_tui.sources.brief import Trace
    from tcpview_tui.sources.chronicle import Chronicle
    from tcpview_tui.sources.events import Happened
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux
OWN = 1
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
        events = source._chronicle._events

        def is_open() -> bool:
            events._thread.check()
            return events.opened(*ends) is not None

        until(is_open)
        reset(client)
        accepted.close()
        until(lambda: not is_open())


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
    chronicle = Chronicle(FakeClock(), OWN)
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
    chronicle._brief.take([life(), life()])  # the second is another's
    assert len(chronicle.end_look((), tuple).passed) == 1


def test_the_end_of_a_life_that_is_told_later_than_its_row_waits_has_not_passed() -> None:
    chronicle = following(life())
    assert chronicle.completed(over("a", State.TIME_WAIT), None).opened_at == 1.0
    chronicle._brief.take([life()])
    assert chronicle.end_look((), tuple).passed == ()


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


def test_what_is_open_between_the_same_ends_elsewhere_tells_nothing() -> None:
    away = replace(life(), namespace=OWN + 1)
    assert following(away).completed(over("a", State.ESTABLISHED), None) == over("a", State.ESTABLISHED)
    here = replace(over("a", State.ESTABLISHED), namespace=Namespace(OWN + 1))
    assert following(away).completed(here, None).opened_at == 1.0


def test_what_is_untold_is_in_the_own_namespace_where_there_is_no_other() -> None:
    for is_alone, place in ((True, None), (False, UNKNOWN_NAMESPACE)):
        chronicle = following()
        chronicle._brief.take([life()])
        (passed,) = chronicle.end_look((), tuple, is_alone).passed
        assert passed.connection.namespace == place


def test_a_row_learns_what_its_life_tells_later() -> None:
    bare = replace(over("a", State.ESTABLISHED), owners=())
    chronicle = following()
    before = chronicle.completed(bare, None)
    assert (before.opened_at, before.direction, before.past_owners) == (None, None, ())
    chronicle._events.opened = lambda local, remote: replace(life(), direction="in", process=CURL)  # type: ignore[method-assign]
    after = chronicle.completed(replace(bare, state=State.FIN_WAIT_1), before)
    assert (after.opened_at, after.direction, after.past_owners) == (1.0, "in", (CURL,))
    chronicle = following()
    chronicle._brief.take([replace(life(), process=CURL)])
    assert chronicle.completed(replace(bare, state=State.TIME_WAIT), before).past_owners == (CURL,)


def test_what_was_told_without_an_event_is_not_told_by_a_late_one() -> None:
    chronicle = following()
    chronicle.owe([over("a", State.CLOSED)])
    chronicle._brief.take([life()])
    assert chronicle.end_look((), tuple).passed == ()


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


@pytest.mark.parametrize(("lost", "dropped", "trace"), [(0, 0, Trace.WHOLE), (1, 0, Trace.GAPS), (0, 1, Trace.GAPS)])
def test_a_look_says_whether_events_are_missing(lost: int, dropped: int, trace: Trace) -> None:
    chronicle = following()
    chronicle._events.drain = lambda: Happened([], lost, dropped)  # type: ignore[method-assign]
    chronicle.begin_look()
    assert chronicle.end_look((), tuple).trace is trace
    chronicle.close()
    assert chronicle.end_look((), tuple).trace is Trace.NONE


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
