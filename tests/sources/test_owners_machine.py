"""Whatever a process does with its descriptors, its holders are those that a plain walk finds."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tcpview_tui.sources.descriptors import YOUNG
from tests.sources.holders import ME, Watch, inode
from tests.sources.net import linux

pytestmark = linux


def walk() -> dict[int, set[int]]:
    """Who holds what, read from scratch in the plainest way."""
    found: dict[int, set[int]] = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            target = str(link.readlink())
            if target.startswith("socket:["):
                found.setdefault(int(target[8:-1]), set()).add(int(link.parts[2]))
    return found


class Sockets(RuleBasedStateMachine):
    """Whatever one process does with its descriptors: what `Owners` believes is what a walk from scratch finds."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.open: list[int] = []
        self.ever: set[int] = set()

    def _keep(self, number: int) -> None:
        self.open.append(number)
        self.ever.add(inode(number))

    @rule(number=st.integers(1, 20))
    def opens(self, number: int) -> None:
        for _ in range(number):
            self._keep(socket.socket().detach())

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0), number=st.integers(1, 20))
    def closes(self, at: int, number: int) -> None:
        for _ in range(min(number, len(self.open))):
            os.close(self.open.pop(at % len(self.open)))

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0))
    def copies(self, at: int) -> None:
        self._keep(os.dup(self.open[at % len(self.open)]))

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0), onto=st.integers(0))
    def copies_over(self, at: int, onto: int) -> None:
        os.dup2(self.open[at % len(self.open)], self.open[onto % len(self.open)])

    @rule(seconds=st.sampled_from([0.0, 1.0, YOUNG]))
    def looks(self, seconds: float) -> None:
        held = {inode(number) for number in self.open}
        before = {each: self.watch.owners.holders(each) for each in held}
        self.watch.look(*held, seconds=seconds)
        assert {each: self.watch.owners.holders(each) for each in held} == dict.fromkeys(held, (ME,))
        assert self.watch.changed >= {each for each in held if before[each] != (ME,)}

    def teardown(self) -> None:
        held = {inode(number) for number in self.open}
        gone = self.ever - held
        self.watch.look(*self.ever)
        for _ in range(100):
            if not any(self.watch.owners.holders(each) for each in gone):
                break
            self.watch.look(*self.ever)
        truth = walk()
        believed = {each: set(self.watch.owners.holders(each)) for each in self.ever}
        for number in self.open:
            os.close(number)
        assert believed == {each: truth.get(each, set()) & {ME} for each in self.ever}


Sockets.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestSockets = Sockets.TestCase
