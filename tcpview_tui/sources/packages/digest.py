"""Whether the program that a process runs is still what its package brought."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.record.programs import LARGEST
from tcpview_tui.sources.evidence.contents import KEPT
from tcpview_tui.sources.packages.answers import Owner, why
from tcpview_tui.sources.rooted import resolve

if TYPE_CHECKING:
    from pathlib import Path

PIECE = 1 << 20
"""Bytes between two looks at whether the answer is still wanted: a few milliseconds."""


class Digests:
    """Digests of running programs by file: device, inode, size, times of change; and by algorithm."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int, int, int, str], str] = {}

    def agrees(
        self, owner: Owner, root: Path, executable: str, exe: Path, cancelled: Callable[[], bool] = lambda: False
    ) -> bool | Unread:
        """Return whether the content of `exe`, ``/proc/PID/exe``, has the checksum of its package. Never raises.

        It is read once for each file, up to 256 MB. An older file than that at `executable` below `root` is not
        compared: the package tells the checksum of the newer one. True does not prove it genuine: who can write the
        file can mostly write the database.
        """
        if owner.checksum is None:
            return Unread(f"{owner.manager} keeps no checksum of it.")
        try:
            with exe.open("rb", buffering=0) as file:
                running = os.fstat(file.fileno())
                if not os.path.samestat(running, resolve(root, executable).stat()):
                    return Unread("The file has been replaced since the process started.")
                if running.st_size > LARGEST:
                    return Unread(f"The file has {running.st_size >> 20} MB, and up to {LARGEST >> 20} MB are read.")
                digest = self._digest(file.fileno(), running, owner.checksum.algorithm, cancelled)
        except OSError as error:
            return Unread(f"The file cannot be read: {why(error)}.")
        return Unread("It was not read to its end.") if digest is None else digest == owner.checksum.digest

    def _digest(self, handle: int, status: os.stat_result, algorithm: str, cancelled: Callable[[], bool]) -> str | None:
        file = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, algorithm
        if file not in self._known:
            digest = hashlib.new(algorithm, usedforsecurity=False)
            while piece := os.read(handle, PIECE):
                if cancelled():
                    return None
                digest.update(piece)
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[file] = digest.hexdigest()
        return self._known[file]
