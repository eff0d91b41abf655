"""The Linux source against sockets that the tests open themselves, and against psutil. Other traffic may go on."""

from __future__ import annotations

import errno
import json
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Key, Namespace, State
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Passed, Snapshot
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.fakes import connection
from tests.sources.net import ANY, PATIENCE, answer, linux, only, python, root, select_rows, tcp_pair, tell, until
from tests.sources.test_churn import CHURNS
from tests.sources.test_opens import write
from tests.sources.traced import instances
from tests.sources.wire import TCP4, FakeDiag, body, info, message, names

if sys.platform == "linux":
    from tcpview_tui.sources import places, sockdiag
    from tcpview_tui.sources.namespaces import Namespaces
    from tcpview_tui.sources.netlink import NetlinkError
    from tcpview_tui.sources.opens import Missed
    from tcpview_tui.sources.seen import SocketId
    from tcpview_tui.sources.sockdiag import SockDiagSource
    from tcpview_tui.sources.tracing import own_name
    from tcpview_tui.sources.unsettled import Unsettled

__all__ = ["root"]
pytestmark = linux
v6 = pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
FAMILIES = [
    pytest.param("127.0.0.1", socket.AF_INET, id="ipv4"),
    pytest.param("::1", socket.AF_INET6, id="ipv6", marks=v6),
]
LOOKS = 10
ORDINARY = """
import ctypes, json, os, socket, sys
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.sockdiag import SockDiagSource
source = SockDiagSource(SystemClock())
source.read()  # as root, so that all modules are loaded: nobody may have no right to the files of Python
source.close()
nobody = 65534
os.setgroups([])
os.setresgid(nobody, nobody, nobody)
os.setresuid(nobody, nobody, nobody)
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: /proc is that of a program nobody started
mine = socket.create_server(("127.0.0.1", 0))
source = SockDiagSource(SystemClock())
ports = {mine.getsockname()[1]: "mine", int(sys.argv[1]): "foreign"}
reading = source.read()
told = {"codes": [problem.code for problem in reading.problems], "pid": os.getpid(), "follows": source.follows_tcp}
for row in reading.connections.values():
    if row.local.port in ports and row.remote is None and row.transport == "tcp":
        owners = [owner.pid for owner in row.owners]
        told[ports[row.local.port]] = row.state, row.user, owners, row.unowned and row.unowned.name
    if row.local.port == int(sys.argv[2]) and row.remote and row.remote.port == int(sys.argv[1]):
        try:
            source.disconnect(row)
        except OSError as error:
            told["refused"] = error.errno
told["cannot"] = source.cannot_disconnect
source.close()
print(json.dumps(told))
"""


class Fact(NamedTuple):
    """What both sources have to tell of a socket."""

    protocol: str
    state: State
    local: tuple[str, int]
    remote: tuple[str, int] | None
    is_ours: bool

    @property
    def ends(self) -> tuple[str, tuple[str, int], tuple[str, int] | None]:
        return self.protocol, self.local, self.remote


@pytest.fixture
def source() -> Iterator[SockDiagSource]:
    source = SockDiagSource(SystemClock())
    yield source
    source.close()


def settled(source: SockDiagSource, key: Key, state: State) -> Connection:
    """Look until the connection of that key is in a state."""

    def found() -> Connection | None:
        row = source.read().connections.get(key)
        return row if row and row.state is state else None

    row: Connection = until(found)
    return row


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


