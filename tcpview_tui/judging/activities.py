"""What programs do over time: rhythms and bursts, judged once a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.activity import Activity
from tcpview_tui.findings.rule import Answer, Hit, Rule, Whom
from tcpview_tui.findings.table import OF_BURST, OF_SERIES
from tcpview_tui.judging.told import Told
from tcpview_tui.judging.turns import is_over
from tcpview_tui.judging.verdict import News, Rules, Verdict, has_hit

if TYPE_CHECKING:
    from tcpview_tui.findings.burst import Burst
    from tcpview_tui.findings.series import Series
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row


class Activities:
    """Judges what programs do over time.

    A burst is told for the rest of the run, of the processes that took part: it is over when one reads of it, and no
    process that comes later is one of them. A beacon is told until it calls otherwise.
    """

    name = "what programs do over time"

    def __init__(self, rules: Rules, digest_of: Callable[[Process], str | None]) -> None:
        """`digest_of` returns the SHA-256 of a program, for silences."""
        self._rules, self._digest_of = rules, digest_of
        self._activity = Activity()
        self._open: dict[Key, int] = {}
        self._judged: float | None = None
        self._told = Told()

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
        """Yield verdicts about processes and pairs of which there is something new."""
        if self._judged is not None and not is_over(self._judged, now):
            return
        self._judged = now
        due = self._activity.due(now)
        for series in due.series:
            yield from self._of_series(series)
        for burst in due.bursts:
            yield from self._of_burst(burst)
        yield from self._told.shed()

    def _of_series(self, series: Series) -> Iterator[Verdict]:
        pair, processes = series.pair, series.processes
        name = processes[0].label if len(processes) == 1 else pair.program.name
        whom = Whom(pair, f"{name}  {pair.remote}", (pair,))
        for rule, answer in self._rules.ask(OF_SERIES, pair, series):
            left = list(self._told.drop(rule.id, pair))
            if answer is None:
                yield from left
            else:
                yield from self._tell(rule, answer, whom, processes[-1] if processes else None)

    def _of_burst(self, burst: Burst) -> Iterator[Verdict]:
        """Judge each process alone, and then, together, those of which nothing was found alone."""
        done = set()
        for process, own in burst.alone():
            answers = list(self._rules.ask(OF_BURST, process.identity, own))
            if has_hit(answers):
                done.add(process.identity)
            yield from self._of_those(own, answers)
        rest = burst.without(done)
        if rest is not None:
            yield from self._of_those(rest, self._rules.ask(OF_BURST, burst.program, rest))

    def _of_those(self, burst: Burst, answers: Iterable[tuple[Rule[Any], Answer]]) -> Iterator[Verdict]:
        program = burst.program
        for rule, answer in answers:
            if answer is not None:
                whom = answer.whom if isinstance(answer, Hit) else None
                yield from self._tell(rule, answer, whom or Whom(program, program.name, (program,)), burst.process)

    def _tell(self, rule: Rule[Any], answer: Answer, whom: Whom, process: Process | None) -> Iterator[Verdict]:
        digest = self._digest_of(process) if process else None
        return self._told.put(rule, answer, whom, digest, process.service if process else None)
