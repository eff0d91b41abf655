"""Shells with a connection in place of their user."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace

import pytest

from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.model.process import Ancestor
from tests.sources.net import linux, tcp_pair

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Executable, Stream, Unread
    from tcpview_tui.findings.rules.interpreter import SHELL_ON_SOCKET
    from tcpview_tui.findings.rules.name import NAME_MISMATCH
    from tests.findings.processes import contact, copied, evidence_of, folder, judge, marked, refused, running


def test_a_shell_on_a_loopback_connection_is_marked() -> None:
    with tcp_pair() as (_, client, _), running("sh", stdin=client, stdout=client, stderr=client) as process:
        hit = marked(SHELL_ON_SOCKET, process.pid, contact(process.pid))
    assert "has a TCP socket as standard input, output and error; seen connected to 203.0.113.7:4444" in hit.sentence
    assert hit.severity is None


@pytest.mark.parametrize("program", ["bash", "perl"])
def test_so_is_a_copy_of_a_shell_under_another_name(program: str) -> None:
    with tcp_pair() as (_, client, _), folder() as place:
        copy = copied(program, place / ".kworkerd")
        client.setblocking(True)
        with running(str(copy), stdin=client, stdout=client, stderr=client) as process:
            hits = [marked(rule, process.pid) for rule in (SHELL_ON_SOCKET, NAME_MISMATCH)]
    assert hits[0].sentence.startswith(f"/usr/bin/{program} under the name .kworkerd has a TCP socket as standard in")
    assert hits[1].sentence == f"runs a copy of /usr/bin/{program} under the name .kworkerd"
    assert (hits[0].severity, hits[1].severity) == (None, Severity.HIGH)


def test_a_program_whose_bytes_could_not_be_read_is_not_acquitted() -> None:
    with running("sleep", "600") as process:
        evidence = evidence_of(process.pid)
    assert isinstance(evidence.executable, Executable)
    unread = replace(evidence.executable, original=Unread("not permitted"))
    assert SHELL_ON_SOCKET.check(replace(evidence, executable=unread)) == Unknown("not permitted")


def test_so_is_an_interpreter_that_only_hears_and_answers() -> None:
    code = "import sys; sys.stdin.read()"
    with tcp_pair() as (_, client, _), running(sys.executable, "-c", code, stdin=client, stdout=client) as process:
        assert "standard input and output" in marked(SHELL_ON_SOCKET, process.pid).sentence


def test_one_whose_input_alone_is_a_socket_may_be_fastcgi() -> None:
    code = "import sys; sys.stdin.read()"
    with tcp_pair() as (_, client, _), running(sys.executable, "-c", code, stdin=client) as process:
        assert marked(SHELL_ON_SOCKET, process.pid).severity is Severity.MEDIUM


def test_the_socket_of_the_journal_does_not_count() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, running("sh", stdout=theirs, stderr=theirs) as process:
        assert judge(SHELL_ON_SOCKET, process.pid, contact(process.pid)) is None


def test_neither_do_pipes_nor_a_closed_stream() -> None:
    with running("sh", "-c", "exec 2>&-; echo; read line") as process:
        assert process.stdout
        process.stdout.readline()
        assert evidence_of(process.pid).streams[2] is None  # type: ignore[index]
        assert judge(SHELL_ON_SOCKET, process.pid, contact(process.pid)) is None


def test_a_program_that_is_no_shell_may_have_a_socket() -> None:
    with tcp_pair() as (_, client, _), running("cat", stdin=client, stdout=client) as process:
        assert judge(SHELL_ON_SOCKET, process.pid) is None


@pytest.mark.parametrize(
    ("parent", "service", "severity"),
    [
        ("xinetd", "xinetd.service", Severity.MEDIUM),
        ("systemd", "echo@0-127.0.0.1:7-127.0.0.1:5000.service", Severity.MEDIUM),
        ("systemd", "nginx.service", None),
        ("systemd", None, None),
        ("bash", "echo@0-127.0.0.1:7-127.0.0.1:5000.service", None),
    ],
)
def test_a_superserver_starts_services_so(parent: str, service: str | None, severity: Severity | None) -> None:
    with tcp_pair() as (_, client, _), running("sh", stdin=client, stdout=client) as process:
        evidence = evidence_of(process.pid)
    started = replace(evidence.process, parents=(Ancestor(1, parent),), service=service)
    hit = SHELL_ON_SOCKET.check(replace(evidence, process=started))
    assert isinstance(hit, Hit)
    assert hit.severity is severity


def test_a_kernel_that_does_not_tell_the_protocol_is_no_acquittal() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, running("sh", stdin=theirs, stdout=theirs, stderr=theirs) as process:
        evidence = evidence_of(process.pid)
    untold = Stream("socket:[7]", Unread("this kernel does not tell"))
    found = SHELL_ON_SOCKET.check(replace(evidence, streams=(untold, None, None)))
    assert found == Unknown("this kernel does not tell")


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/exe" in refused(SHELL_ON_SOCKET).reason
