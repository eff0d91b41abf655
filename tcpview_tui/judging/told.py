"""What is told of what programs do over time, place by place, within bounds."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Answer, Hit
from tcpview_tui.judging.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.findings.rule import Rule, Whom

KEPT = 2_000
"""Findings that are told; of more, those of which nothing was heard for longest go."""

PLACES = 1_000
"""Places at which one of them stands: the first, by which it stays in the list, and the last ones."""

STANDING = 20_000
"""Places at which anything stands, about 1 kB each."""


class _Entry(NamedTuple):
    rule: Rule[Any]
    answer: Answer
    subject: Subject


class Told:
    """Keeps what stands where: a finding about several processes stands at each of them.

    By each rule one thing stands at a place: the gravest, and of what is about the same the last.
    """

    def __init__(self) -> None:
        self._there: dict[Subject, tuple[About, dict[str, _Entry]]] = {}
        self._places: OrderedDict[tuple[str, Subject], dict[Subject, None]] = OrderedDict()

    def __len__(self) -> int:
        """How many findings are told."""
        return len(self._places)

    def put(
        self, rule: Rule[Any], answer: Answer, whom: Whom, digest: str | None = None, unit: str | None = None
    ) -> Iterator[Verdict]:
        """Put an answer in at its places, and yield what stands at them now. The first keeps up with the finding."""
        entry = _Entry(rule, answer, whom.subject)
        places = self._places.setdefault((rule.id, whom.subject), {})
        self._places.move_to_end((rule.id, whom.subject))
        took_part = whom.places[-PLACES:]
        places |= dict.fromkeys(took_part)
        for place in dict.fromkeys((*took_part, next(iter(places)))):
            _, entries = self._there.get(place, (None, {}))
            if _gives_way(entries.get(rule.id), entry):
                self._there[place] = About(place, whom.name, digest, unit), {**entries, rule.id: entry}
                yield self._verdict(place)
        for place in list(places)[1 : max(len(places) - PLACES + 1, 1)]:
            del places[place]
            yield from self._clear(place, rule.id, whom.subject)

    def drop(self, rule: str, subject: Subject) -> Iterator[Verdict]:
        """Tell no longer what this rule has found of the subject, and yield what is left where it stood."""
        for place in self._places.pop((rule, subject), ()):
            yield from self._clear(place, rule, subject)

    def shed(self) -> Iterator[Verdict]:
        """Forget what is too much."""
        while len(self._places) > KEPT or (len(self._there) > STANDING and len(self._places) > 1):
            yield from self.drop(*next(iter(self._places)))

    def _clear(self, place: Subject, rule: str, subject: Subject) -> Iterator[Verdict]:
        _, entries = self._there.get(place, (None, {}))
        if rule in entries and entries[rule].subject == subject:
            del entries[rule]
            yield self._verdict(place)
            if not entries:
                del self._there[place]

    def _verdict(self, place: Subject) -> Verdict:
        about, entries = self._there[place]
        return Verdict("activity", about, [(each.rule, each.answer) for each in entries.values()])


def _gives_way(before: _Entry | None, entry: _Entry) -> bool:
    if before is None:
        return True
    return _grave(entry) > _grave(before) or (_grave(entry) == _grave(before) and entry.subject == before.subject)


def _grave(entry: _Entry) -> int:
    if not isinstance(entry.answer, Hit):
        return 0
    return entry.rule.severity if entry.answer.severity is None else entry.answer.severity
