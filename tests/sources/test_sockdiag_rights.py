"""What needs the rights of root: to cut a connection, and to see what others have."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.kernel import FAMILIES, pair, reset, row_of, source
from tests.sources.net import ANY, PATIENCE, linux, root, tcp_pair

if sys.platform == "linux":
    from tcpview_tui.sources.netlink import NetlinkError
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux
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
