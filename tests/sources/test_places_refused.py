"""Namespaces that cannot be entered: gone, forbidden, or more than there are files for."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.sources.net import linux, python
from tests.sources.served import noting, served
from tests.sources.test_namespaces import root

if sys.platform == "linux":
    from tcpview_tui.sources import namespaces, places, room
    from tcpview_tui.sources.namespaces import inside
    from tcpview_tui.sources.places import Places
    from tests.sources.served import TEXTS

pytestmark = linux


@root
def test_a_namespace_whose_process_ended_on_the_way_in_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(places, "inside", refusing(errno.ESRCH, inode))
            here.look()
            assert inode in here.closed
        here.look()
        assert inode in here._read
        assert inode not in here.closed


@root
def test_a_namespace_that_may_not_be_entered_is_told_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(places, "inside", refusing(errno.EPERM, inode))
            here.look()
        here.look()
        assert inode not in here._read
        problem, *_ = here.problems  # sandboxes have processes that do not tell theirs
        assert problem.code == "namespaces"
        assert problem.summary == "1 network namespace not readable"
        assert os.strerror(errno.EPERM) in problem.detail
    with closing(here):
        here.look()
        assert inode not in here.closed


@root
def test_when_files_are_short_a_namespace_waits_until_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        with monkeypatch.context() as patch:
            patch.setattr(room, "left", lambda: 1)
            here.look()
            assert here._read.keys() == {here.own}
            assert here.closed[inode].errno == errno.EMFILE
            problem, *_ = here.problems
            assert problem.code == "namespaces"
            assert "CAP_SYS_ADMIN" not in problem.detail
        here.look()
        assert inode in here._read
        assert inode not in here.closed


WIDE = """
import resource
from tcpview_tui.sources.places import Places
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 300))
Places()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], flush=True)
"""


def test_as_many_files_are_allowed_as_the_system_lets_the_program_have() -> None:
    with python(WIDE) as (_, (limit,)):
        assert limit == 300


FEW_FILES = """
import os, resource
from tcpview_tui.clock import SystemClock
from tcpview_tui.sources import room
from tcpview_tui.sources.sockdiag import SockDiagSource
source = SockDiagSource(SystemClock(), follows=False)
limit = len(os.listdir("/proc/self/fd")) + room.RESERVE + 4
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
for _ in range(2):
    source.read()
places = source._places
print(len(places._read) - 1, len(places.closed), room.left(), flush=True)
"""


@root
def test_more_namespaces_than_files_leave_the_program_enough_to_read_the_own() -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(served("unshare", "-n"))
        with python(FEW_FILES) as (_, (entered, closed, left)):
            assert entered <= 2
            assert closed >= 2
            assert left < 4


def refusing(number: int, inode: int) -> Callable[..., Any]:
    """Stand in for `inside`, at that namespace only."""

    def enter(path: str, there: int, work: Callable[[], Any]) -> Any:
        if there == inode:
            raise OSError(number, os.strerror(number), path)
        return inside(path, there, work)

    return enter


@root
@pytest.mark.parametrize("number", [errno.ENOENT, errno.ESRCH, errno.ESTALE])
def test_a_namespace_whose_process_ended_before_its_texts_were_read_is_no_problem(number: int) -> None:
    with served("unshare", "-n") as (_, _, inode), closing(Places()) as here:
        here.look()
        here._read[inode]._unknown.update(TEXTS)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(namespaces, "_enter", noting([], inode, number))
            looks = here.look()
        assert [changes.refused for changes in looks if changes.refused] == []
