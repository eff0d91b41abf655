"""Any number of real connections on loopback, held by several processes, a share of which can be replaced.

`python -m tests.benchmarks.holders PAIRS ADDRESS` is one holder: for each line of its input it replaces so many pairs
and says how many sockets it has. It ends when its input does.
"""

from __future__ import annotations

import resource
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

MOST = 100_000
A_PROCESS = 10_000
"""Sockets of one holder: its own loopback address then has ephemeral ports enough (ip_local_port_range)."""

SPARE = 64
"""Files a process needs besides."""

BACKLOG = 64
RESET = struct.pack("ii", 1, 0)
"""struct linger (socket(7)): closing resets, so that no TIME_WAIT stays behind to disturb the next measurement."""


def files_allowed() -> int:
    """Raise this process's limit of open files as far as allowed, and return it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Holders:
    """The processes, and how many sockets they have together."""

    def __init__(self, children: list[subprocess.Popen[str]]) -> None:
        self.children = children
        self.sockets = sum(map(_answer, children))

    def replace(self, share: float) -> None:
        """Close this share of the sockets and open as many."""
        self.replace_pairs(round(self.sockets * share / 2))

    def replace_pairs(self, number: int) -> None:
        """Close so many connections, both ends of each, and open as many."""
        each, more = divmod(number, len(self.children))
        for place, child in enumerate(self.children):
            assert child.stdin is not None
            child.stdin.write(f"{each + (place < more)}\n")
            child.stdin.flush()
        self.sockets = sum(map(_answer, self.children))


def _answer(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    return int(child.stdout.readline())


@contextmanager
def holding(number: int) -> Iterator[Holders]:
    """Have about so many sockets connected to each other, at most 100,000."""
    number = min(number, MOST)
    count = max(1, -(-number // min(A_PROCESS, files_allowed() - SPARE)))
    with ExitStack() as stack:
        yield Holders([stack.enter_context(_holder(number // count // 2, place)) for place in range(count)])


@contextmanager
def _holder(pairs: int, place: int) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "tests.benchmarks.holders", str(pairs), f"127.77.{place}.1"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def _pair(listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    ends = socket.create_connection(listener.getsockname()), listener.accept()[0]
    for end in ends:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    return ends


def main(pairs: int, address: str) -> None:
    files_allowed()
    with socket.create_server((address, 0), backlog=BACKLOG) as listener:
        held = deque(_pair(listener) for _ in range(pairs))
        print(1 + 2 * len(held), flush=True)
        for line in sys.stdin:
            for _ in range(min(int(line), len(held))):
                for end in held.popleft():
                    end.close()
                held.append(_pair(listener))
            print(1 + 2 * len(held), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
