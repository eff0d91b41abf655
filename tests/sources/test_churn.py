"""Sockets and processes that come and go while the source looks."""

from __future__ import annotations

import os
import time

import psutil
import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import PATIENCE, answer, linux, only, python, raw, tell

CHURNS = """
import os, select, socket, struct, sys
server = socket.create_server(("127.0.0.1", 0), backlog=128)
here = server.getsockname()
print(here[1], flush=True)
turn = 0
while turn < 20000 and not select.select([0], [], [], 0)[0]:
    client = socket.create_connection(here)
    accepted = server.accept()[0]
    if turn % 10 == 0:
        child = os.fork()
        if not child:
            os.execv(sys.executable, [sys.executable, "-S", "-c", ""]) if turn % 100 == 0 else os._exit(0)
        os.waitpid(child, 0)
    else:  # end by reset, or thousands of TIME_WAIT would be in the way of the other tests
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    accepted.close()
    turn += 1
print(turn, flush=True)
input()
"""
LOOKS = 25


@linux
def test_thousands_of_short_lived_sockets_and_processes_end_in_no_exception() -> None:
    source = PsutilSource()
    ports: set[int] = set()
    with python(CHURNS) as (process, (port,)):
        listener = only(source.read(), ("127.0.0.1", port)).key
        ends = time.monotonic() + PATIENCE
        for look in range(LOOKS):
            if look and time.monotonic() > ends:
                break
            rows = source.read().connections.values()
            ports |= {row.local.port for row in rows if row.remote and row.remote.port == port}
            assert [row.key for row in rows if row.local.port == port and row.is_listening] == [listener]
        tell(process)
        turns = int(answer(process))
    assert turns > len(ports) > LOOKS


def test_a_process_that_ended_before_it_was_asked_leaves_its_socket_without_an_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with python("print(0, flush=True)") as (process, _):
        process.wait(PATIENCE)
    monkeypatch.setattr(
        psutil, "net_connections", lambda _: [raw(("10.0.0.1", 80), None, psutil.CONN_LISTEN, process.pid)]
    )
    reading = PsutilSource().read()
    assert only(reading, ("10.0.0.1", 80)).owners == ()
    assert [problem.code for problem in reading.problems] == ["ownerless"]


def test_a_process_that_ends_between_two_looks_keeps_its_name_while_its_socket_is_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = PsutilSource()
    with python("print(0, flush=True); input()") as (process, _):
        line = raw(("10.0.0.1", 80), ("10.0.0.2", 9), psutil.CONN_ESTABLISHED, process.pid)
        monkeypatch.setattr(psutil, "net_connections", lambda _: [line])
        before = only(source.read(), ("10.0.0.1", 80), ("10.0.0.2", 9))
    assert before.owner
    assert only(source.read(), ("10.0.0.1", 80), ("10.0.0.2", 9)) is before
    assert before.owner.pid == process.pid


def test_a_look_that_fails_loses_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[object] = [
        [raw(("10.0.0.1", 80), ("10.0.0.2", 9), pid=os.getpid())],
        RuntimeError("malformed line"),
        [raw(("10.0.0.1", 80), ("10.0.0.2", 9), psutil.CONN_TIME_WAIT)],
    ]

    def listing(_: str) -> object:
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    monkeypatch.setattr(psutil, "net_connections", listing)
    source = PsutilSource()
    before = only(source.read(), ("10.0.0.1", 80), ("10.0.0.2", 9))
    with pytest.raises(RuntimeError):
        source.read()
    after = only(source.read(), ("10.0.0.1", 80), ("10.0.0.2", 9))
    assert (after.key, after.state) == (before.key, State.TIME_WAIT)
