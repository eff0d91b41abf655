"""The psutil source against sockets that the tests open themselves."""

from __future__ import annotations

import os
import pwd
import socket
import sys

import psutil
import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.sources import processes
from tcpview_tui.sources.cgroup import ControlGroup
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import ANY, PATIENCE, linux, listening, only, python, reach, select_rows, tcp_pair, tell

LISTENS = (
    "import os, socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=True); input()"
)
FORKS = """
import os, socket
s = socket.create_server(("127.0.0.1", 0))
pipe = os.pipe()
worker = os.fork()
if not worker:
    os.close(pipe[1])
    os.read(pipe[0], 1)
    os._exit(0)
print(s.getsockname()[1], worker, flush=True)
input()
os.close(pipe[1])
os.waitpid(worker, 0)
print("done", flush=True)
input()
"""


def test_a_listener_and_both_ends_of_its_connection() -> None:
    with tcp_pair() as (server, client, accepted):
        reading = PsutilSource().read()
        listener = only(reading, server.getsockname())
        assert (listener.transport, listener.family, listener.state) == ("tcp", 4, State.LISTEN)
        assert listener.is_listening
        for end in (client, accepted):
            row = only(reading, end.getsockname(), end.getpeername())
            assert (row.protocol, row.state) == ("TCP", State.ESTABLISHED)
            assert [owner.pid for owner in row.owners] == [os.getpid()]


def test_closing_goes_through_the_states_and_keeps_its_key() -> None:
    source = PsutilSource()
    with tcp_pair() as (_, client, accepted):
        here, there = client.getsockname(), client.getpeername()
        before = source.read()
        keys = {only(before, here, there).key}
        peer = only(before, there, here).key
        client.shutdown(socket.SHUT_WR)
        waiting = reach(source, State.FIN_WAIT_2, here, there)
        assert waiting.owner
        assert waiting.owner.pid == os.getpid()
        half_closed = reach(source, State.CLOSE_WAIT, there, here)
        assert half_closed.key == peer
        accepted.close()
        ended = reach(source, State.TIME_WAIT, here, there)
        assert ended.owners == ()
        assert {waiting.key, ended.key} == keys
        assert peer not in source.read().connections


def test_an_end_that_cannot_finish_is_in_fin_wait_1_and_its_peer_in_last_ack() -> None:
    source = PsutilSource()
    with tcp_pair() as (_, client, accepted):
        for end, other, state in ((client, accepted, State.FIN_WAIT_1), (accepted, client, State.LAST_ACK)):
            key = only(source.read(), end.getsockname(), end.getpeername()).key
            fill(end)
            end.shutdown(socket.SHUT_WR)
            assert reach(source, state, end.getsockname(), other.getsockname()).key == key
            if state is State.FIN_WAIT_1:
                drain(accepted)


def fill(end: socket.socket) -> None:
    """Write until neither buffer takes more, so that the FIN stays behind the data."""
    end.setblocking(False)
    while True:
        try:
            end.send(b"x" * 65536)
        except BlockingIOError:
            return


def drain(end: socket.socket) -> None:
    end.settimeout(PATIENCE)
    while end.recv(1 << 20):
        pass


def test_a_connection_that_nobody_answers_is_syn_sent() -> None:
    with socket.socket() as server, socket.socket() as queued, socket.socket() as client:
        server.bind(ANY)
        server.listen(0)
        queued.connect(server.getsockname())
        client.setblocking(False)
        client.connect_ex(server.getsockname())
        row = only(PsutilSource().read(), client.getsockname(), server.getsockname())
        assert (row.state, row.is_listening) == (State.SYN_SENT, False)


def test_udp_bound_and_connected() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as bound, socket.socket(type=socket.SOCK_DGRAM) as connected:
        bound.bind(ANY)
        connected.connect(bound.getsockname())
        reading = PsutilSource().read()
        open_to_all = only(reading, bound.getsockname())
        assert (open_to_all.protocol, open_to_all.state, open_to_all.remote) == ("UDP", State.NONE, None)
        assert open_to_all.is_listening
        one_peer = only(reading, connected.getsockname(), bound.getsockname())
        assert (one_peer.protocol, one_peer.is_listening) == ("UDP", False)


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
def test_ipv6_tcp_and_udp() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        where = server.getsockname()[:2]
        with (
            socket.create_connection(where) as client,
            server.accept()[0],
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp,
        ):
            udp.bind(("::1", 0))
            reading = PsutilSource().read()
            assert only(reading, where).protocol == "TCP6"
            assert only(reading, client.getsockname()[:2], where).family == 6
            assert only(reading, udp.getsockname()[:2]).protocol == "UDP6"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no dual-stack sockets")
