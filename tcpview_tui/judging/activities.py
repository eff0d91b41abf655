"""What programs do over time: rhythms and bursts, judged once a minute."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tcpview_tui.findings.activity import Activity
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit
from tcpview_tui.findings.table import OF_BURST, OF_SERIES
from tcpview_tui.judging.turns import is_over
from tcpview_tui.judging.verdict import News, Rules, Verdict, has_hit

if TYPE_CHECKING:
    from tcpview_tui.findings.burst import Burst
    from tcpview_tui.findings.pair import Pair, Program
    from tcpview_tui.findings.rule import Rule
    from tcpview_tui.findings.series import Series
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

KEPT = 2_000
"""Pairs and programs that something is told of; of more, those of which nothing was heard for longest go."""

Hits = dict[str, tuple["Rule[Burst]", Hit]]


class Activities:
    """Judges what programs do over time.

    A burst is told for the rest of the run: it is over when one reads of it. A beacon is told until it calls otherwise.
    """

    name = "what programs do over time"

    def __init__(self, rules: Rules, digest_of: Callable[[Process], str | None]) -> None:
        """`digest_of` returns the SHA-256 of a program, for silences."""
        self._rules, self._digest_of = rules, digest_of
        self._activity = Activity()
        self._open: dict[Key, int] = {}
        self._judged: float | None = None
        self._hits: dict[Pair | Program, Hits] = {}
        self._told: OrderedDict[Pair | Program, About] = OrderedDict()

    def take(self, news: News) -> None:
        """Take in what opened, closed and changed."""
        opened: list[Row] = []
        closed: list[Row] = []
        changed: list[Row] = []
        for key, row in news.update.items():
            if row is None:
                self._open.pop(key, None)
                continue
            if self._open.get(key) != row.ordinal:
                self._open[key] = row.ordinal
                opened.append(row)
            elif not row.is_closed:
                changed.append(row)
            if row.is_closed:
                closed.append(row)
        if news.is_look:
            self._activity.take(opened, closed, changed, news.at)

    def due(self, now: float) -> Iterator[Verdict]:
        """Yield verdicts about pairs and programs of which there is something new."""
        if self._judged is not None and not is_over(self._judged, now):
            return
        self._judged = now
        due = self._activity.due(now)
        for series in due.series:
            yield self._of_series(series)
        for burst in due.bursts:
            yield self._of_burst(burst)
        while len(self._told) > KEPT:
            subject, about = self._told.popitem(last=False)
            self._hits.pop(subject, None)
            yield Verdict("activity", about)

    def _of_series(self, series: Series) -> Verdict:
        answers = list(self._rules.ask(OF_SERIES, series.pair, series))
        process = series.processes[-1] if series.processes else None
        name = f"{series.pair.program.name}  {series.pair.remote}"
        return Verdict("activity", self._about(series.pair, name, process, told=has_hit(answers)), answers)

    def _of_burst(self, burst: Burst) -> Verdict:
        """Return what was found of the program by now, the gravest by each rule."""
        program = burst.program
        answers = {rule.id: (rule, answer) for rule, answer in self._rules.ask(OF_BURST, program, burst)}
        hits = self._hits.get(program, {})
        for rule, answer in answers.values():
            before = hits.get(rule.id)
            if isinstance(answer, Hit) and (before is None or _grave(rule, answer) >= _grave(*before)):
                hits[rule.id] = rule, answer
        if hits:
            self._hits[program] = hits
        about = self._about(program, program.name, burst.process, told=bool(hits))
        return Verdict("activity", about, tuple((answers | hits).values()))

    def _about(self, subject: Pair | Program, name: str, process: Process | None, *, told: bool) -> About:
        if not told:
            self._told.pop(subject, None)
            return About(subject, name)
        digest = self._digest_of(process) if process else None
        about = self._told[subject] = About(subject, name, digest, process.service if process else None)
        self._told.move_to_end(subject)
        return about


def _grave(rule: Rule[Burst], hit: Hit) -> int:
    return rule.severity if hit.severity is None else hit.severity
