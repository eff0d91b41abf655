"""A made-up machine of any size, and its next look with a share of the connections changed."""

from __future__ import annotations

import random
from dataclasses import replace

from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Snapshot
from tests.fakes import EPOCH, connection

_OWNERS = [
    Process(
        1000 + n, 100.0 + n, f"worker-{n}", "www-data", "/usr/bin/worker", f"/usr/bin/worker --shard={n}", "app.service"
    )
    for n in range(500)
]
_STATES = (State.ESTABLISHED, State.CLOSE_WAIT, State.FIN_WAIT_2)


class Machine:
    """Connections by number. The same seed makes the same machine."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self._pick = random.Random(seed)
        self._sequence = 0
        self._next = size
        self.connections: dict[Key, Connection] = {n: self._fresh(n) for n in range(size)}

    def look(self) -> Snapshot:
        """Return what there is now."""
        self._sequence += 1
        return Snapshot(self._sequence, EPOCH + self._sequence, dict(self.connections))

    def change(self, number: int) -> None:
        """Move so many connections to another state."""
        for key in self._pick.sample(list(self.connections), number):
            old = self.connections[key]
            state = self._pick.choice([state for state in _STATES if state is not old.state])
            self.connections[key] = replace(old, state=state)

    def replace(self, number: int) -> None:
        """Close so many connections and open as many."""
        for key in self._pick.sample(list(self.connections), number):
            del self.connections[key]
            self.connections[self._next] = self._fresh(self._next)
            self._next += 1

    @staticmethod
    def _fresh(key: int) -> Connection:
        remote = f"203.{key >> 16 & 255}.{key >> 8 & 255}.{key & 255}"
        owners = (_OWNERS[key % len(_OWNERS)],)
        return connection(key, State.ESTABLISHED, ("10.0.0.5", 1024 + key % 60000), (remote, 443), owners)
