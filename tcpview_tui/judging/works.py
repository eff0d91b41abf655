"""All that judging needs: the rules, the panels that apply them, reputation lists, the baseline, addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.table import RULES
from tcpview_tui.judging.activities import Activities
from tcpview_tui.judging.case import Reader
from tcpview_tui.judging.closer import Closer
from tcpview_tui.judging.connections import Connections
from tcpview_tui.judging.contents import Contents
from tcpview_tui.judging.digests import Digests, is_there
from tcpview_tui.judging.machine import Machine
from tcpview_tui.judging.normal import Normal
from tcpview_tui.judging.processes import Processes
from tcpview_tui.judging.watches import watches
from tcpview_tui.lookup.geo.folders import usual
from tcpview_tui.lookup.geo.places import Places
from tcpview_tui.lookup.lists.folder import Lists
from tcpview_tui.model import limits
from tcpview_tui.sources.evidence.reader import read
from tcpview_tui.sources.hidden import SLICE
from tcpview_tui.sources.packages.provenance import Provenances
from tcpview_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.baseline.comparison import Comparison
    from tcpview_tui.findings.baseline.file import Held
    from tcpview_tui.judging.verdict import Panel, Rules
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem


_PATIENCE = 2.0
"""Seconds that the databases of addresses are waited for, here where nobody else waits: they are open at once."""


class Works:
    """Made and used in the thread of the judge; what it tells can be asked from any."""

    def __init__(
        self, clock: Clock, folder: Path, baseline: Held | None, rules: Rules, geo: str = "", pids: int | None = None
    ) -> None:
        """`folder` has lists and baseline, unless `baseline` is of another file; `geo` has databases of addresses.

        `pids` is how many process ids are asked at a look, if not `SLICE`.
        """
        self.places = Places(usual(geo), clock)
        self.places.open()
        self.places.wait(_PATIENCE)
        self._normal = Normal(baseline.path if baseline else folder / "baseline.json", self.places, clock, baseline)
        self._rules, self._lists, digests = rules, Lists(folder / "lists", clock), Digests()
        provenances = Provenances()
        reader = Reader(read, provenances.of, digests.of, is_there, provenances.successor)
        self._connections = Connections(rules, self._lists, self._compared, digests.of_purpose, Contents(reader))
        processes = Processes(rules, reader, self._lists)
        self.closer = Closer(processes.compare)
        activities, machine = Activities(rules, digests.of_purpose), Machine(rules, watches(clock, pids or SLICE))
        self.panels: tuple[Panel, ...] = (processes, self._connections, activities, machine)

    @property
    def outside(self) -> int | None:
        """How many rows are outside of the baseline; `None` when there is none."""
        return None if self._normal.comparison is None else len(self._connections.outside)

    def is_outside(self, row: Row) -> bool:
        """Whether the program of a row, what it is, the listener or the network was never learned."""
        return row.key in self._connections.outside

    def wait(self, seconds: float) -> bool:
        """Wait until lists and databases of addresses are read, each so many seconds at most; return whether they are.

        For who looks once. Lists that are still being read are then among the `problems`.
        """
        self._lists.refresh()
        return self._lists.wait(seconds) and self.places.wait(seconds)

    def close(self) -> None:
        """Read no files any more."""
        self._lists.close()
        self.places.close()

    def learn(self, rows: Iterable[Row], context: Context, at: float) -> str:
        """Take it that these rows are normal here, and write that down; return a sentence."""
        return self._normal.learn(rows, context, at)

    def problems(self) -> list[Problem]:
        """Return what could not be judged, or not as was wanted."""
        normal, doubt = self._normal, self._normal.doubt
        lacks = {
            "reputation lists are not, or not wholly, used": self._lists.problems,
            "the baseline could not be read": (normal.trouble,) if normal.trouble else (),
        }
        told = [limits.judged(summary, *sentences) for summary, sentences in lacks.items() if sentences]
        told += [limits.judged(*doubt)] if doubt else []
        return [*([limits.rules_failed(dict(self._rules.failed))] if self._rules.failed else []), *told]

    def origins(self) -> list[Problem]:
        """Return what is told from files, which are of some day."""
        return [limits.places(self.places.about)] if self.places.tells else []

    def scope(self) -> str:
        """Return in words what is judged."""
        return f"{count(len(RULES), 'rule')} at work, {'with' if self._normal.comparison else 'without'} a baseline."

    def _compared(self) -> Comparison | None:
        """Return the baseline that rows are compared with by now. The judge asks with each look."""
        self.places.refresh()
        return self._normal.refresh()