def facts_of(stack: ExitStack, host: str, family: socket.AddressFamily) -> Iterator[Fact]:
    """Open a socket of every kind and tell what it is."""
    six = "6" if family == socket.AF_INET6 else ""
    server, client, accepted = stack.enter_context(pair(host, family))
    here, there = client.getsockname()[:2], server.getsockname()[:2]
    yield Fact(f"TCP{six}", State.LISTEN, there, None, True)
    yield Fact(f"TCP{six}", State.ESTABLISHED, here, there, True)
    yield Fact(f"TCP{six}", State.ESTABLISHED, there, here, True)
    _, client, accepted = stack.enter_context(pair(host, family))
    client.shutdown(socket.SHUT_WR)
    assert not accepted.recv(1)
    here, there = client.getsockname()[:2], accepted.getsockname()[:2]
    yield Fact(f"TCP{six}", State.FIN_WAIT_2, here, there, True)
    yield Fact(f"TCP{six}", State.CLOSE_WAIT, there, here, True)
    _, client, accepted = stack.enter_context(pair(host, family))
    yield Fact(f"TCP{six}", State.TIME_WAIT, client.getsockname()[:2], accepted.getsockname()[:2], False)
    client.shutdown(socket.SHUT_WR)
    assert not accepted.recv(1)
    accepted.close()
    assert not client.recv(1)
    bound, connected = (stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(2))
    bound.bind((host, 0))
    connected.connect(bound.getsockname())
    yield Fact(f"UDP{six}", State.NONE, bound.getsockname()[:2], None, True)
    yield Fact(f"UDP{six}", State.NONE, connected.getsockname()[:2], bound.getsockname()[:2], True)


@contextmanager
def every_kind() -> Iterator[list[Fact]]:
    families = [("127.0.0.1", socket.AF_INET), *([("::1", socket.AF_INET6)] if socket.has_ipv6 else [])]
    with ExitStack() as stack:
        yield sorted(fact for host, family in families for fact in facts_of(stack, host, family))


def ends_of(row: Connection) -> tuple[str, tuple[str, int], tuple[str, int] | None]:
    return (
        row.protocol,
        (row.local.address, row.local.port),
        (row.remote.address, row.remote.port) if row.remote else None,
    )


def told(reading: Reading, facts: list[Fact]) -> list[Fact]:
    """Return what a reading says of those sockets."""
    found = []
    for row in reading.connections.values():
        protocol, local, remote = ends_of(row)
        if row.namespace is None and (protocol, local, remote) in {fact.ends for fact in facts}:
            is_ours = [owner.pid for owner in row.owners] == [os.getpid()]
            found.append(Fact(protocol, row.state, local, remote, is_ours))
    return sorted(found)


def test_both_sources_tell_the_same_of_sockets_of_every_kind(source: SockDiagSource) -> None:
    with every_kind() as facts:
        until(lambda: told(source.read(), facts) == facts)
        assert told(PsutilSource().read(), facts) == facts


def test_what_is_stable_is_whole_and_keeps_its_keys_while_others_come_and_go(source: SockDiagSource) -> None:
    other = PsutilSource()
    with every_kind() as opened, python(CHURNS) as (process, _):
        # TIME_WAIT lasts a minute, and so may ten looks of two sources on a loaded machine.
        facts = [fact for fact in opened if fact.state is not State.TIME_WAIT]
        until(lambda: told(source.read(), facts) == facts)
        first = keys(source.read(), facts)
        for _ in range(LOOKS):
            reading = source.read()
            assert told(reading, facts) == facts
            assert keys(reading, facts) == first
            assert told(other.read(), facts) == facts
        tell(process)
        assert int(answer(process)) > LOOKS


def keys(reading: Reading, facts: list[Fact]) -> set[Key]:
    ours = {fact.ends for fact in facts}
    return {row.key for row in reading.connections.values() if ends_of(row) in ours}


def test_what_did_not_change_is_the_same_object(source: SockDiagSource) -> None:
    with tcp_pair() as ends:
        before = [row_of(owned(source, *ends), end) for end in ends]
        after = source.read()
        assert all(row_of(after, end) is row for end, row in zip(ends, before, strict=True))


def made_up(monkeypatch: pytest.MonkeyPatch, diag: FakeDiag) -> SockDiagSource:
    """A source for which this is the whole machine."""
    monkeypatch.setattr(places, "_open", lambda: (diag, None))
    monkeypatch.setattr(Namespaces, "look", lambda _: {})
    return SockDiagSource(SystemClock(), follows=False)


def test_a_look_at_which_nothing_changed_returns_the_very_same_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    diag = FakeDiag()
    diag.tables[TCP4] = [message(body(names(1), inode=0))]
    source = made_up(monkeypatch, diag)
    before = source.read().connections
    assert len(before) == 1
    assert source.read().connections is before
    diag.tables[TCP4] = [message(body(names(2), inode=0))]
    assert source.read().connections.keys() == {SocketId(source._places.own, 2)}


