"""What is judged of the looks of a run: rows are joined with what was found, and the rest is said in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.findings.rule import MARKED
from tcpview_tui.findings.table import OF_MACHINE
from tcpview_tui.judging.sitting import Sitting
from tcpview_tui.model.choices import plain
from tcpview_tui.model.column import Context
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Code
from tcpview_tui.seating import seated
from tcpview_tui.text import count, safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.model.traffic import Gauge

ONE_LOOK = (
    "Judged by one look: beacons, bursts, long connections and sockets that no process has take time, "
    "and are told by the live table and --watch."
)
"""So that nothing found is not read as nothing there."""

_OF_MACHINE = frozenset(rule.id for rule in OF_MACHINE)
_NEW = plain("is:new-to-baseline")

What = tuple[str, "Subject"]
"""Tells findings apart: the id of the rule, and what it is about."""


@contextmanager
def judging(query: Query, settings: Settings, clock: Clock) -> Iterator[Docket]:
    """Judge by the rules, lists and baseline that the settings say, for as long as it lasts.

    Raises `WrongUsageError` for a baseline that `query` asks for, or that was named, and that cannot be read.
    """
    bench = seated(settings, clock, Sitting)
    try:
        bench.start()
        asked = [term for term in query.judged if plain(term) == _NEW]
        if asked and bench.outside is None:
            why = " ".join(problem.detail for problem in bench.problems()) or "There is none yet."
            way = "Learn one with tcpview-tui baseline learn, or name one with --baseline FILE."
            raise WrongUsageError(f"--filter: {safe(asked[0])} takes a baseline. {why} {way}")
        yield Docket(bench, clock)
    finally:
        bench.stop()


class Docket:
    """The looks that are judged. A glance is joined by `join`; who looks again and again follows with `follow`."""

    def __init__(self, bench: Sitting, clock: Clock) -> None:
        self._bench = bench
        self._table = LiveTable(clock, linger=0)
        self._rows: dict[Key, Row] = {}
        self._gauges: dict[Key, Gauge] = {}
        self._there: dict[What, list[Key]] = {}
        self._basis: int | None = None
        self._known: set[What] = set()
        self._said: set[What] = set()
        self._faults: set[tuple[str, str]] = set()

    def join(self, update: Update, context: Context) -> Context:
        """Judge the rows that a look has found to differ; return `context` joined with all that was found."""
        for key, row in update.items():
            if row is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = row
        if update:
            self._basis = None
        return self._bench.join(update, context)

    def follow(self, snapshot: Snapshot) -> Context:
        """Judge the next look; return what its rows, and those that it finds gone, are joined with."""
        gone = self._table.expire()
        if gone:
            self.join(gone, Context(now=snapshot.taken_at))
        update = self._table.apply(snapshot)
        self._gauges = {key: gauge for key, gauge in self._gauges.items() if key in self._rows} | {**snapshot.gauges}
        return self.join(update, Context(now=snapshot.taken_at, gauges=self._gauges))

    def news(self) -> list[list[Key]]:
        """Return, for each finding that is new since the last call, the rows that it is told of: a scan has many."""
        told = self._told()
        before, self._known = self._known, set(told)
        return [keys for what, keys in told.items() if what not in before]

    @property
    def status(self) -> int:
        """The exit status: judging that fails is a failure, whatever is listed."""
        return FAILED if self._bench.has_failed else 0

    def report(self, *, one_look: bool = False) -> None:
        """Say to people what no row tells; of `one_look` also what it cannot know."""
        for sentence in (*self.beside(), *self.unjudged(), *self.silenced(), *[ONE_LOOK] * one_look):
            click.echo(sentence, err=True)

    def silenced(self) -> Iterator[str]:
        """Yield how much was found that nobody is to be told: somebody else may have silenced it."""
        hidden = self._bench.register.hidden
        if hidden:
            yield f"Not told: {count(hidden, 'finding')}, silenced for good. In the live table, f shows which."

    def beside(self) -> Iterator[str]:
        """Yield what no row tells, once: what has gone wrong, and what was found of the machine."""
        yield from self._problems()
        yield from self._of_machine()

    def _problems(self) -> Iterator[str]:
        for problem in self._bench.problems():
            fault = problem.summary, "" if problem.code is Code.RULES else problem.detail  # which counts, there
            if fault not in self._faults:
                self._faults.add(fault)
                yield f"{problem.summary[:1].upper()}{problem.summary[1:]}: {problem.detail}"

    def _of_machine(self) -> Iterator[str]:
        """Yield each finding about the machine that would mark a row, and no row has: a hidden process has none."""
        grave = [each for each in self._bench.register.findings if each.severity >= MARKED and each.rule in _OF_MACHINE]
        told = self._said.union(self._told()) if grave else self._said
        for each in grave:
            if (each.rule, each.subject) not in told:
                self._said.add((each.rule, each.subject))
                yield f"Found beside the connections: {each.title} ({each.severity.label}): {each.sentence}"

    def _told(self) -> dict[What, list[Key]]:
        """Return what rows tell, and which: what it was before, while no row and nothing that was found is another."""
        register = self._bench.register
        if self._basis != register.version:
            self._basis, self._there = register.version, {}
            for key, row in self._rows.items() if register else ():
                for each in register.of(row):
                    self._there.setdefault((each.rule, each.subject), []).append(key)
        return self._there

    def unjudged(self) -> Iterator[str]:
        """Yield how much could not be checked, and why mostly: more may be suspicious."""
        gaps = self._bench.register.unchecked
        if gaps:
            reasons = Counter(each.reason for each in gaps)
            subjects, rules = len({each.subject for each in gaps}), len({rule for each in gaps for rule in each.rules})
            usual = reasons.most_common(1)[0][0].rstrip(".")
            of = count(subjects, "process or connection", "processes and connections")
            yield (
                f"Not all could be judged: {count(rules, 'rule')} could not be checked of {of}"
                f"{', mostly' if len(reasons) > 1 else ''}: {usual}."
            )
