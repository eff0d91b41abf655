"""Two lists of the same sockets: this machine's agree while sockets come and go; one that lacks a socket is found."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import HiddenSocket, Unlooked
from tcpview_tui.findings.rules.hidden import HIDDEN_SOCKET
from tcpview_tui.model.connection import Endpoint, Namespace
from tests.fakes import EPOCH, FakeClock
from tests.sources.net import PATIENCE, answer, child, linux, only, python, tcp_pair, tell
from tests.sources.test_churn import CHURNS
from tests.sources.test_namespaces import inode_of, root

if sys.platform == "linux":
    from tcpview_tui.sources import crosscheck, socklists
    from tcpview_tui.sources.crosscheck import COMPARISONS, CrossCheck
    from tcpview_tui.sources.inet_diag import Table
    from tcpview_tui.sources.seen import SocketId
    from tcpview_tui.sources.sockdiag import SockDiagSource

pytestmark = linux
NET = Path("/proc/thread-self/net")
FILES = ("tcp", "tcp6", "udp", "udp6", "sockstat", "sockstat6")
LOOKS = 25
HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
INVENTED = 4_000_000_001
SO_COOKIE = 57
"""asm-generic/socket.h: what sock_diag knows a socket by."""

LISTENS = """
import os, socket
with socket.create_server(("0.0.0.0", 4444)) as server:
    print(os.getpid(), os.fstat(server.fileno()).st_ino, flush=True)
    input()
"""
LINE = f"   0: 0500000A:C350 077100CB:115C 01 00000000:00000000 00:00000000 00000000     0        0 {INVENTED} 1 0\n"
LINE6 = LINE.replace("0500000A", "0" * 24 + "01000000").replace("077100CB", "0000000000000000FFFF0000077100CB")


def inode(of: socket.socket) -> int:
    return os.fstat(of.fileno()).st_ino


def copied(folder: Path, *without: socket.socket) -> Path:
    """A /proc with the lists of sockets as they are now, without the lines of some of them."""
    copy = folder / "thread-self/net"
    copy.mkdir(parents=True, exist_ok=True)
    hidden = {str(inode(each)) for each in without}
    for name in FILES:
        if (NET / name).exists():
            lines = (NET / name).read_text().splitlines(keepends=True)
            kept = [line for line in lines if "sockstat" in name or hidden.isdisjoint(line.split()[9:10])]
            (copy / name).write_text("".join(kept))
    return folder


def found(check: CrossCheck) -> dict[int, HiddenSocket]:
    """What a look finds; on a busy machine a copy lacks the sockets opened since."""
    told = check.look()
    assert not isinstance(told, Unread), told
    return {each.inode: each for each in told if isinstance(each, HiddenSocket)}


def kinds() -> Iterator[socket.socket]:
    """Sockets of every kind that there can be in the four tables, and some that are in one list only by nature."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            each = socket.socket(family, kind)
            each.bind((address, 0))  # TCP: BOUND_INACTIVE, which netlink alone tells
            yield each
        listener = socket.create_server((address, 0), family=family)
        yield listener
        client = socket.create_connection(listener.getsockname()[:2])  # waits to be accepted: without inode
        yield client
        ended = socket.create_connection(listener.getsockname()[:2])
        listener.accept()[0].close()
        yield ended
    with suppress(OSError):  # a kernel without Multipath TCP
        several = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
        several.bind(("127.0.0.1", 0))
        several.listen()
        yield several
        flows = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_MPTCP)
        flows.connect(several.getsockname())
        yield flows
        yield several.accept()[0]
    dual = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    yield dual
    yield socket.create_connection(("127.0.0.1", dual.getsockname()[1]))


def test_this_machine_hides_no_socket_while_hundreds_open_and_close() -> None:
    check = CrossCheck(FakeClock())
    with ExitStack() as stack, python(CHURNS) as (process, _):
        for each in kinds():
            stack.enter_context(each)
        ends = time.monotonic() + PATIENCE
        for number in range(LOOKS):
            if number and time.monotonic() > ends:
                break
            assert found(check) == {}
        tell(process)
        assert int(answer(process)) > 100


def test_a_socket_that_proc_lacks_is_found(tmp_path: Path) -> None:
    clock = FakeClock()
    with tcp_pair() as (_, client, _), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        udp.bind(("::1", 0))
        check = CrossCheck(clock, copied(tmp_path, client, udp))
        here, there = Endpoint(*client.getsockname()), Endpoint(*client.getpeername())
        cookie = int.from_bytes(client.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder)
        key = SocketId(Path("/proc/self/ns/net").stat().st_ino, cookie)
        hidden = HiddenSocket("TCP", here, there, inode(client), "/proc/net", COMPARISONS, EPOCH, EPOCH, key)
        of_udp, told = inode(udp), found(check)
        assert hidden.subject == ("hidden-socket", key)
        assert told[inode(client)] == hidden
        assert (told[of_udp].protocol, told[of_udp].remote) == ("UDP6", None)
        clock.advance(60)
        assert found(check)[inode(client)] == hidden._replace(last=EPOCH + 60)
    assert not {hidden.inode, of_udp} & found(check).keys()