def test_an_ipv4_peer_on_a_dual_stack_listener_is_shown_as_ipv4() -> None:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0]:
            reading = PsutilSource().read()
            accepted = only(reading, ("127.0.0.1", port), client.getsockname())
            assert (accepted.family, accepted.protocol) == (4, "TCP")
            assert only(reading, ("::", port)).family == 6


def test_two_sockets_on_one_address_are_both_there() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        for end in (one, other):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(ANY)
        other.bind(one.getsockname())
        source = PsutilSource()
        first, second = select_rows(source.read(), one.getsockname())
        assert first.key != second.key
        other.close()
        assert only(source.read(), one.getsockname()).key in {first.key, second.key}


def test_unchanged_connections_are_the_same_objects() -> None:
    source = PsutilSource()
    with tcp_pair() as (server, client, accepted), socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(ANY)
        looks = [source.read() for _ in range(3)]
        mine = [(server, None), (client, client.getpeername()), (accepted, accepted.getpeername()), (udp, None)]
        for end, remote in mine:
            rows = [only(look, end.getsockname(), remote) for look in looks]
            assert rows[0] is rows[1] is rows[2]


@linux
def test_a_port_used_again_after_time_wait_is_another_connection() -> None:
    source = PsutilSource()
    with listening() as server:
        there = server.getsockname()
        with from_port(0) as client:
            client.connect(there)
            here = client.getsockname()
            before = only(source.read(), there, here)
            server.accept()[0].close()  # the server's end closes first, so that TIME_WAIT stays on its side
        assert reach(source, State.TIME_WAIT, there, here).key == before.key
        with from_port(here[1]) as client:
            client.connect(there)
            with server.accept()[0]:
                again = only(source.read(), there, here)
        assert again.state is State.ESTABLISHED
        assert again.key != before.key


def from_port(port: int) -> socket.socket:
    """A client on a loopback address of its own, where no other test has left a TIME_WAIT on the port."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.77.0.1", port))
    return client


@linux
def test_a_listener_keeps_its_key_when_a_process_that_shares_it_ends() -> None:
    source = PsutilSource()
    with python(FORKS) as (process, (port, worker)):
        shared = only(source.read(), ("127.0.0.1", port))
        assert shared.owner
        assert shared.owner.pid in {process.pid, worker}
        tell(process)
        assert process.stdout
        assert process.stdout.readline() == b"done\n"
        left = only(source.read(), ("127.0.0.1", port))
        assert left.owner
        assert left.owner.pid == process.pid
        assert left.key == shared.key


def test_a_listener_opened_again_by_another_process_is_another_connection() -> None:
    source = PsutilSource()
    with python(LISTENS) as (_, (port,)):
        before = only(source.read(), ("127.0.0.1", port))
    with socket.create_server(("127.0.0.1", port)):
        after = only(source.read(), ("127.0.0.1", port))
    assert after.key != before.key


def test_the_owner_with_all_its_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "control_group", lambda pid: ControlGroup(f"unit-of-{pid}.service", f"lxc:{pid}"))
    with python(LISTENS) as (process, (port,)):
        owner = only(PsutilSource().read(), ("127.0.0.1", port)).owner
        told = psutil.Process(process.pid)
        assert owner
        assert owner.pid == process.pid
        assert owner.name == told.name()
        assert owner.user == pwd.getpwuid(os.geteuid()).pw_name
        assert owner.executable == os.path.realpath(sys.executable)
        assert owner.command_line == " ".join([sys.executable, "-c", LISTENS])
        assert owner.service == f"unit-of-{process.pid}.service"
        assert owner.container == f"lxc:{process.pid}"
        assert owner.started == pytest.approx(told.create_time(), abs=0.005)
        assert [parent.pid for parent in owner.parents] == [parent.pid for parent in told.parents()]
        assert owner.parents[0].pid == os.getpid()
