"""A verdict: what all rules for one subject answer, whatever becomes of a rule that fails."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rule import Answer, Hit, Unknown

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading
    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.findings.register import About
    from tcpview_tui.findings.rule import Of, Rule
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.traffic import Gauge

E = TypeVar("E")

Answers = list[tuple["Rule[Any]", Answer]]

FAULT = Unread("the rule failed here, which is a fault of this program; it is not asked again about the same")
"""Why there is no answer of a rule that has raised."""

REMEMBERED = 10_000
"""Subjects remembered for which rules are switched off; beyond that the oldest are asked about again."""


class News(NamedTuple):
    """What a look has brought: rows that differ, what was counted, and when it was (seconds UTC).

    `marked` is when "mark now" was pressed last, in seconds UTC.
    """

    update: Update
    gauges: Mapping[Key, Gauge]
    at: float
    marked: float | None = None

    @property
    def is_look(self) -> bool:
        """Whether the machine was looked at; else it is only told that rows are no longer shown."""
        return not self.update or any(row is not None for row in self.update.values())


class Verdict(NamedTuple):
    """The answers about a subject. Without any, nothing is left to be told of it."""

    of: Of
    about: About
    answers: Iterable[tuple[Rule[Any], Answer]] = ()


class Panel(Protocol):
    """Judges one kind of subject. Used by one thread."""

    name: str
    """What it judges, in words."""

    def take(self, news: News) -> None:
        """Take in what a look has brought; cheap."""
        ...

    def due(self, now: float) -> Iterator[Verdict]:
        """Yield verdicts about what is to be judged at the second `now` UTC."""
        ...


class Rules:
    """Applies rules. One that raises is switched off for that subject, and counted by its id in `failed`."""

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        self._off: OrderedDict[Subject, set[str]] = OrderedDict()

    def ask(self, rules: Iterable[Rule[E]], subject: Subject, evidence: E) -> Iterator[tuple[Rule[Any], Answer]]:
        """Yield each rule with its answer; of one that is switched off, that nobody can tell."""
        for rule in rules:
            answer: Answer = Unknown(FAULT.reason)
            if not self._is_off(rule, subject):
                try:
                    answer = rule.check(evidence)
                except Exception:  # noqa: BLE001 - whatever a rule stumbles over, the other rules go on
                    self._switch_off(rule, subject)
            yield rule, answer

    def read(self, rules: Sequence[Rule[Any]], subject: Subject, look: Callable[[], Reading[E]]) -> Reading[E]:
        """Return the evidence for these rules; `FAULT` when `look` raises, and then all of them are switched off."""
        if all(self._is_off(rule, subject) for rule in rules):
            return FAULT
        try:
            return look()
        except Exception:  # noqa: BLE001 - as above
            for rule in rules:
                self._switch_off(rule, subject)
            return FAULT

    def forget(self, subject: Subject) -> None:
        """Take it that the subject is gone: who has its name next is another one."""
        self._off.pop(subject, None)

    def _is_off(self, rule: Rule[Any], subject: Subject) -> bool:
        return bool(self._off) and rule.id in self._off.get(subject, ())

    def _switch_off(self, rule: Rule[Any], subject: Subject) -> None:
        self.failed[rule.id] += 1
        self._off.setdefault(subject, set()).add(rule.id)
        if len(self._off) > REMEMBERED:
            self._off.popitem(last=False)


def unknown(rules: Iterable[Rule[Any]], reason: str) -> Answers:
    """Return that none of these rules can be checked, and why."""
    return [(rule, Unknown(reason)) for rule in rules]


def has_hit(answers: Iterable[tuple[Rule[Any], Answer]]) -> bool:
    """Return whether anything was found."""
    return any(isinstance(answer, Hit) for _, answer in answers)
