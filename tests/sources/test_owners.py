"""Who holds which socket, with sockets of this process and processes of a test's making."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcpview_tui.sources import procfd
from tests.sources.holders import ME, Watch, inode, proc, sockets
from tests.sources.net import child, linux

pytestmark = linux


def test_a_socket_has_its_process_and_unknown_has_none() -> None:
    watch = Watch()
    with sockets(2) as (one, other):
        assert watch.look(inode(one), inode(other), 1) == [(ME,), (ME,), ()]
        assert watch.changed == {inode(one), inode(other)}
        assert watch.look(inode(one), inode(other), 1) == [(ME,), (ME,), ()]
        assert watch.changed == set()


def test_a_socket_that_was_seen_in_a_process_before_it_was_alive_is_told_when_it_is_fresh() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        watch.look()
        assert watch.changed == set()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == {inode(one)}


def test_a_descriptor_more_is_no_other_holder() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        watch.look(inode(one))
        copy = one.dup()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == set()
        copy.close()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == set()


def test_a_closed_socket_has_no_holder_although_its_row_may_stay() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        number = inode(one)
        watch.look(number)
    assert watch.look(number) == [()]
    assert watch.changed == {number}


def test_a_socket_without_holder_is_sought_until_three_walks_have_not_found_one() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        assert watch.look(inode(one), 1) == [(ME,), ()]
        sought = [watch.owners.is_sought(1)]
        while sought[-1]:
            assert len(sought) < 30
            watch.look(inode(one), 1)
            sought.append(watch.owners.is_sought(1))
        assert len(sought) > 3
        assert not watch.owners.is_sought(inode(one))
        watch.look(inode(one), 1, 2)
        assert (watch.owners.is_sought(1), watch.owners.is_sought(2)) == (False, True)
        watch.look(inode(one))
        assert not watch.owners.is_sought(2)


def test_a_socket_that_loses_its_holder_in_turn_is_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    with sockets(2) as (one, other):
        lost = inode(other)
        watch.look(inode(one), lost)
        monkeypatch.setattr(watch.owners, "_check_young", lambda: None)
        os.dup2(one.fileno(), other.fileno())
        watch.find(lost, ())
        assert watch.owners.is_sought(lost)


def test_the_processes_are_those_of_the_last_look() -> None:
    watch = Watch()
    with child("sleep", "60") as process:
        watch.look()
        assert {ME, process.pid} <= {*watch.owners.processes}
    watch.look()
    assert process.pid not in watch.owners.processes


def test_a_pid_that_was_used_again_has_nothing_of_the_process_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    proc(tmp_path, 7, 100, 11, 12)
    watch = Watch(proc=tmp_path)
    assert watch.look(11, 12) == [(7,), (7,)]
    (tmp_path / "7").rename(tmp_path / "before")
    proc(tmp_path, 7, 200, 13)
    assert watch.look(11, 12) == [(), ()]
    assert watch.changed == {11, 12}
    assert watch.look(11, 12, 13)[2] == (7,)
