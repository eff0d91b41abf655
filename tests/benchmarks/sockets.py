"""Real connections on loopback, held by a child: `python -m tests.benchmarks.sockets PAIRS` until its input ends."""

from __future__ import annotations

import resource
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

PORTS_A_LISTENER = 20_000
"""Pairs of one listener: fewer than the ephemeral ports there are (ip_local_port_range, 28,232 by default)."""

BACKLOG = 64
RESET = struct.pack("ii", 1, 0)
"""struct linger (socket(7)): closing resets, so that no TIME_WAIT stays behind to disturb the next measurement."""


@contextmanager
def connections(number: int) -> Iterator[int]:
    """Have about so many sockets connected to each other; return how many there are."""
    pairs = number // 2
    argv = [sys.executable, "-m", "tests.benchmarks.sockets", str(pairs)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            yield int(child.stdout.readline())
        finally:
            child.kill()


def main(pairs: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    pairs = min(pairs, (hard - 64) // 2)
    held = []
    for start in range(0, pairs, PORTS_A_LISTENER):
        listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        held.append(listener)
        for _ in range(min(PORTS_A_LISTENER, pairs - start)):
            held += [socket.create_connection(listener.getsockname()), listener.accept()[0]]
            for end in held[-2:]:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    print(len(held), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
