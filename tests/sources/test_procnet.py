"""Tables as text become the messages that the kernel would have sent."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint
from tcpview_tui.sources import inet_diag, procnet
from tcpview_tui.sources.inet_diag import SIZE, Table
from tcpview_tui.sources.netlink import HEAD, messages
from tests.sources.net import linux, root

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref\n"
LINE = "    1: 0100007F:0001 00000000:0000 07 00000010:00000200 00:00000000 00000000  1000        0 54321 2 0 0\n"
LINE6 = f"  58: {'0' * 24}01000000:003A {'0' * 32}:0000 07 00000000:00000000 00:00000000 00000000 0 0 77 2 0 0\n"


def _only(part: bytes, table: Table) -> tuple[inet_diag.Ends, bytes]:
    ((begin, end),) = messages(part)
    assert end - begin == SIZE
    return inet_diag.ends(part[begin:end][inet_diag.NAMES], table.family), part[begin:end]


def test_a_line_becomes_a_message(tmp_path: Path) -> None:
    (tmp_path / "raw").write_text(HEADING + LINE)
    table = Table(4, "raw")
    (part,) = procnet.dump(table, tmp_path)
    ends, message = _only(part, table)
    assert (ends.local, ends.remote) == (Endpoint("127.0.0.1", 1), None)
    assert int.from_bytes(message[56:60], "little") == 0x200  # the receive queue comes first in sock_diag
    assert int.from_bytes(message[60:64], "little") == 0x10
    assert int.from_bytes(message[64:68], "little") == 1000
    assert int.from_bytes(message[68:72], "little") == 54321


def test_ipv6_is_read_word_by_word(tmp_path: Path) -> None:
    (tmp_path / "raw6").write_text(HEADING + LINE6)
    table = Table(6, "raw")
    (part,) = procnet.dump(table, tmp_path)
    assert _only(part, table)[0].local == Endpoint("::1", 58)


def test_a_kernel_without_the_table_has_no_such_sockets(tmp_path: Path) -> None:
    assert procnet.dump(Table(4, "udplite"), tmp_path) == []


@given(st.text(max_size=300))
def test_no_text_is_an_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("net")
    (folder / "raw").write_text(HEADING + text, "utf-8", "surrogatepass")
    for part in procnet.dump(Table(4, "raw"), folder):
        assert len(part) % (HEAD.size + SIZE) == 0


@linux
@root
def test_a_real_raw_socket_is_listed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        inode = os.fstat(raw.fileno()).st_ino
        (part,) = procnet.dump(Table(4, "raw"))
        found = [int.from_bytes(part[begin:end][68:72], "little") for begin, end in messages(part)]
    assert inode in found
