"""What a look at the holders of sockets costs: descriptors followed, directories listed, time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tcpview_tui.sources import procfd
from tcpview_tui.sources.descriptors import YOUNG
from tcpview_tui.sources.owners import Owners
from tests.fakes import FakeClock
from tests.sources.holders import ME, Counted, Watch, inode, proc, sockets
from tests.sources.net import child, linux

pytestmark = linux


class Ticking(FakeClock):
    """A clock that moves with each question."""

    step = 0.0

    def monotonic(self) -> float:
        self.now += self.step
        return self.now


def test_steady_sockets_are_neither_listed_nor_all_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    counted = Counted(monkeypatch)
    with sockets(300) as many, child("sleep", "60"):
        alive = [inode(each) for each in many]
        watch.look(*alive)
        assert counted.followed >= 300
        watch.look(*alive, seconds=YOUNG)
        counted.reset()
        watch.look(*alive)
        assert (counted.followed, counted.listed) == (0, 0)


def test_a_socket_instead_of_another_costs_one_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    with sockets(300) as many:
        watch.look(*map(inode, many))
        watch.look(*map(inode, many), seconds=YOUNG)
        many[150].close()
        many[150] = socket.socket()
        counted = Counted(monkeypatch)
        assert watch.look(*map(inode, many)) == [(ME,)] * 300
        assert counted.followed < 150
        many[150].close()


def test_sockets_of_the_kernel_do_not_cause_a_walk_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    counted = Counted(monkeypatch)
    watch.look()
    walks = 0
    for _ in range(40):
        counted.reset()
        watch.look(1, 2, 3)
        walks += counted.listed
    assert walks == 3


@pytest.mark.parametrize("fresh", [True, False])
def test_before_linux_6_2_the_directories_are_listed_when_there_is_a_fresh_socket(
    monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    with sockets(1) as (one,):
        assert watch.look(inode(one)) == [(ME,)]
        watch.look(inode(one), seconds=YOUNG)
        counted = Counted(monkeypatch)
        with sockets(1) as (other,):
            if fresh:
                assert watch.look(inode(one), inode(other)) == [(ME,), (ME,)]
            else:
                watch.look(inode(one))
        assert (counted.listed > 0) is fresh
        watch.find(inode(one), (ME,), looks=1)


def test_a_directory_that_the_kernel_forgot_in_between_is_that_of_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    proc(tmp_path, 7, 100, 11)
    watch = Watch(proc=tmp_path)
    assert watch.look(11) == [(7,)]
    watch.look(11, seconds=YOUNG)
    (tmp_path / "7").rename(tmp_path / "before")
    proc(tmp_path, 7, 100, 11)
    counted = Counted(monkeypatch, of=str(tmp_path))
    assert watch.look(11) == [(7,)]
    assert (watch.changed, counted.followed) == (set(), 0)


def test_a_look_ends_at_its_bound_and_the_next_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._BATCH", 10)
    alive = set(range(100, 300))
    for pid in range(1, 11):
        proc(tmp_path, pid, pid, *range(80 + 20 * pid, 100 + 20 * pid))
    counted = Counted(monkeypatch, of=str(tmp_path))
    clock = Ticking()
    owners = Owners(clock, tmp_path, bound=1.0)
    clock.step = 0.11
    owners.look(alive, alive)
    known = [0]
    while owners.pending:
        assert counted.followed <= 100
        counted.reset()
        owners.look(alive, ())
        known.append(sum(bool(owners.holders(each)) for each in alive))
    assert known == sorted(known)
    assert known[-1] == len(alive)
    assert len(known) > 3


def test_sockets_of_other_namespaces_are_not_followed_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    monkeypatch.setattr("tcpview_tui.sources.owners._FEW", 100)
    watch = Watch()
    with sockets(300), sockets(1) as (one,):
        watch.look(inode(one))
        counted = Counted(monkeypatch)
        with sockets(1) as (other,):
            assert watch.look(inode(one), inode(other)) == [(ME,), (ME,)]
        assert counted.followed < 150
