"""What the counters mean: made-up ones, and what the kernel says of sockets that the tests open themselves."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Direction, Endpoint, State
from tcpview_tui.model.traffic import Counters
from tcpview_tui.sources.inet_diag import ends
from tcpview_tui.sources.netlink import DiagSocket
from tcpview_tui.sources.seen import Socket
from tcpview_tui.sources.sockets import Sockets
from tcpview_tui.sources.tcp_info import COUNTED, UNACKED, Measured, opener
from tests.sources.net import PATIENCE, linux, until
from tests.sources.wire import info

pytestmark = linux
FAMILIES = pytest.mark.parametrize(
    ("family", "address"),
    [
        pytest.param(socket.AF_INET, "127.0.0.1", id="ipv4"),
        pytest.param(
            socket.AF_INET6, "::1", id="ipv6", marks=pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6")
        ),
    ],
)
FULL = info(
    bytes_sent=900, bytes_retrans=100, bytes_acked=801, bytes_received=50, segs_out=9, segs_in=7,
    total_retrans=2, rtt=1500,
)  # fmt: skip
QUEUES = struct.pack("=II", 3, 4)


def measured(state: State = State.ESTABLISHED, whole: bytes = FULL) -> Counters:
    return Measured(state, QUEUES, whole[COUNTED], "cubic").counters


def opened(state: State, whole: bytes) -> Direction | None:
    return opener(state, whole[UNACKED], whole[COUNTED])


@contextmanager
def pair(family: int, address: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen()
        server.settimeout(PATIENCE)
        with socket.create_connection(server.getsockname()[:2], PATIENCE) as client, server.accept()[0] as accepted:
            yield client, accepted


def seen(end: socket.socket) -> Socket:
    """The socket as the kernel lists it, met for the first time."""
    known = Sockets(0, None, DiagSocket())
    fresh = known.look().fresh
    known.close()
    (found,) = (s for s in fresh if ends(s.names, s.table.family)[1:] == both(end))
    return found


def both(end: socket.socket) -> tuple[Endpoint, Endpoint | None]:
    try:
        return Endpoint(*end.getsockname()[:2]), Endpoint(*end.getpeername()[:2])
    except OSError:
        return Endpoint(*end.getsockname()[:2]), None


def carried(end: socket.socket) -> tuple[State, int | None, int | None]:
    found = seen(end)
    return found.tcp_state, found.measured.counters.received, found.measured.counters.sent


def receive(end: socket.socket, size: int) -> None:
    while size:
        size -= len(end.recv(size))


@FAMILIES
def test_a_listener_is_listed_with_its_backlog(family: int, address: str) -> None:
    with socket.socket(family) as server:
        server.bind((address, 0))
        server.listen(7)
        found = seen(server)
        assert (found.tcp_state, found.table.transport) == (State.LISTEN, "tcp")
        assert found.measured.counters == Counters(receive_queue=0, send_queue=7)


@FAMILIES
@pytest.mark.parametrize(("there", "back"), [(0, 0), (1, 0), (0, 1), (70_001, 30_007)])
def test_counters_are_the_bytes_really_carried_in_every_state(family: int, address: str, there: int, back: int) -> None:
    with pair(family, address) as (client, accepted):
        client.sendall(bytes(there))
        receive(accepted, there)
        accepted.sendall(bytes(back))
        receive(client, back)
        assert carried(client) == (State.ESTABLISHED, back, there)
        assert carried(accepted) == (State.ESTABLISHED, there, back)
        client.shutdown(socket.SHUT_WR)
        until(lambda: seen(client).tcp_state is State.FIN_WAIT_2)
        assert carried(client) == (State.FIN_WAIT_2, back, there)
        assert carried(accepted) == (State.CLOSE_WAIT, there, back)
        accepted.sendall(b"last")
        receive(client, 4)
        assert carried(client) == (State.FIN_WAIT_2, back + 4, there)
        assert carried(accepted) == (State.CLOSE_WAIT, there, back + 4)


@FAMILIES
@pytest.mark.parametrize("who_ends", [0, 1])
def test_who_opened_is_told_by_the_counters_of_both_ends(family: int, address: str, who_ends: int) -> None:
    with pair(family, address) as (client, accepted):

        def is_told() -> bool:
            return (seen(client).direction, seen(accepted).direction) == ("out", "in")

        until(is_told)
        client.sendall(bytes(5000))
        receive(accepted, 5000)
        accepted.sendall(bytes(20))
        receive(client, 20)
        until(is_told)
        ends_first = (client, accepted)[who_ends]
        ends_first.shutdown(socket.SHUT_WR)
        until(lambda: seen(ends_first).tcp_state is State.FIN_WAIT_2)
        until(is_told)


def test_all_counters() -> None:
    assert measured() == Counters(50, 800, 7, 9, 2, 0.0015, 3, 4, "cubic")


@pytest.mark.parametrize(
    "state", [State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING]
)  # RFC 9293, figure 5: the states behind the other end's FIN
def test_the_other_ends_fin_is_no_payload(state: State) -> None:
    assert measured(state).received == 49
    assert measured(state, info()).received == 0


@pytest.mark.parametrize(
    ("size", "counters"),
    [
        (216, Counters(50, 800, 7, 9, 2, 0.0015, 3, 4, "cubic")),
        (200, Counters(50, 800, 7, 9, 2, 0.0015, 3, 4, "cubic")),  # Linux 4.6: no bytes_sent; acknowledged ones then
        (104, Counters(None, None, None, None, 2, 0.0015, 3, 4, "cubic")),  # Linux 2.6
        (70, Counters(None, None, None, None, None, None, 3, 4, "cubic")),
        (0, Counters(None, None, None, None, None, None, 3, 4)),
    ],
)
def test_an_old_kernel_leaves_out_what_it_does_not_have(size: int, counters: Counters) -> None:
    assert measured(whole=FULL[:size]) == counters


@given(st.sampled_from(list(State)), st.binary(max_size=300))
def test_any_tcp_info_gives_counters_and_no_nonsense(state: State, whole: bytes) -> None:
    found = measured(state, whole)
    assert all(number is None or number >= 0 for number in found if not isinstance(number, str))
    assert opened(state, whole) in (None, "in", "out")


@pytest.mark.parametrize(
    ("state", "surplus", "direction"),
    [
        (State.ESTABLISHED, 1, "out"),
        (State.ESTABLISHED, 0, "in"),
        (State.ESTABLISHED, 2, None),
        (State.CLOSE_WAIT, 1, "out"),
        (State.FIN_WAIT_2, 2, "out"),
        (State.FIN_WAIT_2, 1, "in"),
        (State.FIN_WAIT_1, 1, None),
        (State.SYN_SENT, 0, "out"),
        (State.SYN_RECEIVED, 0, "in"),
        (State.TIME_WAIT, 1, None),
    ],
)
def test_who_opened_is_told_only_where_it_is_certain(state: State, surplus: int, direction: Direction | None) -> None:
    whole = info(bytes_sent=120, bytes_retrans=20, bytes_acked=100 + surplus)
    assert opened(state, whole) == direction
    under_way = info(bytes_sent=120, bytes_retrans=20, bytes_acked=100 + surplus, unacked=1)
    assert opened(state, under_way) == (direction if state in (State.SYN_SENT, State.SYN_RECEIVED) else None)
