"""A machine for itself, on which scenarios are played: real looks, real rules, and a clock that moves when told to.

It is a network namespace where some addresses look public and some private, all of them this machine's own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Self

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.findings.silences import Silences
from tcpview_tui.findings.table import OF_MACHINE
from tcpview_tui.judging.judge import Judge
from tcpview_tui.judging.verdict import News, Rules
from tcpview_tui.judging.works import Works
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.sockdiag import SockDiagSource
from tests.fakes import FakeClock
from tests.sources.net import PATIENCE, answer

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Gauge

_ROWLESS = {rule.id for rule in OF_MACHINE} - {SNIFFER.id}
"""Rules about the whole machine, whose findings stand at no row. Who overhears elsewhere is nobody who plays here."""

PUBLIC, PRIVATE = "45.0.0.0/24", "10.45.0.0/24"
FAR, NEAR, HERE = "45.0.0.7", "10.45.0.7", "127.0.0.1"
"""Somebody on the internet, in a local network, and on this machine, as far as the address tells."""

CALLER = """
import errno, socket, sys
kept = []
for line in sys.stdin:
    for word in line.split():
        if word == "close":
            kept.clear()
            continue
        host, port = word.split(":")
        kept.append(socket.socket())
        kept[-1].setblocking(False)
        assert kept[-1].connect_ex((host, int(port))) in (0, errno.EINPROGRESS)
    print(flush=True)
"""
"""A program that connects to whom it is told, and closes when it is told."""


def addresses() -> None:
    """Give the loopback interface the addresses; raise CalledProcessError where that is not allowed."""
    for network in (PUBLIC, PRIVATE):
        subprocess.run(["ip", "address", "replace", network.replace(".0/", ".1/"), "dev", "lo"], check=True)


class Stage:
    """Looks at this namespace, except for the sockets of this process, and judges what it sees."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.clock.advance(time.time() - self.clock.wall())
        self.table = LiveTable(self.clock)
        self.register = Register(Silences(None))
        (folder / "lists").mkdir()
        self._folder, self._stack = folder, ExitStack()
        self._sampler = Sampler(SockDiagSource(self.clock, follows=False), self.clock)
        self._works: Works | None = None
        self._marked: float | None = None
        self._gauges: dict[Key, Gauge] = {}

    def __enter__(self) -> Self:
        self._stack.callback(self._sampler.close)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def plant(self, text: str) -> None:
        """Put a reputation list in its folder."""
        (self._folder / "lists" / "planted.txt").write_text(text)

    def look(self, then: float = 1.0) -> None:
        """Look, judge, and let so many seconds pass."""
        judge = self._judge()
        snapshot = self._sampler.sample()
        update = self.table.apply(snapshot)
        played = {key: row for key, row in update.items() if row is None or _is_played(row)}
        self._gauges.update(snapshot.gauges)
        judge.take(News(played, snapshot.gauges, self.clock.wall(), self._marked))
        judge.work()
        assert not judge.failed, judge.failed
        self.clock.advance(then)

    def settle(self) -> None:
        """Look until everything has been judged that waits for its minute."""
        self.look()
        assert self._works is not None
        assert self._works._lists.wait(PATIENCE)
        for then in (1.0, 61.0, 1.0, 61.0, 1.0):
            self.look(then)

    def mark(self) -> None:
        """Press "mark now"."""
        self._marked = self.clock.wall()
        self.clock.advance(1.0)

    def learn(self) -> None:
        """Look, and take it that what is there is normal."""
        self.look()
        assert self._works is not None
        context = Context(gauges=self._gauges)
        told = self._works.learn(self._played(), context, self.clock.wall())
        assert "normal here from now on" in told, told

    def examine(self) -> None:
        """Look closer at each process, as who opens its details does."""
        self.look()
        assert self._works is not None
        for process in {owner for row in self._played() for owner in row.owners}:
            self._works.closer.look(process, self.clock.wall())

    def findings(self) -> dict[str, Finding]:
        """What is told of the rows and of the machine, by rule; of one rule the gravest."""
        told = [found for row in self._played() for found in self.register.of(row)]
        told += [found for found in self.register.findings if found.rule in _ROWLESS]
        return {each.rule: each for each in sorted(told, key=lambda each: each.severity)}

    def _played(self) -> list[Row]:
        return [row for row in self.table.rows.values() if _is_played(row)]

    def _judge(self) -> Judge:
        if self._works is None:
            works = self._works = Works(self.clock, self._folder, None, Rules())
            self._stack.callback(works.close)
            self._at_work = Judge(lambda: works.panels, self.register, self.clock, lambda: None)
            self._at_work._panels = works.panels
        return self._at_work


Play = Callable[[Stage], AbstractContextManager[None]]
"""What is done on a stage, for as long as it lasts."""


def _is_played(row: Row) -> bool:
    of = row.connection
    mine = any(each.pid == os.getpid() for each in row.owners)
    return not mine and of.namespace is None and of.unowned is not Unowned.PENDING


@contextmanager
def talking(
    *argv: str, host: str = FAR, stdio: bool = False, also: tuple[int, ...] = (), **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A process, in a session of its own that ends, with a connection to `host`: as its `stdio`, or besides it."""
    with socket.create_server((host, 0)) as waiting, ExitStack() as stack:
        end = stack.enter_context(socket.create_connection(waiting.getsockname()))
        stack.enter_context(waiting.accept()[0])
        stream = end if stdio else subprocess.PIPE
        streams = {"stdin": stream, "stdout": stream, **options}
        process = subprocess.Popen(argv, pass_fds=[end.fileno(), *also], start_new_session=True, bufsize=0, **streams)
        with process:
            end.close()
            try:
                yield process
            finally:
                os.killpg(process.pid, signal.SIGKILL)


class Caller:
    """A program that connects to whom it is told."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def call(self, *ends: str) -> None:
        """Connect to each of these, as ``host:port``; ``close`` closes all."""
        assert self._process.stdin
        self._process.stdin.write((" ".join(ends) + "\n").encode())
        assert answer(self._process) == b"\n"


@contextmanager
def calling(host: str = FAR) -> Iterator[Caller]:
    """One that is connected to `host` besides."""
    with talking(sys.executable, "-c", CALLER, host=host) as process:
        yield Caller(process)
