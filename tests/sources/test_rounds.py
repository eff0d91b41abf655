"""Work in every network namespace: real ones, those that let nobody in, and too many of them."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.machine import Unlooked
from tcpview_tui.model.connection import Namespace
from tests.sources.net import linux
from tests.sources.test_namespaces import inode_of, interfaces, ip, named, root, unshared

if sys.platform == "linux":
    from tcpview_tui.sources import rounds
    from tcpview_tui.sources.namespaces import NetNamespace
    from tcpview_tui.sources.rounds import Rounds

pytestmark = linux


@root
@ip
def test_the_work_is_done_in_each_namespace_and_nothing_of_it_stays() -> None:
    me = inode_of(os.getpid())

    def work(place: Namespace | None) -> list[tuple[Namespace | None, int, list[str]]]:
        return [(place, inode_of(threading.get_native_id()), interfaces())]

    with unshared() as (_, inode), named() as name:
        found = Rounds(Path("/proc"), "sniffer", work).go().now
        assert found[0] == (None, me, interfaces())
        told = {place: (at, names) for place, at, names in found[1:] if place}
        assert told[Namespace(inode)] == (inode, ["lo"])
        ((place, (at, _)),) = ((place, each) for place, each in told.items() if place.name == name)
        assert place.inode == at
        opened = [os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()]
        assert not [each for each in opened if "net:[" in each]
    assert inode_of(os.getpid()) == inode_of(threading.get_native_id()) == me


class Elsewhere:
    """Namespaces made up, and what comes of entering one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there: list[int] = []
        self.entered: list[int] = []
        self.fails: Exception | None = None
        self.refused = 0
        monkeypatch.setattr(rounds, "Namespaces", lambda _: self)
        monkeypatch.setattr(rounds, "inside", self._inside)
        self.rounds = Rounds(Path("/proc"), "sniffer", lambda place: [place.inode] if place else [])

    def look(self) -> dict[int, NetNamespace]:
        return {inode: NetNamespace(inode, None, f"/proc/{inode}/ns/net") for inode in self.there}

    def _inside(self, path: str, inode: int, work: Callable[[], Sequence[int]]) -> Sequence[int]:
        assert path == f"/proc/{inode}/ns/net"
        self.entered.append(inode)
        if self.fails:
            raise self.fails
        return work()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    return Elsewhere(monkeypatch)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EPERM, "Operation not permitted"), "not permitted. It takes CAP_SYS_ADMIN."),
        (OSError(errno.EMFILE, "Too many open files"), "cannot be looked into: Too many open files."),
        (RuntimeError("can't start new thread"), "cannot be looked into: can't start new thread."),
    ],
)
def test_one_that_lets_nobody_in_is_told(elsewhere: Elsewhere, error: Exception, told: str) -> None:
    elsewhere.there, elsewhere.fails = [7], error
    now, earlier, (unlooked,) = elsewhere.rounds.go()
    assert not now + earlier
    assert unlooked.namespace == Namespace(7)
    assert unlooked.reason.endswith(told)
    assert unlooked.name == "netns 7"
    elsewhere.fails = None
    assert elsewhere.rounds.go() == ([7], [], [])


ENDED = [OSError(number, os.strerror(number)) for number in (errno.ENOENT, errno.ESRCH, errno.ESTALE)]


@pytest.mark.parametrize("error", ENDED)
def test_one_that_went_meanwhile_is_not(elsewhere: Elsewhere, error: OSError) -> None:
    elsewhere.there, elsewhere.fails = [7], error
    assert elsewhere.rounds.go() == ([], [], [])
    elsewhere.there = []
    assert elsewhere.rounds.go() == ([], [], [])