def test_its_row_in_the_table_has_that_key(tmp_path: Path) -> None:
    source = SockDiagSource(FakeClock(), follows=False)
    try:
        with tcp_pair() as (_, client, _):
            row = only(source.read(), client.getsockname(), client.getpeername())
            hidden = found(CrossCheck(FakeClock(), copied(tmp_path, client)))[inode(client)]
            assert hidden.key == row.key
    finally:
        source.close()


def test_its_twin_with_all_lines_is_none(tmp_path: Path) -> None:
    with tcp_pair() as sockets:
        assert not {inode(each) for each in sockets} & found(CrossCheck(FakeClock(), copied(tmp_path))).keys()


@pytest.mark.parametrize(
    ("file", "line", "protocol", "local"), [("tcp", LINE, "TCP", "10.0.0.5"), ("tcp6", LINE6, "TCP", "::1")]
)
def test_a_socket_that_netlink_lacks_is_found(tmp_path: Path, file: str, line: str, protocol: str, local: str) -> None:
    with (copied(tmp_path) / "thread-self/net" / file).open("a") as lines:
        lines.write(line)
    told = found(CrossCheck(FakeClock(), tmp_path))[INVENTED]
    assert told[:3] == (protocol, Endpoint(local, 50000), Endpoint("203.0.113.7", 4444))
    assert (told.lacks, told.subject) == ("netlink", ("unlisted-socket", INVENTED))


def test_a_socket_missed_once_is_no_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tcp_pair() as (_, client, _):
        copied(tmp_path, client)
        comparisons = 0
        real = socklists._lines

        def whole_at_last(net: Path, table: object) -> dict[int, bytes]:
            nonlocal comparisons
            comparisons += 1
            return real(NET if comparisons > 1 else net, table)  # type: ignore[arg-type]

        monkeypatch.setattr(socklists, "_lines", whole_at_last)
        assert inode(client) not in found(CrossCheck(FakeClock(), tmp_path))


class SlowClock(FakeClock):
    """Each question takes it 10 ms."""

    def monotonic(self) -> float:
        self.now += 0.01
        return self.now


def test_it_rests_the_longer_the_longer_it_took(tmp_path: Path) -> None:
    with tcp_pair() as (_, client, _):
        clock = SlowClock()
        check = CrossCheck(clock, copied(tmp_path, client))
        assert inode(client) in found(check)
        copied(tmp_path)
        clock.advance(39)
        assert inode(client) in found(check)
        clock.advance(2)
        assert inode(client) not in found(check)


def test_too_many_sockets_are_not_compared() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        told = CrossCheck(FakeClock(), most=0).look()
    assert isinstance(told, Unread)
    assert "the bound is 0" in told.reason


def test_a_kernel_without_one_of_the_lists_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(CrossCheck(FakeClock(), tmp_path).look(), Unread)

    def refuse() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(crosscheck, "DiagSocket", refuse)
    told = CrossCheck(FakeClock()).look()
    assert isinstance(told, Unread)
    assert "Operation not permitted" in told.reason


@root
def test_a_socket_that_proc_lacks_in_another_namespace_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = socklists._lines
    with child("unshare", "-n", sys.executable, "-c", LISTENS) as process:
        pid, hidden = map(int, answer(process).split())

        def without(net: Path, table: Table) -> dict[int, bytes]:
            return {each: line for each, line in lines(net, table).items() if each != hidden}

        monkeypatch.setattr(socklists, "_lines", without)
        told = found(CrossCheck(FakeClock()))[hidden]
        where = Namespace(inode_of(pid))
        assert told.namespace == where
        assert told.name == f"TCP 0.0.0.0:4444 in netns {where.inode}"
        assert isinstance(told.key, SocketId)
        assert told.key.namespace == where.inode


@root
def test_a_namespace_beyond_the_bound_is_told() -> None:
    with child("unshare", "-n", sys.executable, "-c", LISTENS) as process:
        pid, _ = map(int, answer(process).split())
        told = CrossCheck(FakeClock(), most=socklists.in_use(NET)).look()
        if isinstance(told, Unread):
            pytest.skip("sockets came meanwhile")
        (unlooked,) = (each for each in told if isinstance(each, Unlooked) and each.name == f"netns {inode_of(pid)}")
        assert unlooked.sought == HIDDEN_SOCKET.id
        assert "it would take too long" in unlooked.reason


@given(st.text(max_size=200))
def test_no_text_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    proc = tmp_path_factory.mktemp("proc")
    folder = proc / "thread-self/net"
    folder.mkdir(parents=True)
    for name in FILES:
        content = HEADING + text if "sockstat" not in name else text
        (folder / name).write_text(content, "utf-8", "surrogatepass")
    told = CrossCheck(FakeClock(), proc).look()
    assert isinstance(told, tuple | Unread)
