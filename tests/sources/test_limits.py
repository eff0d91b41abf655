"""What cannot be seen, said as root and as an ordinary user."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.sources import limits
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import answer, child, linux, listening, reach, tcp_pair

NOBODY = 65534
UNPRIVILEGED = """
import json, os, pwd, socket, sys
sys.path.insert(0, sys.argv[1])
from tcpview_tui.sources.psutil_source import PsutilSource
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
own = socket.create_server(("127.0.0.1", 0))
reading = PsutilSource().read()
rows = {row.local.port: row.owner and row.owner.pid for row in reading.connections.values() if row.is_listening}
unowned = sum(not c.owners and c.state.value not in ("TIME_WAIT", "SYN_RECEIVED") for c in reading.connections.values())
problems = [[p.code, p.summary, p.detail] for p in reading.problems]
print(json.dumps([rows.get(own.getsockname()[1]), rows.get(int(sys.argv[2]), 0), unowned, problems]))
"""
TWO_SOCKETS = "import socket; a, b = (socket.create_server(('127.0.0.1', 0)) for _ in 'ab'); print(flush=True); input()"
READLINK = os.readlink
ROOT = Path(__file__).parents[2]


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave a socket to another user")
def test_an_ordinary_user_is_told_how_many_sockets_have_no_owner_in_sight() -> None:
    with listening() as server:
        port = str(server.getsockname()[1])
        with child(sys.executable, "-c", UNPRIVILEGED, str(ROOT), port) as process:
            own, other, unowned, problems = json.loads(answer(process))
            assert own == process.pid
    assert other is None
    assert unowned > 0
    ((summary, detail),) = [text for code, *text in problems if code == "ownerless"]
    assert summary == f"{unowned:,} socket{'s' * (unowned != 1)} without owner: not root"
    assert "sudo" in detail


@linux
@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_is_told_of_orphans_and_not_sent_to_root() -> None:
    source = PsutilSource()
    with tcp_pair() as (_, client, accepted):
        here, there = client.getsockname(), accepted.getsockname()
        client.close()
        assert reach(source, State.FIN_WAIT_2, here, there).owners == ()
        reading = source.read()
    unowned = sum(not c.owners and c.state not in KERNEL_STATES for c in reading.connections.values())
    (problem,) = [problem for problem in reading.problems if problem.code == "ownerless"]
    assert problem.summary == f"{unowned:,} socket{'s' * (unowned != 1)} without owner"
    assert "not root" not in problem.summary
    assert "sudo" not in problem.detail
    assert "CAP_SYS_PTRACE" in problem.detail


@pytest.mark.parametrize(
    ("root", "summary"), [(True, "1 executable unreadable"), (False, "1 executable unreadable: not root")]
)
def test_unreadable_executables_are_counted_once_a_process(
    monkeypatch: pytest.MonkeyPatch, root: bool, summary: str
) -> None:
    def readlink(path: str) -> str:
        if path == f"/proc/{process.pid}/exe":
            raise PermissionError
        return READLINK(path)

    monkeypatch.setattr(limits, "_is_root", lambda: root)
    with child(sys.executable, "-c", TWO_SOCKETS) as process:
        answer(process)
        monkeypatch.setattr(os, "readlink", readlink)
        problems = PsutilSource().read().problems
    assert summary in [problem.summary for problem in problems]


@pytest.mark.parametrize(
    ("sought", "summary", "is_final"),
    [
        (0, "3 sockets without owner", True),
        (2, "3 sockets without owner, 2 still being looked for", True),
        (3, "3 sockets without owner, 3 still being looked for", False),
    ],
)
def test_root_is_told_what_is_still_being_looked_for(
    monkeypatch: pytest.MonkeyPatch, sought: int, summary: str, is_final: bool
) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: True)
    problem = limits.ownerless(3, sought)
    assert problem.summary == summary
    assert ("the process ended" in problem.detail) is is_final
    assert ("may yet be found" in problem.detail) is (sought > 0)


def test_without_privileges_to_ask_about_windows_is_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")
    assert limits.ownerless(1).summary == "1 socket without owner"
