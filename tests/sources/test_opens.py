"""The kernel's count of opened connections, and the estimate made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Namespace
from tcpview_tui.sources.opens import Missed, Openings, opened
from tcpview_tui.sources.sockets import Sockets
from tcpview_tui.sources.unsettled import Unsettled
from tests.sources.net import linux, tcp_pair
from tests.sources.test_sockets import look
from tests.sources.wire import FakeDiag, body, names, sockets

ESTABLISHED, SYN_RECEIVED, TIME_WAIT, CLOSED, LISTEN = 1, 3, 6, 7, 10
"""include/net/tcp_states.h"""


def write(file: Path, active: int, passive: int = 0) -> None:
    file.write_text(
        "Ip: Forwarding DefaultTTL\nIp: 1 64\n"
        f"Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens\nTcp: 1 -1 {active} {passive}\nUdp: InDatagrams\nUdp: 5\n"
    )


@linux
def test_the_kernel_counts_both_ends() -> None:
    before = opened()
    with tcp_pair():
        after = opened()
    assert before is not None
    assert after is not None
    assert after >= before + 2


@pytest.mark.parametrize(
    "text",
    ["", "Tcp:\n", "Tcp: ActiveOpens\nTcp: 1\n", "Tcp: ActiveOpens PassiveOpens\nTcp: 1\n", "Tcp: A\nTcp: x\n", "é"],
)
def test_what_is_not_told_is_unknown(tmp_path: Path, text: str) -> None:
    file = tmp_path / "snmp"
    file.write_text(text)
    assert opened(file) is None
    assert Missed(file).look(0) is None


def test_without_the_file_it_is_unknown(tmp_path: Path) -> None:
    assert opened(tmp_path / "none") is None


@given(st.binary(max_size=200))
def test_any_file_is_a_number_or_unknown(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(b"Tcp: ActiveOpens PassiveOpens\nTcp: " + content)
    assert isinstance(opened(file), int | None)


def test_the_estimate_is_of_the_look_before(tmp_path: Path) -> None:
    file = tmp_path / "snmp"
    write(file, 100, 50)
    missed = Missed(file)
    write(file, 106, 54)
    assert missed.look(0) == 0
    assert missed.look(4) == 6
    assert missed.look(0) == 6


def test_what_was_all_seen_was_not_missed(tmp_path: Path) -> None:
    file = tmp_path / "snmp"
    write(file, 100)
    missed = Missed(file)
    write(file, 103)
    assert [missed.look(3), missed.look(0), missed.look(9)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("states", "seen"),
    [
        ([ESTABLISHED, ESTABLISHED, TIME_WAIT], [1, 0, 0]),
        ([CLOSED, CLOSED, ESTABLISHED, TIME_WAIT], [0, 0, 1, 0]),
        ([SYN_RECEIVED, ESTABLISHED, TIME_WAIT], [0, 1, 0]),
        ([LISTEN, LISTEN, None, ESTABLISHED], [0, 0, 0, 1]),
        ([CLOSED, None], [0, 0]),
    ],
)
def test_a_connection_is_counted_when_it_is_first_seen_opened(states: list[int | None], seen: list[int]) -> None:
    diag = FakeDiag()
    assert count(diag, sockets(diag), states) == seen


def test_those_of_other_namespaces_are_not_counted() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    known.namespace = Namespace(7)
    assert count(diag, known, [ESTABLISHED, CLOSED, ESTABLISHED]) == [0, 0, 0]


def count(diag: FakeDiag, known: Sockets, states: list[int | None]) -> list[int]:
    """How many are counted at each look at one socket, which is not there in some."""
    openings, seen = Openings(), []
    for state in states:
        found = Unsettled()
        found.add(look(known, diag, *[] if state is None else [body(names(1), state)]))
        seen.append(openings.look(found))
    return seen
