"""A server in a network namespace of its own, and ways to find or to refuse that namespace."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tcpview_tui.model.connection import Connection
from tcpview_tui.sources.base import Reading
from tests.sources.net import answer, child, until
from tests.sources.test_namespaces import inode_of

if sys.platform == "linux":
    from tcpview_tui.sources import namespaces
    from tcpview_tui.sources.inet_diag import TABLES
    from tcpview_tui.sources.sockdiag import SockDiagSource

    TEXTS = [table for table in TABLES if table.transport == "raw"]

SERVES = """
import os, socket, sys
server = socket.create_server(("0.0.0.0", 0))
print(server.getsockname()[1], os.getpid(), flush=True)
sys.stdin.readline()
"""


@contextmanager
def served(*enter: str) -> Iterator[tuple[int, int, int]]:
    """A server in a namespace of its own: its port, its pid, and the inode of the namespace."""
    with child(*enter, sys.executable, "-c", SERVES) as process:
        port, pid = map(int, answer(process).split())
        yield port, pid, inode_of(pid)


def rows_in(reading: Reading, inode: int) -> list[Connection]:
    return [row for row in reading.connections.values() if row.namespace and row.namespace.inode == inode]


def owned(source: SockDiagSource, inode: int) -> Connection:
    """Look until the only socket of that namespace has its process."""

    def found() -> Connection | None:
        rows = rows_in(source.read(), inode)
        return rows[0] if len(rows) == 1 and rows[0].owners else None

    row: Connection = until(found)
    return row


def noting(entered: list[int], refused: int | None = None, number: int = errno.ENOENT) -> Callable[[str, int], None]:
    """Enter namespaces and note them; that one is refused by this error, as if it had gone."""
    enter = namespaces._enter

    def enter_and_note(path: str, inode: int) -> None:
        if inode == refused:
            raise OSError(number, os.strerror(number), path)
        entered.append(inode)
        enter(path, inode)

    return enter_and_note