@pytest.mark.parametrize(
    ("told", "problems"), [(info(bytes_sent=5), set()), (info()[:100], {"counters"}), (b"", {"counters"})]
)
def test_a_kernel_that_counts_no_bytes_is_said(
    told: bytes, problems: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    diag = FakeDiag()
    diag.tables[TCP4] = [message(body(names(1), 1, 7, 0, (0, 0), told))]
    source = made_up(monkeypatch, diag)
    for _ in range(2):
        reading = source.read()
        assert {problem.code for problem in reading.problems} & {"counters"} == problems
        assert len(reading.connections) == 1


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
        assert reading.measures.keys() <= reading.connections.keys()


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


def test_short_connections_of_other_namespaces_are_no_excuse_for_missing_the_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    snmp = tmp_path / "snmp"
    monkeypatch.setattr(sockdiag, "Missed", partial(Missed, snmp))
    source = made_up(monkeypatch, FakeDiag())
    write(snmp, 100)
    passed = [Passed(connection(1), 0.0), Passed(replace(connection(2), namespace=Namespace(7)), 0.0)]
    source._estimate(Unsettled(), ())
    write(snmp, 103)
    source._estimate(Unsettled(), passed)
    assert source._estimate(Unsettled(), ()) == 2


def test_a_change_does_not_reach_back_into_an_earlier_reading(source: SockDiagSource) -> None:
    before = source.read()
    count = len(before.connections)
    with tcp_pair() as (server, _, _):
        assert row_of(source.read(), server).key not in before.connections
        assert len(before.connections) == count


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


@pytest.mark.parametrize(("host", "family"), FAMILIES)
def test_who_opened_is_known_on_both_ends(source: SockDiagSource, host: str, family: socket.AddressFamily) -> None:
    with pair(host, family) as (server, client, accepted):
        reading = source.read()
        assert [row_of(reading, end).direction for end in (client, accepted)] == ["out", "in"]
        assert row_of(reading, server).direction is None
        client.sendall(b"x" * 1000)
        assert accepted.recv(1000, socket.MSG_WAITALL)
        reading = source.read()
        assert [row_of(reading, end).direction for end in (client, accepted)] == ["out", "in"]


def test_a_socket_is_booked_to_its_user(source: SockDiagSource) -> None:
    pwd = pytest.importorskip("pwd")
    with tcp_pair() as (_, client, _):
        assert row_of(source.read(), client).user == pwd.getpwuid(os.getuid()).pw_name


@root
def test_a_socket_of_another_user_is_booked_to_that_one(source: SockDiagSource) -> None:
    pwd = pytest.importorskip("pwd")
    with socket.create_server(ANY) as server:
        os.fchown(server.fileno(), 65534, -1)
        assert row_of(source.read(), server).user == pwd.getpwuid(65534).pw_name


def test_a_bound_udp_socket_that_connects_and_lets_go_keeps_its_key(source: SockDiagSource) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as near, socket.socket(type=socket.SOCK_DGRAM) as far:
        near.bind(ANY)
        far.bind(ANY)
        bound = row_of(source.read(), near)
        near.connect(far.getsockname())
        connected = row_of(source.read(), near)
        assert (connected.key, tuple(connected.remote or ())) == (bound.key, far.getsockname())
        assert not connected.is_listening


@root
@pytest.mark.parametrize(("host", "family"), FAMILIES)
def test_a_connection_is_cut_and_its_peer_is_told(
    source: SockDiagSource, host: str, family: socket.AddressFamily
) -> None:
    with pair(host, family) as (server, client, accepted):
        row = row_of(source.read(), client)
        source.disconnect(row)
        with pytest.raises(ConnectionAbortedError):
            client.recv(1)
        with pytest.raises(ConnectionResetError):
            accepted.recv(1)
        with pytest.raises(NetlinkError) as again:
            source.disconnect(row)
        assert again.value.errno == errno.ENOENT
        reading = source.read()
        assert row.key not in reading.connections
        assert row_of(reading, server).state is State.LISTEN
        with pytest.raises(OSError, match="gone") as known:
            source.disconnect(row)
        assert known.value.errno == errno.ENOENT


@root
@pytest.mark.parametrize("looks", [0, 1])
def test_a_connection_that_took_over_the_addresses_is_never_cut(source: SockDiagSource, looks: int) -> None:
    with tcp_pair() as (server, client, accepted):
        here, there = client.getsockname(), server.getsockname()
        stale = row_of(source.read(), client)
        reset(client)
        accepted.close()
        with socket.create_connection(there, PATIENCE, here) as again, server.accept()[0] as other:
            for _ in range(looks):
                source.read()
            with pytest.raises(OSError, match=r"gone|No such|Stale") as refused:
                source.disconnect(stale)
            assert refused.value.errno in (errno.ENOENT, errno.ESTALE)
            again.sendall(b"alive")
            assert other.recv(5) == b"alive"


def test_a_key_of_another_source_is_no_connection_here(source: SockDiagSource) -> None:
    with tcp_pair() as (_, client, _), pytest.raises(OSError, match="gone") as refused:
        source.disconnect(row_of(PsutilSource().read(), client))
    assert refused.value.errno == errno.ENOENT


@root
def test_an_ordinary_user_sees_every_row_and_is_told_what_is_missing(tmp_path: Path) -> None:
    with tcp_pair() as (server, client, accepted):
        command = [sys.executable, "-c", ORDINARY, str(server.getsockname()[1]), str(client.getsockname()[1])]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True, cwd=tmp_path)
        seen = json.loads(done.stdout)
        client.sendall(b"alive")
        assert accepted.recv(5) == b"alive"
    assert seen["mine"] == ["LISTEN", "nobody", [seen["pid"]], None]
    assert seen["foreign"] == ["LISTEN", "root", [], "OTHER_USER"]
    assert seen["refused"] in (errno.EPERM, errno.EACCES)
    assert "needs root (CAP_NET_ADMIN)" in seen["cannot"]
    assert {"ownerless", "namespaces", "events"} <= set(seen["codes"])
    assert not seen["follows"]


