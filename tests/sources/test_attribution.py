"""Whose a socket is, and why nobody is known: the reasons by table, the processes by real ones."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from tcpview_tui.model.connection import State, Unowned
from tests.fakes import FakeClock
from tests.sources.net import answer, linux, python, tell

if sys.platform == "linux":
    from tcpview_tui.sources import procfd
    from tcpview_tui.sources.attribution import Attribution
    from tcpview_tui.sources.seen import Socket

pytestmark = linux
RENAMES = """
import os, sys
print(0, flush=True)
input()
os.execv(sys.executable, [sys.executable, "-c", "print(1, flush=True); input()"])
"""
STRANGER = os.geteuid() + 1 if hasattr(os, "geteuid") else 1


@dataclass
class FakeOwners:
    """Answers who holds an inode as a test puts it."""

    pids: dict[int, tuple[int, ...]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    pending: bool = False
    refused: int = 0
    hidden: bool = False
    sought: set[int] = field(default_factory=set)

    @property
    def processes(self) -> set[int]:
        return procfd.pids("/proc")

    def is_sought(self, inode: int) -> bool:
        return inode in self.sought

    def look(self, alive: Mapping[int, object], fresh: Collection[int]) -> set[int]:
        changed, self.changed = self.changed, set()
        return changed

    def holders(self, inode: int) -> tuple[int, ...]:
        return self.pids.get(inode, ())


@dataclass(frozen=True)
class FakeSocket:
    inode: int
    uid: int = 0
    tcp_state: State = State.ESTABLISHED


class Case:
    """An attribution over made-up owners."""

    def __init__(self, **circumstances: Any) -> None:
        self.owners = FakeOwners(**circumstances)
        self.attribution = Attribution(FakeClock())
        self.attribution._owners = cast(Any, self.owners)

    def look(self, *inodes: int) -> set[int]:
        alive = cast("dict[int, Socket]", {inode: FakeSocket(inode) for inode in inodes})
        return self.attribution.look(alive, set())

    def of(self, inode: int, uid: int = 0, state: State = State.ESTABLISHED) -> Any:
        return self.attribution.of(cast("Socket", FakeSocket(inode, uid, state)))


@pytest.mark.parametrize(
    ("circumstances", "uid", "reason"),
    [
        ({}, STRANGER, Unowned.KERNEL),
        ({"sought": {7}}, STRANGER, Unowned.PENDING),
        ({"sought": {7}, "hidden": True}, STRANGER, Unowned.PENDING),
        ({"sought": {7}, "pending": True, "refused": 3, "hidden": True}, STRANGER, Unowned.PENDING),
        ({"sought": {7}, "refused": 3}, STRANGER, Unowned.OTHER_USER),
        ({"sought": {7}, "refused": 3}, STRANGER - 1, Unowned.PENDING),
        ({"refused": 3}, STRANGER, Unowned.OTHER_USER),
        ({"refused": 3}, STRANGER - 1, Unowned.HIDDEN),
        ({"hidden": True}, STRANGER, Unowned.HIDDEN),
    ],
)
def test_why_nobody_is_known(circumstances: dict[str, Any], uid: int, reason: Unowned) -> None:
    case = Case(**circumstances)
    case.look(7)
    found = case.of(7, uid)
    assert (found.owners, found.unowned) == ((), reason)
    assert case.attribution.unknown == (reason is not Unowned.KERNEL)
    assert case.attribution.sought == (reason is Unowned.PENDING)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.TIME_WAIT, None),
        (State.SYN_RECEIVED, None),
        (State.FIN_WAIT_2, Unowned.ENDED),
        (State.NONE, Unowned.ENDED),
    ],
)
def test_a_socket_without_inode_is_in_the_hands_of_the_kernel(state: State, reason: Unowned | None) -> None:
    case = Case(refused=3)
    case.look()
    found = case.of(0, STRANGER, state)
    assert (found.owners, found.unowned) == ((), reason)
    assert case.attribution.unknown == 0


def test_every_process_that_has_it_is_told_and_sockets_of_the_same_share_the_answer() -> None:
    with python("print(0, flush=True); input()") as (process, _):
        pids = os.getpid(), process.pid
        case = Case(pids={7: pids, 8: pids})
        case.look(7, 8)
        first, second = case.of(7), case.of(8)
        assert [owner.pid for owner in first.owners] == [*pids]
        assert (first.unowned, first.user) == (None, "root")
        assert first.owners is second.owners


def test_a_socket_of_a_process_that_ended_before_it_was_named_is_not_said_to_be_the_kernels() -> None:
    with python("print(0, flush=True); input()") as (process, _):
        pass
    case = Case(pids={7: (process.pid,)})
    case.look(7)
    assert case.of(7).unowned is Unowned.PENDING
    case.owners.pids.clear()
    assert case.look(7) == {7}
    assert case.of(7).unowned is Unowned.KERNEL


def test_an_owner_found_late_makes_the_socket_known() -> None:
    case = Case(sought={7})
    case.look(7)
    assert case.of(7).unowned is Unowned.PENDING
    assert (case.attribution.unknown, case.attribution.sought) == (1, 1)
    case.owners.pids[7] = (os.getpid(),)
    case.owners.changed = {7}
    assert 7 in case.look(7)
    assert case.of(7).owners
    assert (case.attribution.unknown, case.attribution.sought) == (0, 0)


@pytest.mark.parametrize(("hidden", "reason"), [(False, Unowned.KERNEL), (True, Unowned.HIDDEN)])
def test_a_socket_that_is_given_up_is_told_anew_once_with_the_final_reason(hidden: bool, reason: Unowned) -> None:
    case = Case(sought={7, 8}, hidden=hidden)
    case.look(7, 8)
    assert [case.of(inode).unowned for inode in (7, 8)] == [Unowned.PENDING] * 2
    assert case.look(7, 8) == set()
    case.owners.sought = {8}
    assert case.look(7, 8) == {7}
    assert case.of(7).unowned is reason
    assert (case.attribution.unknown, case.attribution.sought) == (1 + hidden, 1)
    assert case.look(7, 8) == set()


def test_what_is_unknown_is_asked_again_when_the_reason_may_have_changed() -> None:
    case = Case(pending=True, refused=1, sought={7})
    case.look(7, 8)
    assert case.of(7, STRANGER).unowned is Unowned.PENDING
    assert case.look(7, 8) == set()
    case.owners.pending = False
    assert case.look(7, 8) == {7}
    assert case.of(7, STRANGER).unowned is Unowned.OTHER_USER
    assert case.look(7, 8) == set()


def test_a_socket_that_is_gone_is_no_longer_unknown() -> None:
    case = Case(hidden=True)
    case.look(7)
    case.of(7)
    case.look()
    assert case.attribution.unknown == 0


def test_a_process_that_becomes_another_program_alters_the_answer_for_all_its_sockets() -> None:
    with python(RENAMES) as (process, _):
        case = Case(pids={7: (process.pid,), 8: (process.pid,), 9: (os.getpid(),)})
        case.look(7, 8, 9)
        before = [case.of(inode).owners for inode in (7, 8, 9)]
        assert case.look(7, 8, 9) == set()
        assert case.of(7).owners is before[0]
        tell(process)
        answer(process)
        assert case.look(7, 8, 9) == {7, 8}
        after = [case.of(inode).owners for inode in (7, 8, 9)]
        assert "print(1" in after[0][0].command_line
        assert after[0][0].identity == before[0][0].identity
        assert after[2] is before[2]


def test_a_process_that_ended_is_named_until_the_owners_are_known_anew() -> None:
    with python("print(0, flush=True); input()") as (process, _):
        case = Case(pids={7: (process.pid, os.getpid())})
        case.look(7)
        assert [owner.pid for owner in case.of(7).owners] == [process.pid, os.getpid()]
    assert case.look(7) == {7}
    assert [owner.pid for owner in case.of(7).owners] == [process.pid, os.getpid()]
    case.owners.pids[7] = (os.getpid(),)
    case.owners.changed = {7}
    assert case.look(7) == {7}
    assert [owner.pid for owner in case.of(7).owners] == [os.getpid()]
