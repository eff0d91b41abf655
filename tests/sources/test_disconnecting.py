"""What the kernel finds by its addresses is not always the socket that is meant: then nothing else is said."""

from __future__ import annotations

import errno
import socket
import sys

import pytest

from tcpview_tui.model.connection import Connection
from tcpview_tui.respond.disconnect import disconnect
from tests.sources.kernel import source
from tests.sources.net import linux, root

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = [linux, root]
End = tuple[str, tuple[str, int]]

_TRANSPORTS = {socket.SOCK_STREAM: "tcp", socket.SOCK_DGRAM: "udp", socket.SOCK_RAW: "raw"}


def shared(kind: socket.SocketKind, number: int) -> list[socket.socket]:
    """Return sockets that share one port of loopback."""
    port, made = 0, []
    for _ in range(number):
        each = socket.socket(socket.AF_INET, kind)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        each.bind(("127.0.0.1", port))
        port = each.getsockname()[1]
        made.append(each)
    return made


def rows_at(source: SockDiagSource, *ends: End) -> list[Connection]:
    """Return the rows at these local ends, and no stranger's: what is found here is closed."""
    rows = source.read().connections.values()
    return [row for row in rows if row.namespace is None and (row.transport, row.local) in ends]


def end_of(bound: socket.socket) -> End:
    """Return transport and local end as a row tells them: a raw socket has its protocol for a port."""
    address, port = bound.getsockname()
    transport = _TRANSPORTS[bound.type]
    return transport, (address, bound.proto if transport == "raw" else port)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_of_those_that_share_a_port_none_is_said_to_be_gone_that_is_there(
    source: SockDiagSource, kind: socket.SocketKind
) -> None:
    sockets = shared(kind, 3)
    try:
        if kind == socket.SOCK_STREAM:
            for each in sockets:
                each.listen()
        end = end_of(sockets[0])
        rows = rows_at(source, end)
        outcomes = disconnect(source.disconnect, rows)
        # A closed listener that was bound to a port by its number stays bound to it, and is listed as CLOSED.
        left = [(row.key, row.state) for row in rows_at(source, end)]
        assert len(rows) == 3
        for row, outcome in zip(rows, outcomes, strict=True):
            if kind == socket.SOCK_STREAM:
                assert (outcome.kind == "failed") == ((row.key, row.state) in left), outcome.sentence
            elif outcome.kind == "failed":  # one that was reset can stay bound, too, and UDP has no states
                assert (row.key, row.state) in left, outcome.sentence
            assert outcome.kind in {"done", "failed"}
    finally:
        for each in sockets:
            each.close()


def test_a_raw_socket_and_one_that_is_only_bound_stay_and_are_said_to(source: SockDiagSource) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, 253) as raw, socket.socket() as bound:
        raw.bind(("127.0.0.1", 0))
        bound.bind(("127.0.0.1", 0))
        rows = rows_at(source, end_of(raw), end_of(bound))
        for outcome in disconnect(source.disconnect, rows):
            assert outcome.kind == "failed"
            assert "End its process instead." in outcome.sentence
        assert any(row.transport == "raw" for row in rows)


def test_what_is_really_gone_is_gone(source: SockDiagSource) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        (row,) = rows_at(source, end_of(server))
    with pytest.raises(OSError) as refused:  # noqa: PT011 - its number is looked at
        source.disconnect(row)
    assert refused.value.errno == errno.ENOENT


def test_a_socket_that_was_connected_after_the_look_is_found_by_its_cookie(source: SockDiagSource) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as near, socket.socket(type=socket.SOCK_DGRAM) as far:
        near.bind(("127.0.0.1", 0))
        far.bind(("127.0.0.1", 0))
        (row,) = rows_at(source, end_of(near))
        near.connect(far.getsockname())
        (outcome,) = disconnect(source.disconnect, [row])
        assert outcome.kind == "done", outcome.sentence
        assert near.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNABORTED


def test_udp_sockets_that_reuse_an_address_are_told_apart(source: SockDiagSource) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as other:
        for each in (one, other):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", 0))
        other.bind(one.getsockname())
        rows = rows_at(source, end_of(one))
        outcomes = disconnect(source.disconnect, rows)
        assert sorted(outcome.kind for outcome in outcomes) == ["done", "failed"]
        (stays,) = [outcome.sentence for outcome in outcomes if not outcome.ok]
        assert "shares its port" in stays
