"""Connections that last, and such that carry much; played for real, as `scenario` asks."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.findings.stage import Play, Stage, talking
from tests.sources.net import PATIENCE, answer

HOUR = 3600.0
MUCH = 12 << 20
"""Bytes: more than the rules about what is carried ask for."""

SENDS = """
import socket, sys
host, port, there, back = sys.argv[1], *map(int, sys.argv[2:])
end = socket.create_connection((host, port))
end.sendall(bytes(there))
while back:
    back -= len(end.recv(min(back, 1 << 20)))
print(flush=True)
input()
"""


def lasting(host: str, hours: float) -> Play:
    """Stay connected for so many hours."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with talking("sleep", "600", host=host):
            stage.look(hours * HOUR)
            yield

    return play


def sending(host: str, there: int, back: int = 0) -> Play:
    """Send so many bytes, and receive as many as are to come back."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with socket.create_server((host, 0)) as server:
            server.settimeout(PATIENCE)
            words = *map(str, server.getsockname()), str(there), str(back)
            with talking(sys.executable, "-c", SENDS, *words, host=host) as process, server.accept()[0] as end:
                end.settimeout(PATIENCE)
                left = there
                while left:
                    left -= len(end.recv(1 << 20))
                end.sendall(bytes(back))
                answer(process)
                yield

    return play
