"""A closer look at one process, which somebody asked for: its program is read as a whole, and compared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tcpview_tui.findings.dossier import Dossier
from tcpview_tui.findings.evidence import Executable, File, Unread
from tcpview_tui.record.programs import Programs
from tcpview_tui.sources.evidence.reader import read
from tcpview_tui.sources.packages.answers import Owner
from tcpview_tui.sources.packages.provenance import Provenances

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Evidence
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.packages.provenance import Provenance

Tell = Callable[["Process", File], None]
"""Is told of a process whose program, that file, is not proved to be as its package brought it."""


class Closer:
    """Looks closer, in whatever thread asks, one at a time; what is to be judged is told to the judge."""

    def __init__(self, tell: Tell) -> None:
        """`tell` is called in the thread that asks, and returns at once."""
        self._programs, self._provenances, self._tell = Programs(), Provenances(), tell
        self._lock = threading.Lock()

    def look(self, process: Process, at: float) -> Dossier:
        """Return what can be read of `process` now, at the second `at` UTC. Never raises."""
        with self._lock:
            evidence = read(process)
            if isinstance(evidence, Unread) or evidence.kernel:
                return Dossier(at, evidence, None, None)
            found, digest = self._provenances.of(process.pid, True), self._programs.digest_of(process)
            after = read(process)
        if isinstance(after, Unread):
            return Dossier(at, after, None, None)
        file = _questioned(after, found)
        if file is not None:
            self._tell(process, file)
        return Dossier(at, evidence, found, digest)


def _questioned(evidence: Evidence, found: Provenance) -> File | None:
    """Return the file of a program that a package owns, and that was not found to be as this brought it."""
    executable = evidence.executable
    if not isinstance(found.owner, Owner) or found.intact is True or not isinstance(executable, Executable):
        return None
    return executable.file if isinstance(executable.file, File) else None
