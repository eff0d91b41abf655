"""Sockets of network namespaces that the tests make, as root: read while they live, and never kept alive."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Namespace, State
from tcpview_tui.sources.base import Reading
from tests.sources.net import answer, child, linux, python, tcp_pair, tell, until
from tests.sources.test_namespaces import alias, inode_of, interfaces, ip, named, root

if sys.platform == "linux":
    from tcpview_tui.sources import namespaces, places, room
    from tcpview_tui.sources.inet_diag import TABLES
    from tcpview_tui.sources.namespaces import inside
    from tcpview_tui.sources.places import Places
    from tcpview_tui.sources.seen import SocketId
    from tcpview_tui.sources.sockdiag import SockDiagSource

    TEXTS = [table for table in TABLES if table.transport == "raw"]

pytestmark = linux
SO_COOKIE = 57
"""asm-generic/socket.h"""

SERVES = """
import os, socket, sys
server = socket.create_server(("0.0.0.0", 0))
print(server.getsockname()[1], os.getpid(), flush=True)
sys.stdin.readline()
"""

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


@pytest.fixture
def source() -> Iterator[SockDiagSource]:
    source = SockDiagSource(SystemClock())
    yield source
    source.close()


@contextmanager
def served(*enter: str) -> Iterator[tuple[int, int, int]]:
    """A server in a namespace of its own: its port, its pid, and the inode of the namespace."""
    with child(*enter, sys.executable, "-c", SERVES) as process:
        port, pid = map(int, answer(process).split())
        yield port, pid, inode_of(pid)


def rows_in(reading: Reading, inode: int) -> list[Connection]:
    return [row for row in reading.connections.values() if row.namespace and row.namespace.inode == inode]


def owned(source: SockDiagSource, inode: int) -> Connection:
    """Look until the only socket of that namespace has its process."""

    def found() -> Connection | None:
        rows = rows_in(source.read(), inode)
        return rows[0] if len(rows) == 1 and rows[0].owners else None

    row: Connection = until(found)
    return row


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


def noting(entered: list[int], refused: int | None = None, number: int = errno.ENOENT) -> Callable[[str, int], None]:
    """Enter namespaces and note them; that one is refused by this error, as if it had gone."""
    enter = namespaces._enter

    def enter_and_note(path: str, inode: int) -> None:
        if inode == refused:
            raise OSError(number, os.strerror(number), path)
        entered.append(inode)
        enter(path, inode)

    return enter_and_note


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
def test_a_namespace_whose_process_ended_on_the_way_in_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(places, "inside", refusing(errno.ESRCH, inode))
            here.look()
            assert inode in here.closed
        here.look()
        assert inode in here._read
        assert inode not in here.closed


@root
def test_a_namespace_that_may_not_be_entered_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(places, "inside", refusing(errno.EPERM, inode))
            here.look()
        here.look()
        assert inode not in here._read
        problem, *_ = here.problems  # sandboxes have processes that do not tell theirs
        assert problem.code == "namespaces"
        assert problem.summary == "1 network namespace not readable"
        assert os.strerror(errno.EPERM) in problem.detail
    with closing(here):
        here.look()
        assert inode not in here.closed


@root
def test_when_files_are_short_a_namespace_waits_until_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(room, "left", lambda: 1)
            here.look()
            assert here._read.keys() == {here.own}
            assert here.closed[inode].errno == errno.EMFILE
            problem, *_ = here.problems
            assert problem.code == "namespaces"
            assert "CAP_SYS_ADMIN" not in problem.detail
        here.look()
        assert inode in here._read
        assert inode not in here.closed


WIDE = """
import resource
from tcpview_tui.sources.places import Places
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 300))
Places()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], flush=True)
"""


def test_as_many_files_are_allowed_as_the_system_lets_the_program_have() -> None:
    with python(WIDE) as (_, (limit,)):
        assert limit == 300


FEW_FILES = """
import os, resource
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources import room
from tcpview_tui.sources.sockdiag import SockDiagSource
source = SockDiagSource(SystemClock(), follows=False)
limit = len(os.listdir("/proc/self/fd")) + room.RESERVE + 4
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
for _ in range(2):
    source.read()
places = source._places
print(len(places._read) - 1, len(places.closed), room.left(), flush=True)
"""


@root
def test_more_namespaces_than_files_leave_the_program_enough_to_read_the_own() -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(served("unshare", "-n"))
        with python(FEW_FILES) as (_, (entered, closed, left)):
            assert entered <= 2
            assert closed >= 2
            assert left < 4


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


def refusing(number: int, inode: int) -> Callable[..., Any]:
    """Stand in for `inside`, at that namespace only."""

    def enter(path: str, there: int, work: Callable[[], Any]) -> Any:
        if there == inode:
            raise OSError(number, os.strerror(number), path)
        return inside(path, there, work)

    return enter


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


@root
@pytest.mark.parametrize("number", [errno.ENOENT, errno.ESRCH, errno.ESTALE])
def test_a_namespace_whose_process_ended_before_its_texts_were_read_is_no_problem(number: int) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        here.look()
        here._read[inode]._unknown.update(TEXTS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(namespaces, "_enter", noting([], inode, number))
            looks = here.look()
        assert [changes.refused for changes in looks if changes.refused] == []
