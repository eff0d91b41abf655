"""SHA-256 of the program that a process runs, read once for each file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.sources.evidence.contents import content_of, digest

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

LARGEST = 256 << 20
"""Bytes of a program beyond which it is not read: a second of work."""


class Programs:
    """Digests of what processes run, for as long as nothing tells that a file has changed."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        self._proc = proc

    def digest_of(self, process: Process) -> str | None:
        """Return 64 hexadecimal digits; `None` when the process has ended, or its program may not be read.

        What is read is the file that the process runs (``/proc/PID/exe``), also when its path leads elsewhere by now.
        """
        try:
            content = content_of(f"{self._proc}/{process.pid}/exe")
            return digest(content, "sha256") if content.size <= LARGEST else None
        except OSError:
            return None