def test_after_the_first_look_there_is_an_estimate_or_the_promise_to_see_all(source: SockDiagSource) -> None:
    reading = source.read()
    assert (reading.missed is None) == source.follows_tcp


def followed(source: SockDiagSource) -> Reading:
    """Look for the first time; skip where the kernel does not let even root trace."""
    reading = source.read()
    if not source.follows_tcp:
        pytest.skip("the kernel does not trace TCP here: " + str([problem.detail for problem in reading.problems]))
    return reading


@root
def test_nothing_of_the_trace_is_left_after_closing() -> None:
    source = SockDiagSource(SystemClock())
    followed(source)
    assert own_name() in instances()
    source.close()
    assert own_name() not in instances()


def test_closing_gives_back_every_descriptor() -> None:
    before = descriptors()
    source = SockDiagSource(SystemClock())
    source.read()
    assert descriptors() > before
    source.close()
    assert descriptors() == before


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_counters_come_when_they_move_and_not_again(source: SockDiagSource) -> None:
    with tcp_pair() as (_, client, accepted):
        key = row_of(source.read(), client).key
        client.sendall(b"x" * 5000)
        assert len(accepted.recv(5000, socket.MSG_WAITALL)) == 5000

        def moved() -> Any:
            return source.read().measures.get(key)

        measure = until(moved)
        assert until(lambda: measure.counters.sent == 5000 or (moved() or measure).counters.sent == 5000)
        assert moved() is None


def test_a_name_of_a_port_is_that_of_the_system(source: SockDiagSource, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[Any, str] = {("tcp", 443): "https"}
    read: Callable[[Any], dict[Any, str]] = lambda _: names  # noqa: E731
    monkeypatch.setattr("tcpview_tui.sources.services.read", read)
    assert source.service_name("tcp", 443) == "https"
    assert source.service_name("udp", 443) is None
