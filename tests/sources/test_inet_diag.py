"""What is asked and what the messages say: made-up ones, damaged ones, and requests byte by byte."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint
from tcpview_tui.sources.inet_diag import INFO, NAMED, SIZE, STATES, TABLES, Table, algorithm, ends, info_in, who
from tests.sources.wire import attribute, body, names

MAPPED = bytes(10) + b"\xff\xff\x7f\0\0\1"
CONGESTION = 4


def test_the_tables_are_those_of_four_protocols_and_two_families() -> None:
    """sdiag_family and sdiag_protocol, numbers of the kernel's socket.h and in.h."""
    asked = [tuple(table.request[:2]) for table in TABLES]
    assert asked == [(2, 6), (10, 6), (2, 17), (10, 17), (2, 136), (10, 136), (2, 255), (10, 255)]


@pytest.mark.parametrize("family", [4, 6])
def test_a_question_about_a_raw_socket_names_its_protocol(family: int) -> None:
    """sdiag_raw_protocol is the byte that other questions leave out; a raw socket has its protocol for a port."""
    icmp = names(9, local=1, remote=0)
    question = Table(4 if family == 4 else 6, "raw").asking(icmp)
    assert question == struct.pack("=BBBBI", 2 if family == 4 else 10, 255, 0b1010, 1, 0xFFFFFFFF) + icmp


@given(st.binary(min_size=48, max_size=48))
def test_no_other_question_names_one(of: bytes) -> None:
    for table in TABLES:
        question = table.asking(of)
        assert question[3] == (of[1] if table.transport == "raw" else 0)
        assert question[8:] == of
        assert table.request[3] == 0


def test_every_number_is_a_state() -> None:
    assert len(STATES) == 256


def test_timers_and_queues_are_not_who_a_socket_is() -> None:
    message = bytearray(range(SIZE))
    for at in range(SIZE):
        other = message.copy()
        other[at] ^= 0xFF
        assert (who(bytes(other)) == who(bytes(message))) == (at in (2, 3) or 52 <= at < 64)


def test_an_ipv4_peer_of_an_ipv6_socket_reads_as_ipv4() -> None:
    assert ends(names(1, 80, 81, MAPPED), 6) == (4, Endpoint("127.0.0.1", 80), Endpoint("127.0.0.1", 81))


@pytest.mark.parametrize("family", [4, 6])
def test_without_a_peer_there_is_no_remote_end(family: int) -> None:
    found = ends(names(1, 80, 0, bytes(16)), 4 if family == 4 else 6)
    assert found == (family, Endpoint("0.0.0.0" if family == 4 else "::", 80), None)


@given(st.binary(max_size=60), st.binary(max_size=200))
def test_tcp_info_is_found_behind_any_attribute(other: bytes, whole: bytes) -> None:
    part = b"before" + body(names(1))[:SIZE] + attribute(5, other) + attribute(INFO, whole) + b"behind"
    first, last = info_in(part, 6, len(part) - 6)
    assert part[first:last] == whole


@given(st.binary(max_size=120), st.integers(0, 200))
def test_damaged_attributes_are_none(attributes: bytes, end: int) -> None:
    part = body(names(1))[:SIZE] + attributes
    first, last = info_in(part, 0, min(end, len(part)))
    assert first == last == end or SIZE <= first <= last <= end


@given(st.binary(max_size=NAMED))
def test_any_bytes_behind_tcp_info_are_a_name_or_none(behind: bytes) -> None:
    found = algorithm(behind)
    assert found is None or found


def test_the_algorithm_stands_behind_tcp_info() -> None:
    assert algorithm(attribute(CONGESTION, b"cubic\0")) == "cubic"
    assert algorithm(attribute(CONGESTION, b"bbr\0") + attribute(15, bytes(8))) == "bbr"
    assert algorithm(attribute(CONGESTION, b"fifteen_letters\0")[:NAMED]) == "fifteen_letters"
    assert algorithm(attribute(CONGESTION, b"\x1b[2J\0")) == "\\x1b[2J"
    assert algorithm(attribute(15, b"cubic\0")) is None
    assert algorithm(attribute(CONGESTION, b"\0")) is None
    assert algorithm(b"") is None
