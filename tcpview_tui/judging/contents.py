"""What processes run, compared with what was learned of their programs: a path alone proves nothing."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.departures import Departure, changed_program
from tcpview_tui.findings.baseline.traits import Program, program_of
from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.findings.rule import Unknown
from tcpview_tui.judging.processes import HASHING
from tcpview_tui.judging.turns import is_over
from tcpview_tui.sources.packages.answers import Owner

if TYPE_CHECKING:
    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.judging.case import Reader
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.packages.provenance import Provenance

KEPT = 10_000
"""Processes remembered."""

LATER = Unknown("Its program is not read yet, so that its hash is not known.")
"""The answer about a process whose turn comes with the next look."""

_UNREAD = Unknown("The baseline knows the hash of its program, and the one that runs cannot be read.")

Content = Departure | Unknown | None

_NEVER: tuple[float, Content] = -math.inf, None


class Contents:
    """Compares programs with their hashes in a baseline, each process once a minute at most. For one thread.

    A process whose program changed is asked for its package: that an upgrade changes a program is normal. Ask again of
    each row: in the middle of an upgrade the database is still the old one, and execve(2) keeps pid and start time.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._baseline: Baseline | None = None
        self._known: dict[tuple[object, ...], tuple[float, Content]] = {}
        self._at = self._spent = 0.0

    def judge(self, baseline: Baseline, row: Row, now: float) -> Content:
        """Return how a program of the row differs from what was learned, or why nobody can tell; seconds UTC."""
        if baseline is not self._baseline:
            self._baseline, self._known = baseline, {}
        answers = [answer for owner in row.owners if (answer := self._of(baseline, owner, now)) is not None]
        return min(answers, key=_rank, default=None)

    def _of(self, baseline: Baseline, owner: Process, now: float) -> Content:
        name = owner.pid, owner.started, owner.executable, owner.service, owner.container
        at, known = self._known.get(name, _NEVER)
        if not is_over(at, now):
            return known
        answer = self._timed(baseline, owner, now)
        if answer is LATER:
            return LATER if (at, known) == _NEVER else known
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[name] = now, answer
        return answer

    def _timed(self, baseline: Baseline, owner: Process, now: float) -> Content:
        """Compare what was learned with a hash; after so many seconds of reading at one go, at the next look."""
        program = program_of(owner)
        habits = baseline.programs.get(program) if program else None
        if program is None or habits is None or not habits.sha256 or not has_purpose(owner):
            return None
        if now != self._at:
            self._at, self._spent = now, 0.0
        if self._spent >= HASHING:
            return LATER
        began = time.perf_counter()
        answer = self._compared(baseline, program, owner)
        self._spent += time.perf_counter() - began
        return answer

    def _compared(self, baseline: Baseline, program: Program, owner: Process) -> Content:
        digest = self._reader.digest_of(owner)
        if digest is None:
            return _UNREAD if self._reader.is_there(owner) else None
        if digest in baseline.programs[program].sha256:
            return None
        found = self._reader.provenance(owner.pid, True)
        if _is_upgrade(found, owner.started) or not self._reader.is_there(owner):
            return None
        return changed_program(baseline, program, digest, found)


def _rank(answer: Departure | Unknown) -> int:
    """Return which of several answers counts: the least."""
    return 0 if isinstance(answer, Departure) else 1 if answer is LATER else 2


def _is_upgrade(found: Provenance, started: float | None) -> bool:
    """Whether a package brought what a process runs that started then, or has replaced it since.

    What has a checksum and was not compared is no more the file of its name: who puts the original back upgrades
    nothing.
    """
    if not isinstance(found.owner, Owner) or found.intact is False:
        return False
    return found.intact is True or found.owner.checksum is None or found.owner.came_after(started)
