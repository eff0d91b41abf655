"""All that judging needs: the rules, the panels that apply them, reputation lists, the baseline."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.file import BaselineError, change, load
from tcpview_tui.findings.baseline.traits import Networks, program_of
from tcpview_tui.findings.programs import is_interpreter, is_shell
from tcpview_tui.findings.table import RULES
from tcpview_tui.judging.activities import Activities
from tcpview_tui.judging.case import Reader
from tcpview_tui.judging.closer import Closer
from tcpview_tui.judging.connections import Connections
from tcpview_tui.judging.machine import Machine
from tcpview_tui.judging.processes import Processes
from tcpview_tui.judging.watches import watches
from tcpview_tui.lookup.geo.folders import usual
from tcpview_tui.lookup.geo.places import Places
from tcpview_tui.lookup.lists.folder import Lists
from tcpview_tui.model import limits
from tcpview_tui.record.host import host_name
from tcpview_tui.record.programs import Programs
from tcpview_tui.sources.evidence.reader import read
from tcpview_tui.sources.hidden import SLICE
from tcpview_tui.sources.packages.provenance import Provenances
from tcpview_tui.sources.proctable import read_entry, same_start
from tcpview_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.judging.verdict import Panel, Rules
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem


_PATIENCE = 2.0
"""Seconds that the databases of addresses are waited for, here where nobody else waits: they are open at once."""


class Works:
    """Made and used in the thread of the judge; what it tells can be asked from any."""

    def __init__(
        self, clock: Clock, folder: Path, baseline: Path | None, rules: Rules, geo: str = "", pids: int | None = None
    ) -> None:
        """`folder` has lists and baseline, unless `baseline` names another file; `geo` has databases of addresses.

        `pids` is how many process ids are asked at a look, if not `SLICE`.
        """
        self._clock, self._path = clock, baseline or folder / "baseline.json"
        self._trouble: str | None = None
        self._learning = threading.Lock()
        self.places = Places(usual(geo), clock)
        self.places.open()
        self._networks = Networks(self._asn if self._has_asn() else None)
        self.closer = Closer()
        self._rules, self._lists = rules, Lists(folder / "lists", clock)
        self._comparison = self._compared()
        digest_of = partial(_digest, Programs().digest_of)
        of_purpose = partial(_digest_of_purpose, digest_of)
        self._connections = Connections(rules, self._lists, lambda: self._comparison, of_purpose)
        processes = Processes(rules, Reader(read, Provenances().of, digest_of, is_there), self._lists)
        activities, machine = Activities(rules, of_purpose), Machine(rules, watches(clock, pids or SLICE))
        self.panels: tuple[Panel, ...] = (processes, self._connections, activities, machine)

    @property
    def outside(self) -> int | None:
        """How many rows are outside of the baseline; `None` when there is none."""
        return None if self._comparison is None else len(self._connections.outside)

    def is_outside(self, row: Row) -> bool:
        """Whether the program, the listener or the network of a row was never learned."""
        return row.key in self._connections.outside

    def wait(self, seconds: float) -> bool:
        """Wait until lists and databases of addresses are read, each so many seconds at most; return whether they are.

        For who looks once. Lists that are still being read are then among the `problems`.
        """
        self._lists.refresh()
        return self._lists.wait(seconds) and self.places.wait(seconds)

    def close(self) -> None:
        """Read no lists any more."""
        self._lists.close()
        self.places.close()

    def learn(self, rows: Iterable[Row], context: Context, at: float) -> str:
        """Take it that these rows are normal here, and write that down; return a sentence."""
        rows, lesson = list(rows), Baseline()
        known_rows = [row for row in rows if any(program_of(owner) for owner in row.owners)]
        if not known_rows:
            return "Nothing was learned: the program is known of none of these rows."
        lesson.learn(rows, context, host_name(), at, self._networks)
        try:
            with self._learning:
                known = change(self._path, lambda before: before.joined(lesson))
                # The judge takes it up with the next look.
                self._comparison, self._trouble = Comparison(known, self._networks), None
        except BaselineError as error:
            return f"Nothing was learned. {error}"
        left = f" Left out: {count(len(rows) - len(known_rows), 'row')} without a known program."
        whose = count(len(lesson.programs), "program")
        told = f"{count(len(known_rows), 'row')} of {whose} are normal here from now on."
        return told + (left if len(rows) > len(known_rows) else "")

    def problems(self) -> list[Problem]:
        """Return what could not be judged, or not as was wanted."""
        warning = self._comparison and self._comparison.baseline.warning(self._clock.wall())
        told = [limits.judged(each) for each in (*self._lists.problems, self._trouble, warning) if each]
        return [*([limits.rules_failed(dict(self._rules.failed))] if self._rules.failed else []), *told]

    def origins(self) -> list[Problem]:
        """Return what is told from files, which are of some day."""
        return [limits.places(self.places.about)] if self.places.tells else []

    def scope(self) -> str:
        """Return in words what is judged."""
        return f"{count(len(RULES), 'rule')} at work, {'with' if self._comparison else 'without'} a baseline."

    def _has_asn(self) -> bool:
        return self.places.wait(_PATIENCE) and "asn" in self.places.tells

    def _asn(self, address: str) -> int | None:
        place = self.places.look_up(address)
        return None if place is None else place.asn

    def _compared(self) -> Comparison | None:
        if not os.path.lexists(self._path):
            return None
        try:
            return Comparison(load(self._path), self._networks)
        except BaselineError as error:
            self._trouble = str(error)
            return None


def is_there(process: Process) -> bool:
    """Whether this process still runs; also where the system does not tell when it started, so that nobody knows."""
    entry = read_entry(process.pid)
    return entry is not None and (entry.started is None or same_start(entry.started, process.started))


def _digest_of_purpose(look: Callable[[Process], str | None], process: Process) -> str | None:
    """Return the SHA-256 of a program; none of a shell or an interpreter, which has the same whatever it runs."""
    path = process.executable or process.name
    return None if is_shell(path) or is_interpreter(path) else look(process)


def _digest(look: Callable[[Process], str | None], process: Process) -> str | None:
    """Return the SHA-256 of a program, and never that of another process, which has got its pid."""
    digest = look(process)
    return digest if digest and is_there(process) else None
