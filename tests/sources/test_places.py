"""Sockets of network namespaces that the tests make, as root: read while they live, and never kept alive."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tcpview_tui.model.connection import Namespace, State
from tests.sources.kernel import source
from tests.sources.net import answer, child, linux, tcp_pair, tell, until
from tests.sources.served import SERVES, noting, owned, rows_in, served
from tests.sources.test_namespaces import alias, inode_of, interfaces, ip, named, root

if sys.platform == "linux":
    from tcpview_tui.sources import namespaces
    from tcpview_tui.sources.places import Places
    from tcpview_tui.sources.seen import SocketId
    from tcpview_tui.sources.sockdiag import SockDiagSource
    from tests.sources.served import TEXTS

__all__ = ["source"]
pytestmark = linux
SO_COOKIE = 57
"""asm-generic/socket.h"""

TALKS = """
import socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
accepted = server.accept()[0]
print(client.getsockname()[1], server.getsockname()[1], flush=True)
sys.stdin.readline()
try:
    accepted.recv(1)
except OSError as error:
    print(error.errno, flush=True)
sys.stdin.readline()
"""


@root
def test_a_socket_of_another_namespace_is_listed_with_its_namespace_and_its_process(source: SockDiagSource) -> None:
    with served("unshare", "-n") as (port, pid, inode):
        row = owned(source, inode)
        assert row.namespace == Namespace(inode)
        assert (row.state, row.local.port) == (State.LISTEN, port)
        assert [owner.pid for owner in row.owners] == [pid]


@root
@ip
def test_a_named_namespace_is_told_by_its_name(source: SockDiagSource) -> None:
    with named() as name, served("ip", "netns", "exec", name) as (_, _, inode):
        assert owned(source, inode).namespace == Namespace(inode, name)


@root
def test_one_port_in_two_namespaces_is_two_connections(source: SockDiagSource) -> None:
    with tcp_pair() as (server, _, _):
        here = server.getsockname()
        code = SERVES.replace('("0.0.0.0", 0)', "('0.0.0.0', int(sys.argv[1]))")
        with child("unshare", "-n", sys.executable, "-c", code, str(here[1])) as process:
            _, pid = map(int, answer(process).split())
            inode = inode_of(pid)
            owned(source, inode)
            rows = source.read().connections.values()
            mine = [row for row in rows if row.state is State.LISTEN and row.local.port == here[1]]
            found = {row.namespace and row.namespace.inode: row.owners[0].pid for row in mine}
            assert (found[None], found[inode]) == (os.getpid(), pid)


@root
def test_a_namespace_that_ends_takes_its_sockets_along_and_is_kept_for_one_look(source: SockDiagSource) -> None:
    with served("unshare", "-n") as (_, pid, inode):
        device = alias(pid)
        key = owned(source, inode).key
        ours = source._places._read[inode]._diag._socket
        assert ours.fileno() >= 0
    for _ in range(2):
        reading = source.read()
    assert not rows_in(reading, inode)
    assert key not in reading.connections
    assert ours.fileno() == -1, "an open netlink socket keeps its namespace"
    until(lambda: device not in interfaces())


@root
def test_a_namespace_that_is_not_found_for_a_moment_keeps_its_rows() -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        here.look()
        here._read[inode]._unknown.update(TEXTS)
        for _ in range(2):
            with lost(here, inode):
                changes = here.look()[list(here._read).index(inode) - len(here._read)]
            assert (changes.gone, changes.refused) == ([], {})
            here.look()
        with lost(here, inode):
            here.look()
            assert sum(socket.id.namespace == inode for changes in here.look() for socket in changes.gone) == 1
            assert inode not in here._read


@contextmanager
def lost(here: Places, inode: int) -> Iterator[None]:
    """No path leads to that namespace: neither to find it nor to enter it."""
    ways = here._namespaces
    look = ways.look
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ways, "look", lambda: {each: found for each, found in look().items() if each != inode})
        patch.setattr(namespaces, "_enter", noting([], inode))
        yield


@root
def test_all_tables_that_are_read_as_text_take_one_thread_a_look(
    source: SockDiagSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered: list[int] = []
    with served("unshare", "-n") as (_, _, inode):
        owned(source, inode)
        source._places._read[inode]._unknown.update(TEXTS)
        monkeypatch.setattr(namespaces, "_enter", noting(entered))
        source.read()
        assert entered.count(inode) == 1


@root
@ip
def test_a_connection_in_another_namespace_is_cut_there(source: SockDiagSource) -> None:
    with child("unshare", "-n", sys.executable, "-c", TALKS) as process:
        here, there = map(int, answer(process).split())
        rows = until(lambda: rows_in(source.read(), inode_of(process.pid)))
        (row,) = [row for row in rows if row.remote and (row.local.port, row.remote.port) == (here, there)]
        source.disconnect(row)
        tell(process)
        assert int(answer(process)) == errno.ECONNRESET


@root
def test_what_was_lost_in_a_namespace_stays_lost_when_it_is_left() -> None:
    with closing(Places()) as here:
        with served("unshare", "-n") as (_, _, inode):
            here.look()
            ending = here._read[inode]._ending
            assert ending
            ending.lost = 3
            before = here.lost
        here.look()
        here.look()
        assert inode not in here._read
        assert here.lost >= before >= 3


def test_what_is_no_key_of_here_is_not_found() -> None:
    with closing(Places()) as here, socket.create_server(("127.0.0.1", 0)) as server:
        cookie = int.from_bytes(server.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder)
        assert here.find(SocketId(here.own, cookie)) is None, "nobody has looked yet"
        here.look()
        found = here.find(SocketId(here.own, cookie))
        assert found
        assert found[1].id == (here.own, cookie)
        assert here.find(SocketId(here.own + 1, cookie)) is None
        assert here.find(SocketId(here.own, cookie + (1 << 40))) is None
