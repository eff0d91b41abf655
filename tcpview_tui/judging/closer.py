"""A closer look at one process, which somebody asked for: its program is read as a whole, and compared."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tcpview_tui.findings.dossier import Dossier
from tcpview_tui.findings.evidence import Unread
from tcpview_tui.record.programs import Programs
from tcpview_tui.sources.evidence.reader import read
from tcpview_tui.sources.packages.provenance import Provenances

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process


class Closer:
    """Looks closer, in whatever thread asks, one at a time."""

    def __init__(self) -> None:
        self._programs, self._provenances = Programs(), Provenances()
        self._lock = threading.Lock()

    def look(self, process: Process, at: float) -> Dossier:
        """Return what can be read of `process` now, at the second `at` UTC. Never raises."""
        with self._lock:
            evidence = read(process)
            if isinstance(evidence, Unread) or evidence.kernel:
                return Dossier(at, evidence, None, None)
            dossier = Dossier(at, evidence, self._provenances.of(process.pid, True), self._programs.digest_of(process))
            after = read(process)
        return Dossier(at, after, None, None) if isinstance(after, Unread) else dossier
