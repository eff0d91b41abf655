"""The SHA-256 of programs, as a recording tells them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tcpview_tui.model.process import Process

if TYPE_CHECKING:
    from tcpview_tui.record.reader import Reader

_DIGEST = re.compile("[0-9a-f]{64}")

Digest = Callable[[Process], str | None]
"""Returns the SHA-256 of the program that a process runs, 64 hexadecimal digits; `None` when nobody knows it."""


def unread(_: Process) -> None:
    """Know nothing: a `Digest` for where no program was read."""


def recorded(reader: Reader) -> Digest:
    """Return what a recording tells of its processes. Raises ReadingError where it is damaged.

    It takes some 200 bytes for each process of the recording.
    """
    query = "SELECT pid, started, executable, sha256 FROM process WHERE sha256 IS NOT NULL"
    paths: dict[str | None, str | None] = {}
    digests: dict[str, str] = {}
    known = {
        (pid, started, paths.setdefault(executable, executable)): digests.setdefault(digest, digest)
        for pid, started, executable, digest in reader.rows(query)
        if _DIGEST.fullmatch(str(digest))  # what is none is nothing for a terminal or a spreadsheet
    }
    return lambda process: known.get((process.pid, process.started, process.executable))