@pytest.mark.parametrize("error", ENDED)
def test_one_whose_process_ended_on_the_way_in_keeps_what_was_found_and_is_visited_next(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    monkeypatch.setattr(rounds, "MOST", 1)
    elsewhere.there = [7, 8]
    elsewhere.rounds.go()
    assert elsewhere.rounds.go() == ([8], [7], [])
    elsewhere.fails = error
    assert elsewhere.rounds.go() == ([], [7, 8], [])
    elsewhere.fails = None
    assert elsewhere.rounds.go() == ([7], [8], [])


@pytest.mark.parametrize("error", ENDED)
def test_one_that_is_still_there_and_never_lets_in_is_told(elsewhere: Elsewhere, error: OSError) -> None:
    elsewhere.there, elsewhere.fails = [7], error
    elsewhere.rounds.go()
    (unlooked,) = elsewhere.rounds.go().unlooked
    assert (unlooked.namespace, "end before that" in unlooked.reason) == (Namespace(7), True)
    elsewhere.fails = None
    assert elsewhere.rounds.go() == ([7], [], [])


@pytest.mark.parametrize("error", [*ENDED, ValueError("not enough values")])
def test_what_fails_in_the_work_is_told_and_not_taken_for_an_end(elsewhere: Elsewhere, error: Exception) -> None:
    def work(place: Namespace | None) -> list[int]:
        if place:
            raise error
        return []

    elsewhere.there, elsewhere.rounds = [7], Rounds(Path("/proc"), "sniffer", work)
    now, earlier, (unlooked,) = elsewhere.rounds.go()
    assert not now + earlier
    assert (unlooked.namespace, str(error).rpartition("] ")[2] in unlooked.reason) == (Namespace(7), True)


def test_what_comes_new_at_each_round_keeps_nobody_from_its_turn(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "MOST", 4)
    elsewhere.there = [1, 2, 3, 4]
    elsewhere.rounds.go()
    for number in range(4):
        elsewhere.there = [1, 2, 3, 4, *range(100 * (number + 1), 100 * (number + 1) + 9)]
        elsewhere.rounds.go()
    assert [elsewhere.entered.count(inode) for inode in (1, 2, 3, 4)] == [3, 3, 3, 3]


def test_what_was_found_long_ago_is_told_to_be_old(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "LONG", 3)
    elsewhere.there = [7]
    elsewhere.rounds.go()
    elsewhere.fails = ENDED[0]
    assert [elsewhere.rounds.go() for _ in range(2)] == [([], [7], [])] * 2
    now, earlier, (unlooked,) = elsewhere.rounds.go()
    assert (now, earlier, unlooked.namespace) == ([], [7], Namespace(7))
    assert "may have changed" in unlooked.reason


def test_processes_that_do_not_tell_theirs_are_told_once(elsewhere: Elsewhere) -> None:
    elsewhere.refused = 3
    (unlooked,) = elsewhere.rounds.go().unlooked
    assert (unlooked.namespace, unlooked.name) == (None, "other network namespaces")
    assert unlooked.subject != unlooked._replace(sought="hidden-socket").subject


def test_what_fails_in_the_own_namespace_is_raised(tmp_path: Path) -> None:
    def fails(_: Namespace | None) -> list[int]:
        raise ValueError("no sense")

    with pytest.raises(ValueError, match="no sense"):
        Rounds(tmp_path, "sniffer", fails).go()


def test_a_kernel_without_namespaces_has_the_own_one(tmp_path: Path) -> None:
    assert Rounds(tmp_path, "sniffer", lambda place: [place]).go() == ([None], [], [])


@given(st.lists(st.sets(st.integers(1, 9)), min_size=1, max_size=8), st.integers(1, 4))
def test_of_many_each_has_its_turn(looks: list[set[int]], most: int) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(rounds, "MOST", most)
        elsewhere = Elsewhere(monkeypatch)
        for there in looks:
            _go(elsewhere, there, most)
        seen: set[int] = set()
        for _ in range(-(-len(there) // max(most // 2, 1))):  # half of it goes to those that are not new
            seen |= _go(elsewhere, there, most)
        assert seen == there


def _go(elsewhere: Elsewhere, there: set[int], most: int) -> set[int]:
    """Go round; whatever there is, is seen now, was seen earlier, or waits. Return what was entered."""
    elsewhere.there, elsewhere.entered = sorted(there), []
    now, earlier, unlooked = elsewhere.rounds.go()
    assert sorted(now) == sorted(elsewhere.entered)
    assert len(now) == min(most, len(there))
    waits = [each.namespace.inode for each in unlooked if isinstance(each, Unlooked) and each.namespace]
    assert sorted([*now, *earlier, *waits]) == sorted(there)
    return set(now)
