"""A process to look at: it listens on a TCP port, calls itself what the test wants, and ends with its parent.

`python target.py NAME-IN-HEX [anything ...]`: what follows is there to be seen in the command line.
"""

from __future__ import annotations

import ctypes
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

PR_SET_NAME = 15
"""prctl(2); linux/prctl.h."""


class Target(NamedTuple):
    """A running target."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def lives(self) -> bool:
        return self.process.poll() is None


@contextmanager
def target(name: str | bytes = "pty-target", *arguments: str | bytes) -> Iterator[Target]:
    """Start a target, and end it by its own pid."""
    raw = name if isinstance(name, bytes) else name.encode()
    argv = [sys.executable, __file__, raw.hex(), *arguments]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield Target(process, int(process.stdout.readline()))
        finally:
            process.kill()


def main() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, bytes.fromhex(sys.argv[1]), 0, 0, 0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
