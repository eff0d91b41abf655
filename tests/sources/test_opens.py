"""The kernel's count of opened connections, and the estimate made of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.opens import Missed, opened
from tests.sources.net import linux, tcp_pair


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
