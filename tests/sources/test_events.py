"""Short connections on loopback, seen whole: real processes, both directions, both families."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.model.process import Process
from tcpview_tui.sources import trace_thread as module
from tcpview_tui.sources.events import Events, Happened
from tcpview_tui.sources.lives import Life, Lives
from tcpview_tui.sources.trace_line import Transition
from tcpview_tui.sources.tracing import own_name
from tcpview_tui.sources.witness import Caller
from tests.sources.net import PATIENCE, python, tcp_pair, tell, until
from tests.sources.traced import CONNECTS, instances, traced

FOLLOWS = """
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.events import Events
events = Events(SystemClock())
events.start()
print(0, flush=True)
input()
"""


PACED = """
import socket, sys, time
here = "127.0.0.1", int(sys.argv[1])
print(0, flush=True)
input()
for _ in range(500):
    with socket.create_connection(here):
        time.sleep(0.002)
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


def followed(lives: Lives) -> int:
    """How many there are: open, connecting, or finished."""
    return len(lives._open) + lives._portless_count + len(lives._finished)


def collect(events: Events, port: int, number: int) -> list[Life]:
    """The lives that touch a port of this machine, once there are as many as expected."""
    there = {Endpoint("127.0.0.1", port), Endpoint("::1", port)}
    found: list[Life] = []

    def enough() -> bool:
        found.extend(life for life in events.drain().lives if not there.isdisjoint({life.local, life.remote}))
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
        assert life.closed_at
        assert began <= life.opened_at <= life.closed_at <= SystemClock().wall()
        assert 0.0029 <= life.closed_at - life.opened_at < PATIENCE


@traced
def test_1000_connections_a_second_are_all_told() -> None:
    """About 1,300 a second on an idle machine, fewer on a busy one: none may be missing at any speed."""
    told: list[Happened] = []

    def ours() -> list[Life]:
        there = Endpoint("127.0.0.1", port)  # the port alone may be anybody's, in any namespace
        return [life for each in told for life in each.lives if there in (life.local, life.remote)]

    def has_all() -> bool:
        told.append(events.drain())
        return len(ours()) >= 4000

    with following() as events, serving() as port, ExitStack() as stack:
        clients = [stack.enter_context(python(PACED, str(port)))[0] for _ in range(4)]
        for client in clients:
            tell(client)
        until(has_all)
    assert {(each.lost, each.dropped) for each in told} == {(0, 0)}
    pids = Counter((life.direction, life.process.pid) for life in ours() if life.process)
    assert pids == {("in", os.getpid()): 2000} | {("out", client.pid): 500 for client in clients}
    assert all(life.opened_at and life.closed_at and life.closed_at > life.opened_at for life in ours())


@traced
def test_a_refused_connection_is_seen_with_its_process_and_never_was_open() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        with following() as events, python(CONNECTS, "127.0.0.1", str(port), "3", "0") as (child, _):
            lives = collect(events, port, 3)
    assert [(life.direction, life.state) for life in lives] == [("out", State.SYN_SENT)] * 3
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
    told = threading.Event()

    def connect() -> None:
        with socket.create_connection(("127.0.0.1", port)):
            told.wait(PATIENCE)  # of a thread that has ended before the line is read nobody knows the process

    with following() as events, serving() as port:
        threads = [threading.Thread(target=connect) for _ in range(20)]
        for thread in threads:
            thread.start()
        until(lambda: sum(remote.port == port for _, remote in list(events._lives._open)) >= 20)
        told.set()
        for thread in threads:
            thread.join()
        lives = collect(events, port, 40)
    assert {life.process.pid for life in lives if life.process} == {os.getpid()}


@traced
def test_an_open_one_is_found_by_its_ends_until_it_closes() -> None:
    with following() as events:
        with tcp_pair() as (_, client, _):
            local, remote = Endpoint(*client.getsockname()), Endpoint(*client.getpeername())
            life = until(lambda: events.opened(local, remote))
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
def test_stop_removes_the_instance_and_is_for_good() -> None:
    events = Events(SystemClock())
    events.start()
    assert own_name() in instances()
    events.stop()
    events.stop()
    for work in (events.start, events.drain):
        with pytest.raises(OSError, match="is not followed"):
            work()
    assert own_name() not in instances()


