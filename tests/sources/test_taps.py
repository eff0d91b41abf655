"""Packet and raw sockets as the kernel lists them: real ones, and lists made up."""

from __future__ import annotations

import os
import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.machine import Tap
from tests.sources.net import linux, root
from tests.sources.wire import attribute

if sys.platform == "linux":
    from tcpview_tui.sources import taps

pytestmark = linux
NET = Path("/proc/thread-self/net")
PACKET = "sk               RefCnt Type Proto  Iface R Rmem   User   Inode\n"
SOL_PACKET, ADD_MEMBERSHIP, PROMISCUOUS, MULTICAST = 263, 1, 1, 0
"""packet(7)."""


def inode(of: socket.socket) -> int:
    return os.fstat(of.fileno()).st_ino


def member(kind: int) -> bytes:
    return struct.pack("iHH8s", socket.if_nametoindex("lo"), kind, 6 * (kind == MULTICAST), b"\1\0\x5e\0\0\1")


def packet(protocol: int = 0x88B5) -> socket.socket:
    """A packet socket of loopback, of an EtherType for experiments (IEEE 802): no packet ever comes."""
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    opened.bind(("lo", protocol))
    return opened


@root
def test_real_taps_are_listed_and_what_gets_nothing_is_not() -> None:
    with (
        packet() as quiet, packet() as loud, packet() as group, packet(0) as sends,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as icmp,
        socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as icmp6,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as writes,
    ):  # fmt: skip
        loud.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, member(PROMISCUOUS))
        group.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, member(MULTICAST))
        found = {tap.inode: tap for tap in taps.read(NET)}
        assert found[inode(quiet)] == Tap("packet", 0x88B5, "lo", inode(quiet), promiscuous=False)
        assert found[inode(loud)].promiscuous is True
        assert found[inode(group)].promiscuous is False
        assert found[inode(icmp)] == Tap("raw", 1, None, inode(icmp))
        assert found[inode(icmp6)].protocol == 58
        assert not {inode(sends), inode(writes)} & found.keys()


def test_without_such_lists_there_are_none(tmp_path: Path) -> None:
    assert taps.read(tmp_path) == []


def test_interfaces_are_named_and_those_gone_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taps, "_promiscuous", lambda: None)
    lines = [f"0000 3      3    0003   {number}     1 0      0      {number + 50}\n" for number in (0, 1, 987654)]
    (tmp_path / "packet").write_text(PACKET + "".join(lines))
    told = [(tap.interface, tap.promiscuous) for tap in taps.read(tmp_path)]
    assert told == [(None, None), ("lo", None), ("interface 987654", None)]


@given(st.binary(max_size=120))
def test_no_answer_of_the_kernel_breaks_it(rest: bytes) -> None:
    head = struct.pack("=BBHIQ", 17, 3, 3, 7, 9)
    assert isinstance(taps._wants_all(head + rest), bool)
    assert isinstance(taps._wants_all(head + attribute(1, rest)), bool)


@given(st.text(max_size=200))
def test_no_list_breaks_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("net")
    for name in ("packet", "raw", "raw6"):
        (folder / name).write_text(PACKET + text, "utf-8", "surrogatepass")
    with suppress(OSError, ValueError):
        assert isinstance(taps.read(folder), list)
