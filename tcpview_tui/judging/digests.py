"""The SHA-256 of what processes run: never that of another one, and where it is wanted, only if it tells something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.record.programs import Programs
from tcpview_tui.sources.proctable import read_entry, same_start

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process


class Digests:
    """Digests of the programs that run now. For one thread; each file is read once, a second for 256 MB."""

    def __init__(self) -> None:
        self._programs = Programs()

    def of(self, process: Process) -> str | None:
        """Return the SHA-256 of a program, and never that of another process, which has got its pid."""
        digest = self._programs.digest_of(process)
        return digest if digest and is_there(process) else None

    def of_purpose(self, process: Process) -> str | None:
        """Return the SHA-256 of a program; none of one that has the same whatever it runs."""
        return self.of(process) if has_purpose(process) else None


def is_there(process: Process) -> bool:
    """Whether this process still runs; also where the system does not tell when it started, so that nobody knows."""
    entry = read_entry(process.pid)
    return entry is not None and (entry.started is None or same_start(entry.started, process.started))
