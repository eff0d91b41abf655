"""SHA-256 of the program that a process runs, read once for each file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

LARGEST = 256 << 20
"""Bytes of a program beyond which it is not read: a second of work."""

KEPT = 4_096
"""Digests remembered."""


class Programs:
    """Digests by file: device, inode, size and time of change."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc
        self._known: dict[tuple[int, int, int, int], str] = {}

    def digest_of(self, process: Process) -> str | None:
        """Return 64 hexadecimal digits; `None` when the process has ended, or its program may not be read.

        What is read is the file that the process runs (``/proc/PID/exe``), also when its path leads elsewhere by now.
        """
        try:
            with (self._proc / str(process.pid) / "exe").open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_size > LARGEST:
                    return None
                name = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
                if name not in self._known:
                    if len(self._known) >= KEPT:
                        self._known.clear()
                    self._known[name] = hashlib.file_digest(file, "sha256").hexdigest()
                return self._known[name]
        except OSError:
            return None