class Quiet:
    """An instance without a kernel: nothing ever comes, and whoever reads it is told what a test put in."""

    def __init__(self, *answers: bytes | BaseException) -> None:
        self.inner, self._outer = os.pipe()
        self._answers = [*answers]
        self.is_closed = False
        if answers:
            os.write(self._outer, b"x")

    def fileno(self) -> int:
        return self.inner

    def read(self) -> bytes:
        answer = self._answers.pop(0) if self._answers else b""
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self) -> None:
        self.is_closed = True
        os.close(self.inner)
        os.close(self._outer)


def quiet(monkeypatch: pytest.MonkeyPatch, *answers: bytes | BaseException) -> tuple[Events, Quiet]:
    instance = Quiet(*answers)
    monkeypatch.setattr(module, "Instance", lambda: instance)
    return Events(SystemClock()), instance


@pytest.mark.parametrize("fault", [KeyError("a state to come"), OSError(errno.ENODEV, "a state to come")])
def test_a_reader_that_dies_is_told_of_in_a_sentence(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    events, _ = quiet(monkeypatch, fault)
    events.start()
    try:
        until(lambda: events._thread._failure)
        with pytest.raises(OSError, match=r"the reader of the trace stopped \(.*a state to come.*\)") as told:
            events.drain()
        assert told.value.strerror
    finally:
        events.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_ended_without_a_word_is_told_of_too(monkeypatch: pytest.MonkeyPatch) -> None:
    events, _ = quiet(monkeypatch, SystemExit())
    events.start()
    try:
        until(lambda: (thread := events._thread._thread) and not thread.is_alive())
        with pytest.raises(OSError, match="the reader of the trace does not run"):
            events.drain()
    finally:
        events.stop()


def test_where_no_thread_can_start_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    events, instance = quiet(monkeypatch)
    made: list[int] = []
    pipe = os.pipe

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    def noted() -> tuple[int, int]:
        ends = pipe()
        made.extend(ends)
        return ends

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        patch.setattr(os, "pipe", noted)
        with pytest.raises(OSError, match="no thread could be started"):
            events.start()
    assert instance.is_closed
    assert len(made) == 2
    for end in made:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(end)
    events.stop()


def test_stop_while_start_is_under_way_removes_what_start_made(monkeypatch: pytest.MonkeyPatch) -> None:
    events, instance = quiet(monkeypatch)
    inside, go_on = threading.Event(), threading.Event()

    def slow() -> Quiet:
        inside.set()
        assert go_on.wait(PATIENCE)
        return instance

    monkeypatch.setattr(module, "Instance", slow)
    starting = threading.Thread(target=events.start)
    starting.start()
    assert inside.wait(PATIENCE)
    stopping = threading.Thread(target=events.stop)
    stopping.start()
    stopping.join(0.05)
    go_on.set()
    starting.join(PATIENCE)
    stopping.join(PATIENCE)
    assert instance.is_closed
    assert events._thread._thread is None


LINE = (
    b"            curl-7       ( 7) [000] ..... 1.000000: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP"
    b" sport=0 dport=443 saddr=10.0.0.5 daddr=192.0.2.7 saddrv6=::ffff:10.0.0.5 daddrv6=::ffff:192.0.2.7"
    b" oldstate=TCP_CLOSE newstate=TCP_SYN_SENT\n"
)


def test_draining_does_not_wait_for_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    events, _ = quiet(monkeypatch, LINE)
    asked, answer = threading.Event(), threading.Event()

    def slow(step: Transition) -> Caller:
        asked.set()
        answer.wait(PATIENCE)
        return Caller(Process(step.pid, None, step.name))

    monkeypatch.setattr(events._witness, "of", slow)
    events.start()
    try:
        assert asked.wait(PATIENCE)
        assert events._lock.acquire(timeout=1), "the reader holds the lock while it asks"
        events._lock.release()
        assert events.drain().lives == []
        answer.set()
        until(lambda: followed(events._lives) == 1)
    finally:
        answer.set()
        events.stop()
