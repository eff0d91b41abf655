"""Who watches short-lived connections, each in a process of its own, with a look a second.

`python -m tests.benchmarks.watchers NAME ADDRESS PORT` is one watcher, until its input ends.
"""

from __future__ import annotations

import errno
import json
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from unittest.mock import patch

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Endpoint
from tcpview_tui.sources import chronicle, places
from tcpview_tui.sources.base import Reading, Source
from tcpview_tui.sources.events import Events
from tcpview_tui.sources.farewells import Farewells
from tcpview_tui.sources.psutil_source import PsutilSource
from tcpview_tui.sources.sockdiag import SockDiagSource

INTERVAL = 1.0
PATIENCE = 30.0


class Seen(NamedTuple):
    """What one watcher told: connections, those with a process, processor seconds, looks, longest look in seconds."""

    seen: int
    named: int
    cpu: float
    looks: int
    longest: float
    follows: bool


class NoEvents(Events):
    """The kernel's trace as a user meets it who may not read it."""

    def start(self) -> None:
        raise PermissionError(errno.EPERM, "left out of this measurement")


class NoFarewells(Farewells):
    """A kernel that does not announce which sockets end."""

    def __init__(self) -> None:
        raise OSError(errno.EPROTONOSUPPORT, "left out of this measurement")


def _without_trace() -> SockDiagSource:
    with patch.object(chronicle, "Events", NoEvents):
        return SockDiagSource(SystemClock())


def _polling() -> SockDiagSource:
    """In the own namespace alone, which is the one it begins with; that is where the connections are."""
    with patch.object(places, "Farewells", NoFarewells):
        return _without_trace()


WATCHERS: dict[str, Callable[[], Source]] = {
    "PsutilSource": PsutilSource,
    "SockDiagSource, polling": _polling,
    "SockDiagSource, no trace": _without_trace,
    "SockDiagSource": lambda: SockDiagSource(SystemClock()),
}
"""Polling alone; polling and the kernel's announcements of sockets that end; these and its trace."""


class Tally:
    """The rows of each end of the connections to one listener, by key.

    The kernel forgets the remote port of an end that resets before it announces it (tcp_disconnect in tcp.c), and
    then only the other end can be counted.
    """

    def __init__(self, listener: Endpoint) -> None:
        self._listener = listener
        self._named: tuple[dict[object, bool], dict[object, bool]] = ({}, {})

    def take(self, reading: Reading) -> None:
        for connection in (*reading.connections.values(), *(passed.connection for passed in reading.passed)):
            if connection.remote and self._listener in (connection.local, connection.remote):
                named = self._named[connection.local == self._listener]
                named[connection.key] = named.get(connection.key, False) or _is_named(connection)

    @property
    def seen(self) -> tuple[int, int]:
        """How many, and how many with a process: of the end that more was seen of, first the one that connected."""
        named = max(self._named, key=len)
        return len(named), sum(named.values())


def _is_named(connection: Connection) -> bool:
    return bool(connection.owners or connection.past_owners)


def main(name: str, remote: Endpoint) -> None:
    source = WATCHERS[name]()
    tally = Tally(remote)
    took: list[float] = []
    try:
        source.read()
        print(flush=True)
        began, cpu = time.monotonic(), time.process_time()
        ended = False
        while not ended:
            due = max(began + INTERVAL * (len(took) + 1) - time.monotonic(), 0.0)
            ended = bool(select.select([sys.stdin], [], [], due)[0]) or len(took) * INTERVAL > PATIENCE
            before = time.monotonic()
            tally.take(source.read())
            took.append(time.monotonic() - before)
        spent = time.process_time() - cpu
        print(json.dumps(Seen(*tally.seen, spent, len(took), max(took), source.follows_tcp)), flush=True)
    finally:
        source.close()


@contextmanager
def watching(remote: tuple[str, int]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Have every watcher look for connections to one address; each has looked once already."""
    with ExitStack() as stack:
        children = {name: stack.enter_context(_watcher(name, remote)) for name in WATCHERS}
        for child in children.values():
            _line(child)
        yield children


@contextmanager
def _watcher(name: str, remote: tuple[str, int]) -> Iterator[subprocess.Popen[bytes]]:
    argv = [sys.executable, "-m", "tests.benchmarks.watchers", name, remote[0], str(remote[1])]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(PATIENCE)  # by itself: what it holds of the kernel is to be given back
            except subprocess.TimeoutExpired:
                child.kill()


def _line(child: subprocess.Popen[bytes]) -> bytes:
    assert child.stdout is not None
    return child.stdout.readline() if select.select([child.stdout], [], [], PATIENCE)[0] else b""


def result(child: subprocess.Popen[bytes]) -> Seen | None:
    """End a watcher and return what it told; `None` when it failed."""
    assert child.stdin is not None
    child.stdin.close()
    line = _line(child)
    return Seen(*json.loads(line)) if line else None


if __name__ == "__main__":
    main(sys.argv[1], Endpoint(sys.argv[2], int(sys.argv[3])))
