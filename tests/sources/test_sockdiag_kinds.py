"""Of sockets of every kind the Linux source tells what psutil tells."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.kernel import pair, source
from tests.sources.net import answer, linux, python, tell, until
from tests.sources.test_churn import CHURNS

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource

__all__ = ["source"]
pytestmark = linux
LOOKS = 10


class Fact(NamedTuple):
    """What both sources have to tell of a socket."""

    protocol: str
    state: State
    local: tuple[str, int]
    remote: tuple[str, int] | None
    is_ours: bool

    @property
    def ends(self) -> tuple[str, tuple[str, int], tuple[str, int] | None]:
        return self.protocol, self.local, self.remote


def facts_of(stack: ExitStack, host: str, family: socket.AddressFamily) -> Iterator[Fact]:
    """Open a socket of every kind and tell what it is."""
    six = "6" if family == socket.AF_INET6 else ""
    server, client, accepted = stack.enter_context(pair(host, family))
    here, there = client.getsockname()[:2], server.getsockname()[:2]
    yield Fact(f"TCP{six}", State.LISTEN, there, None, True)
    yield Fact(f"TCP{six}", State.ESTABLISHED, here, there, True)
    yield Fact(f"TCP{six}", State.ESTABLISHED, there, here, True)
    _, client, accepted = stack.enter_context(pair(host, family))
    client.shutdown(socket.SHUT_WR)
    assert not accepted.recv(1)
    here, there = client.getsockname()[:2], accepted.getsockname()[:2]
    yield Fact(f"TCP{six}", State.FIN_WAIT_2, here, there, True)
    yield Fact(f"TCP{six}", State.CLOSE_WAIT, there, here, True)
    _, client, accepted = stack.enter_context(pair(host, family))
    yield Fact(f"TCP{six}", State.TIME_WAIT, client.getsockname()[:2], accepted.getsockname()[:2], False)
    client.shutdown(socket.SHUT_WR)
    assert not accepted.recv(1)
    accepted.close()
    assert not client.recv(1)
    bound, connected = (stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(2))
    bound.bind((host, 0))
    connected.connect(bound.getsockname())
    yield Fact(f"UDP{six}", State.NONE, bound.getsockname()[:2], None, True)
    yield Fact(f"UDP{six}", State.NONE, connected.getsockname()[:2], bound.getsockname()[:2], True)


@contextmanager
def every_kind() -> Iterator[list[Fact]]:
    families = [("127.0.0.1", socket.AF_INET), *([("::1", socket.AF_INET6)] if socket.has_ipv6 else [])]
    with ExitStack() as stack:
        yield sorted(fact for host, family in families for fact in facts_of(stack, host, family))


def ends_of(row: Connection) -> tuple[str, tuple[str, int], tuple[str, int] | None]:
    return (
        row.protocol,
        (row.local.address, row.local.port),
        (row.remote.address, row.remote.port) if row.remote else None,
    )


def told(reading: Reading, facts: list[Fact]) -> list[Fact]:
    """Return what a reading says of those sockets."""
    found = []
    for row in reading.connections.values():
        protocol, local, remote = ends_of(row)
        if row.namespace is None and (protocol, local, remote) in {fact.ends for fact in facts}:
            is_ours = [owner.pid for owner in row.owners] == [os.getpid()]
            found.append(Fact(protocol, row.state, local, remote, is_ours))
    return sorted(found)


def test_both_sources_tell_the_same_of_sockets_of_every_kind(source: SockDiagSource) -> None:
    with every_kind() as facts:
        until(lambda: told(source.read(), facts) == facts)
        assert told(PsutilSource().read(), facts) == facts


def test_what_is_stable_is_whole_and_keeps_its_keys_while_others_come_and_go(source: SockDiagSource) -> None:
    other = PsutilSource()
    with every_kind() as opened, python(CHURNS) as (process, _):
        # TIME_WAIT lasts a minute, and so may ten looks of two sources on a loaded machine.
        facts = [fact for fact in opened if fact.state is not State.TIME_WAIT]
        until(lambda: told(source.read(), facts) == facts)
        first = keys(source.read(), facts)
        for _ in range(LOOKS):
            reading = source.read()
            assert told(reading, facts) == facts
            assert keys(reading, facts) == first
            assert told(other.read(), facts) == facts
        tell(process)
        assert int(answer(process)) > LOOKS


def keys(reading: Reading, facts: list[Fact]) -> set[Key]:
    ours = {fact.ends for fact in facts}
    return {row.key for row in reading.connections.values() if ends_of(row) in ours}
