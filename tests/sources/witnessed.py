"""What readings tell of connections, once the trace has told of all that happened."""

from __future__ import annotations

import sys
from collections import Counter

from tcpview_tui.model.connection import Connection, Key
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.kernel import reset, row_of
from tests.sources.net import tcp_pair, until

if sys.platform == "linux":
    from tcpview_tui.sources.sockdiag import SockDiagSource


def caught_up(source: SockDiagSource) -> None:
    """Wait until the trace has told of all that happened before: it tells in order, and a last one opens now."""
    with tcp_pair() as (_, client, accepted):
        row = row_of(PsutilSource().read(), client)
        assert row.remote
        ends = row.local, row.remote
        events = source._chronicle._events

        def is_open() -> bool:
            events._thread.check()
            return events.opened(*ends) is not None

        until(is_open)
        reset(client)
        accepted.close()
        until(lambda: not is_open())


class Witnessed:
    """Counts every connection that readings tell of between a server's port and its clients, by its local port."""

    def __init__(self, source: SockDiagSource, port: int) -> None:
        self._source = source
        self._port = port
        self.keys: dict[Key, Connection] = {}

    def look(self) -> Reading:
        reading = self._source.read()
        told = [*reading.connections.values(), *(each.connection for each in reading.passed)]
        for row in told:
            if row.transport == "tcp" and row.remote and self._port in (row.local.port, row.remote.port):
                self.keys[row.key] = row
        return reading

    def clients(self) -> Counter[int]:
        return Counter(row.local.port for row in self.keys.values() if row.local.port != self._port)

    def accepted(self) -> Counter[int]:
        return Counter(row.remote.port for row in self.keys.values() if row.remote and row.local.port == self._port)
