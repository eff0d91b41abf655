"""The machine itself: what hides, what listens in, what every program is made to load, looked for once a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.register import About
from tcpview_tui.judging.turns import is_over
from tcpview_tui.judging.verdict import News, Rules, Verdict, unknown

if TYPE_CHECKING:
    from tcpview_tui.findings.rule import Rule


class Watch(NamedTuple):
    """A rule, and what it judges by: a function that finds all there is of it, or says why it cannot."""

    rule: Rule[Any]
    look: Callable[[], Reading[Sequence[Any]]]


class Machine:
    """Judges what is there of the machine, one thing of it at each look, so that none takes long."""

    name = "this machine"

    def __init__(self, rules: Rules, watches: Sequence[Watch]) -> None:
        self._rules, self._watches = rules, watches
        self._looked: dict[str, float] = {}
        self._told: dict[str, dict[object, About]] = {}

    def take(self, news: News) -> None:
        """Take nothing: it looks for itself."""

    def due(self, now: float) -> Iterator[Verdict]:
        """Yield verdicts of the watch that has waited longest, if it is due: looks may be a minute apart."""
        waiting = [(self._looked.get(watch.rule.id, -inf), place) for place, watch in enumerate(self._watches)]
        last, place = min(waiting, default=(now, 0))  # other systems than Linux have nothing to look for
        if is_over(last, now):
            watch = self._watches[place]
            self._looked[watch.rule.id] = now
            yield from self._judge(watch)

    def _judge(self, watch: Watch) -> Iterator[Verdict]:
        rule, before = watch.rule, self._told.get(watch.rule.id, {})
        found = self._rules.read((rule,), rule.id, watch.look)
        told: dict[object, About] = {}
        if isinstance(found, Unread):
            about = told[rule.id] = About(rule.id, self.name)
            yield Verdict("machine", about, unknown((rule,), found.reason))
        else:
            for thing in found:
                about = told[thing.subject] = About(thing.subject, thing.name)
                yield Verdict("machine", about, tuple(self._rules.ask((rule,), thing.subject, thing)))
        self._told[rule.id] = told
        for subject, about in before.items():
            if subject not in told:
                self._rules.forget(subject)
                yield Verdict("machine", about)
