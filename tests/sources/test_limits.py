"""What cannot be seen, said as root and as an ordinary user."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path

import pytest

from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.model.query import parse
from tcpview_tui.sources import limits
from tcpview_tui.sources.choose import Fallback
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import answer, child, linux, listening, reach, root, tcp_pair

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
@root
def test_an_ordinary_user_is_told_how_many_sockets_have_no_owner_in_sight(tmp_path: Path) -> None:
    with listening() as server:
        port = str(server.getsockname()[1])
        with child(sys.executable, "-c", UNPRIVILEGED, str(ROOT), port, cwd=tmp_path) as process:
            own, other, unowned, problems = json.loads(answer(process))
            assert own == process.pid
    assert other is None
    assert unowned > 0
    ((summary, detail),) = [text for code, *text in problems if code == "ownerless"]
    assert summary == f"{unowned:,} socket{'s' * (unowned != 1)} without owner: not root"
    assert "sudo" in detail


@linux
@root
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


@pytest.mark.parametrize(
    ("lost", "sought", "words"),
    [
        (1, 0, "holds it: the process ended, the kernel itself uses it,"),
        (2, 0, "holds them: the process ended, the kernel itself uses them,"),
        (3, 2, "holds the other: the process ended, the kernel itself uses it,"),
        (4, 2, "holds the others: the process ended, the kernel itself uses them,"),
    ],
)
def test_one_socket_is_told_of_as_one(monkeypatch: pytest.MonkeyPatch, lost: int, sought: int, words: str) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: True)
    assert words in limits.ownerless(lost, sought).detail


@pytest.mark.parametrize("root", [True, False])
def test_the_filter_that_finds_them_is_named_and_is_one(monkeypatch: pytest.MonkeyPatch, root: bool) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: root)
    parse("is:unknown")
    find = " The filter is:unknown shows every row without a known process"
    assert limits.ownerless(2).detail.endswith(f"{find}, and Details say why for each.")
    assert limits.ownerless(2, each_is_told=False).detail.endswith(f"{find}.")


def test_the_way_to_root_is_the_path_of_the_running_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: False)
    monkeypatch.chdir(tmp_path)
    program = tmp_path / "my \x1b[2J programs" / "tcpview-tui"
    program.parent.mkdir()
    program.touch(0o755)
    monkeypatch.setattr(sys, "argv", [str(program.relative_to(tmp_path))])
    shown = f"(sudo '{tmp_path}/my \\x1b[2J programs/tcpview-tui')"
    assert shown in limits.paths(1).detail
    assert shown in limits.without_events("no right").detail


@pytest.mark.parametrize("program", ["", "-c", "__main__.py", "gone"])
def test_what_is_no_command_is_not_offered_as_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str
) -> None:
    (tmp_path / "__main__.py").touch(0o644)
    monkeypatch.setattr(limits, "_is_root", lambda: False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [program])
    assert "as root (with sudo) to" in limits.processes(1).detail


REFUSED, BUSY = OSError(errno.EPERM, "Operation not permitted"), OSError(errno.EMFILE, "Too many open files")
SILENT_ONE = "1 process does not tell its network namespace: sockets in it may be missing"
SILENT_TWO = "2 processes do not tell their network namespace: sockets in it may be missing"


@pytest.mark.parametrize(
    ("closed", "silent", "summaries"),
    [
        ([], 0, []),
        ([], 1, [SILENT_ONE]),
        ([REFUSED], 0, ["1 network namespace not readable"]),
        ([BUSY, BUSY], 2, ["2 network namespaces not readable", SILENT_TWO]),
    ],
)
def test_who_does_not_tell_a_namespace_is_none_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, closed: list[OSError], silent: int, summaries: list[str]
) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: True)
    problems = list(limits.namespaces(closed, silent))
    assert [problem.summary for problem in problems] == summaries
    assert any("CAP_SYS_ADMIN" in problem.detail for problem in problems) is (REFUSED in closed)
    assert all(str(closed[0].strerror) in problem.detail for problem in problems[: len(closed[:1])])


def test_an_ordinary_user_is_told_of_namespaces_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_is_root", lambda: False)
    assert not list(limits.namespaces([], 0))
    (problem,) = limits.namespaces([REFUSED], 7)
    assert problem.summary == "containers not visible: not root"


def test_psutil_says_that_it_has_no_counters() -> None:
    assert not PsutilSource.has_counters
    for source in (PsutilSource(), Fallback("no such protocol")):
        assert limits.COUNTERS in source.unseen


def test_a_flood_is_told_with_what_remains_and_what_to_do() -> None:
    detail = limits.flood(1, 2, 3).detail
    assert "are all shown" in detail
    assert "firewall" in detail


def test_without_privileges_to_ask_about_windows_is_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")
    assert limits.ownerless(1).summary == "1 socket without owner"


@linux
def test_which_namespaces_are_never_found_is_told() -> None:
    from tcpview_tui.sources.sockdiag import SockDiagSource

    assert SockDiagSource.unseen == (limits.HELD_NAMESPACES,)
    assert "kept only by an open socket" in limits.HELD_NAMESPACES.detail
