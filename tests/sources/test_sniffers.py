"""The processes of packet and raw sockets: a real one of each, those that let go, and those that do not tell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Sniffer
from tcpview_tui.model.process import Process
from tcpview_tui.sources import procfd
from tests.fakes import EPOCH, FakeClock
from tests.sources.net import answer, linux, python, root, tell
from tests.sources.test_taps import PACKET, inode, packet

if sys.platform == "linux":
    from tcpview_tui.sources.sniffers import Sniffers

pytestmark = linux
TAPS = """
import os, socket
packet = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
packet.bind(("lo", 0x88B5))
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
tcp = socket.create_server(("127.0.0.1", 0))
print(*(os.fstat(each.fileno()).st_ino for each in (packet, raw, tcp)), flush=True)
input()
packet.close()
raw.close()
print(flush=True)
input()
"""
NOBODY_LOOKS = """
import encodings.ascii, os, sys
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources.sniffers import Sniffers
os.setuid(65534)
found = Sniffers(SystemClock()).look()
print(*(each.process.reason for each in found))
"""


def of(sniffers: Sniffers, pid: int) -> list[Sniffer]:
    found = sniffers.look()
    assert not isinstance(found, Unread), found
    return [each for each in found if isinstance(each.process, Process) and each.process.pid == pid]


@root
def test_a_process_with_taps_is_found_once_with_all_of_them_until_it_closes_them() -> None:
    clock = FakeClock()
    sniffers = Sniffers(clock)
    with python(TAPS) as (process, (own_packet, own_raw, _)):
        (found,) = of(sniffers, process.pid)
        assert [(tap.kind, tap.protocol, tap.inode) for tap in found.taps] == [
            ("packet", 0x88B5, own_packet), ("raw", 1, own_raw),
        ]  # fmt: skip
        assert isinstance(found.process, Process)
        assert found.process.executable == str(Path(f"/proc/{process.pid}/exe").readlink())
        assert found.subject == ("sniffer", found.process.identity)
        clock.advance(60)
        assert of(sniffers, process.pid) == [found]
        assert found.since == EPOCH
        tell(process)
        answer(process)
        assert of(sniffers, process.pid) == []


@root
def test_all_files_are_gone_through_only_for_what_is_new_and_not_where_others_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walks, pids = 0, procfd.pids

    def counted(proc: str) -> set[int]:
        nonlocal walks
        walks += 1
        return pids(proc)

    monkeypatch.setattr(procfd, "pids", counted)
    clock = FakeClock()
    sniffers = Sniffers(clock)
    with packet():
        assert of(sniffers, os.getpid())
        seen = walks
        clock.advance(60)
        with packet() as another:
            (both,) = of(sniffers, os.getpid())
            assert inode(another) in {tap.inode for tap in both.taps}
            assert both.since == EPOCH
            assert walks == seen
        with python(TAPS) as (process, _):
            assert of(sniffers, process.pid)
        assert walks > seen


@root
def test_who_may_not_look_does_not_know() -> None:
    with packet():
        told = subprocess.run([sys.executable, "-c", NOBODY_LOOKS], capture_output=True, text=True, check=True)
    assert "only root sees all" in told.stdout


def test_a_tap_of_nobody_in_sight_is_told_and_not_sought_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thread-self/net").mkdir(parents=True)
    (tmp_path / "thread-self/net/packet").write_text(PACKET + "0000 3 3 0003 0 1 0 0 77\n")
    walks = 0

    def nobody(_: str) -> set[int]:
        nonlocal walks
        walks += 1
        return set()

    monkeypatch.setattr(procfd, "pids", nobody)
    sniffers = Sniffers(FakeClock(), tmp_path)
    for _ in range(5):
        found = sniffers.look()
        assert not isinstance(found, Unread)
        assert [(each.process, each.taps[0].inode) for each in found] == [(None, 77)]
    assert walks == 3


def test_lines_that_make_no_sense_are_told(tmp_path: Path) -> None:
    (tmp_path / "thread-self/net").mkdir(parents=True)
    (tmp_path / "thread-self/net/packet").write_text(PACKET + "0000 3\n")
    assert isinstance(Sniffers(FakeClock(), tmp_path).look(), Unread)
