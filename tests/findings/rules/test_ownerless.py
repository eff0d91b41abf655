"""Which sockets without owner are told: those of nobody, not those of the kernel, of a moment or of a stranger."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.machine import Ownerless
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.ownerless import OWNERLESS
from tcpview_tui.model.connection import Connection, Endpoint, Namespace, State, Unowned
from tcpview_tui.model.row import Row
from tests.fakes import CURL, EPOCH, connection
from tests.sources.net import ANY, linux, only, root, until

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

NOBODY = replace(connection("k", owners=()), unowned=Unowned.KERNEL, user="root")
LISTENER = replace(NOBODY, state=State.LISTEN, local=Endpoint("0.0.0.0", 31337), remote=None)
PRIVATE = Endpoint("10.0.0.9", 1234)


def evidence(of: Connection = NOBODY, looks: int = 2, seconds: float = 60.0, is_root: bool = True) -> Ownerless:
    return Ownerless(Row(1, of, "out", EPOCH), looks, seconds, is_root)


def check(of: Connection) -> Hit:
    hit = OWNERLESS.check(evidence(of))
    assert isinstance(hit, Hit)
    return hit


def test_a_connection_to_the_internet_that_nobody_has_is_grave() -> None:
    hit = check(NOBODY)
    assert hit.severity is Severity.HIGH
    assert hit.sentence == (
        "TCP 10.0.0.5:50000 - 93.184.216.34:443 is open and no process has it, in 2 looks within 60 s; the kernel "
        "books it to root"
    )


@pytest.mark.parametrize("of", [LISTENER, replace(NOBODY, remote=PRIVATE), replace(NOBODY, transport="udp")])
def test_what_is_nearer_is_of_medium_weight(of: Connection) -> None:
    assert check(of).severity is None
    assert OWNERLESS.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("of", "service"),
    [
        (replace(LISTENER, local=Endpoint("0.0.0.0", 2049)), "the NFS server"),
        (replace(LISTENER, transport="udp", state=State.NONE, local=Endpoint("::", 51820)), "WireGuard"),
        (replace(NOBODY, remote=Endpoint("10.0.0.9", 2049)), "the NFS client"),
        (replace(NOBODY, remote=Endpoint("10.0.0.9", 3260)), "the iSCSI initiator"),
    ],
)
def test_on_the_ports_of_the_kernel_it_weighs_little(of: Connection, service: str) -> None:
    hit = check(of)
    assert hit.severity is Severity.LOW
    assert f"that of {service}, which is in the kernel" in hit.against


def test_such_a_port_far_away_proves_less() -> None:
    hit = check(replace(NOBODY, remote=Endpoint("93.184.216.34", 445)))
    assert hit.severity is None
    assert "which anybody can choose" in hit.against


def test_the_protocol_of_a_raw_socket_is_no_port() -> None:
    assert check(replace(LISTENER, transport="raw", local=Endpoint("0.0.0.0", 445))).severity is None


@pytest.mark.parametrize(
    "twin",
    [
        evidence(connection("k")),
        evidence(looks=1, seconds=0.0),
        evidence(seconds=9.9),
        evidence(looks=1),
        evidence(replace(NOBODY, state=State.TIME_WAIT, unowned=None)),
        evidence(replace(NOBODY, state=State.SYN_RECEIVED, unowned=None)),
        evidence(replace(NOBODY, unowned=Unowned.PENDING)),
        evidence(replace(NOBODY, unowned=Unowned.ENDED)),
        evidence(replace(NOBODY, unowned=Unowned.QUEUED)),
        evidence(replace(NOBODY, owners=(CURL,)), is_root=False),
    ],
)
def test_an_owner_a_moment_or_a_reason_is_no_finding(twin: Ownerless) -> None:
    assert OWNERLESS.check(twin) is None


@pytest.mark.parametrize(
    "unseen",
    [
        evidence(is_root=False),
        evidence(replace(NOBODY, unowned=Unowned.OTHER_USER), is_root=False),
        evidence(replace(NOBODY, unowned=Unowned.HIDDEN)),
        evidence(replace(NOBODY, unowned=None)),
        evidence(replace(NOBODY, namespace=Namespace(7, "web"))),
    ],
)
def test_who_cannot_see_all_does_not_know(unseen: Ownerless) -> None:
    assert isinstance(OWNERLESS.check(unseen), Unknown)


@linux
@root
def test_a_real_socket_that_only_a_message_on_its_way_keeps() -> None:
    """Where root may not look into all processes, as in many containers, nobody can tell."""
    source = SockDiagSource(SystemClock(), follows=False)
    near, far = socket.socketpair()
    with near, far, socket.create_server(ANY) as kept, socket.create_server(ANY) as sent:
        here, there = kept.getsockname(), sent.getsockname()
        socket.send_fds(near, [b"x"], [sent.fileno()])
        sent.close()

        def settled() -> Connection | None:
            found = only(source.read(), there)
            return None if found.unowned is Unowned.PENDING else found

        try:
            answer = OWNERLESS.check(evidence(until(settled)))
            assert OWNERLESS.check(evidence(only(source.read(), here))) is None
        finally:
            source.close()
    if isinstance(answer, Hit):
        assert f"TCP 127.0.0.1:{there[1]} is open and no process has it" in answer.sentence
    else:
        assert isinstance(answer, Unknown)
        assert Unowned.HIDDEN.value in answer.reason
