"""The processes of packet and raw sockets: a real one of each, those that let go, and those that do not tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Sniffer, Tap
from tcpview_tui.findings.rule import Hit, Severity
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.model.connection import Namespace
from tcpview_tui.model.process import Process
from tests.fakes import EPOCH, FakeClock
from tests.sources.net import answer, child, linux, python, root, tell
from tests.sources.test_namespaces import inode_of, ip, named
from tests.sources.test_namespaces import root as unshares
from tests.sources.test_taps import PACKET, packet

if sys.platform == "linux":
    from tcpview_tui.sources.rounds import Round
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
SHARES = """
import os, socket, sys
packet = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
packet.bind(("lo", 0x88B5))
print(os.fstat(packet.fileno()).st_ino, end=" ", flush=True)
if sys.argv[1] == "after":
    print(flush=True)
    input()
ours, theirs = socket.socketpair()
child = os.fork()
if not child:
    ours.close()
    theirs.recv(1)  # until the parent has ended
    os._exit(0)
print(child, flush=True)
input()
"""
ELSEWHERE = """
import os, socket, struct
taps = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
taps.bind(("lo", 0x88B5))
taps.setsockopt(263, 1, struct.pack("iHH8x", socket.if_nametoindex("lo"), 1, 0))
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
print(os.fstat(taps.fileno()).st_ino, os.fstat(raw.fileno()).st_ino, os.getpid(), flush=True)
input()
"""
NOBODY_LOOKS = """
import encodings.ascii, os, sys
from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.machine import Sniffer
from tcpview_tui.sources.sniffers import Sniffers
os.setuid(65534)
found = Sniffers(SystemClock()).look()
print(*(getattr(each.process, "reason", "") for each in found if isinstance(each, Sniffer)))
"""


def of(sniffers: Sniffers, pid: int) -> list[Sniffer]:
    found = sniffers.look()
    assert not isinstance(found, Unread), found
    taps = [each for each in found if isinstance(each, Sniffer)]
    return [each for each in taps if isinstance(each.process, Process) and each.process.pid == pid]


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
@pytest.mark.parametrize("when", ["before the first look", "after it"])
def test_all_processes_that_share_a_tap_are_told(when: str) -> None:
    clock = FakeClock()
    sniffers = Sniffers(clock)
    with python(SHARES, when.split()[0]) as (process, (tap, *told)):
        if not told:
            assert of(sniffers, process.pid)
            tell(process)
            told = [int(answer(process))]
        clock.advance(60)
        for pid in (process.pid, *told):
            (found,) = of(sniffers, pid)
            assert [each.inode for each in found.taps] == [tap]
            assert found.name.endswith(f"({pid})")


@unshares
def test_a_sniffer_in_another_namespace_is_found_and_says_where() -> None:
    sniffers = Sniffers(FakeClock())
    with child("unshare", "-n", sys.executable, "-c", ELSEWHERE) as process:
        packet, raw, pid = map(int, answer(process).split())
        where = Namespace(inode_of(pid))
        (found,) = of(sniffers, pid)
        assert set(found.taps) == {
            Tap("packet", 0x88B5, "lo", packet, promiscuous=True, namespace=where),
            Tap("raw", 58, None, raw, namespace=where),
        }
        hit = SNIFFER.check(found)
        assert isinstance(hit, Hit)
        assert hit.severity is Severity.HIGH
        assert f"0x88b5 of lo in netns {where.inode} by a packet socket in promiscuous mode" in hit.sentence
        assert f"every ICMPv6 packet to netns {where.inode} by a raw socket" in hit.sentence
    assert of(sniffers, pid) == []


@unshares
@ip
def test_a_namespace_with_a_name_is_called_by_it() -> None:
    with named() as name, child("ip", "netns", "exec", name, sys.executable, "-c", ELSEWHERE) as process:
        _, _, pid = map(int, answer(process).split())
        (found,) = of(Sniffers(FakeClock()), pid)
        assert {tap.namespace for tap in found.taps} == {Namespace(inode_of(pid), name)}


@root
def test_who_may_not_look_does_not_know() -> None:
    with packet():
        told = subprocess.run([sys.executable, "-c", NOBODY_LOOKS], capture_output=True, text=True, check=True)
    assert "only root sees all" in told.stdout


def test_a_tap_of_nobody_in_sight_is_told(tmp_path: Path) -> None:
    (tmp_path / "thread-self/net").mkdir(parents=True)
    (tmp_path / "thread-self/net/packet").write_text(PACKET + "0000 3 3 0003 0 1 0 0 77\n")
    found = Sniffers(FakeClock(), tmp_path).look()
    assert found == (Sniffer(None, (Tap("packet", 3, None, 77, promiscuous=False),), EPOCH),)


def test_a_tap_that_another_look_saw_and_nobody_has_now_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, there = Tap("raw", 1, None, 7, namespace=Namespace(5)), Tap("raw", 1, None, 8, namespace=Namespace(6))
    sniffers = Sniffers(FakeClock(), tmp_path)
    monkeypatch.setattr(sniffers._rounds, "go", lambda: Round([there], [gone], []))
    assert sniffers.look() == (Sniffer(None, (there,), EPOCH),)


def test_lines_that_make_no_sense_are_told(tmp_path: Path) -> None:
    (tmp_path / "thread-self/net").mkdir(parents=True)
    (tmp_path / "thread-self/net/packet").write_text(PACKET + "0000 3\n")
    assert isinstance(Sniffers(FakeClock(), tmp_path).look(), Unread)
