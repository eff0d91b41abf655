"""What was found, by subject: one thread writes it, others ask what there is to say of a row."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.finding import Finding, Unchecked
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.rule import MARKED, Hit, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.findings.rule import Answer, Of, Rule
    from tcpview_tui.findings.silences import Silences
    from tcpview_tui.model.row import Row

Place = tuple["Of", "Subject"]
Told = tuple[tuple[Finding, ...], tuple[Unchecked, ...]]

RECENT = 10_000
"""Changes that are remembered by place; who has missed more compares all there is."""

_NOTHING: Told = ((), ())


class About:
    """Whom answers are about: the subject, in words, and for silences its program and unit."""

    __slots__ = ("digest", "name", "subject", "unit")

    def __init__(self, subject: Subject, name: str, digest: str | None = None, unit: str | None = None) -> None:
        self.subject, self.name, self.digest, self.unit = subject, name, digest, unit


class Register:
    """Findings and what could not be checked. Values are replaced whole, so that any thread can read meanwhile."""

    def __init__(self, silences: Silences) -> None:
        self.silences = silences
        self._told: dict[Place, Told] = {}
        self._hits: dict[Place, None] = {}
        self._grave: dict[Place, None] = {}
        self._alike: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._changes: deque[tuple[int, Place]] = deque(maxlen=RECENT)
        self.version = 0
        """Grows whenever what was found is another."""

    def put(self, of: Of, about: About, answers: Iterable[tuple[Rule[Any], Answer]], at: float) -> bool:
        """Put in all answers of the rules for one kind of subject; return whether anything is to be told differently.

        What was found before keeps the time when it was found first.
        """
        before = self._told.get((of, about.subject), _NOTHING)
        since = {finding.rule: finding.since for finding in before[0]}
        found: list[Finding] = []
        open_: dict[str, list[str]] = {}
        for rule, answer in answers:
            if isinstance(answer, Hit):
                grave = rule.severity if answer.severity is None else answer.severity
                first = since.get(rule.id, at)
                whom = answer.whom or about
                found.append(
                    Finding(
                        rule.id, rule.title, grave, answer.sentence, answer.against, whom.subject, whom.name, first,
                        about.digest, about.unit, rule.version, rule.technique,
                    )
                )  # fmt: skip
            elif isinstance(answer, Unknown):
                open_.setdefault(answer.reason, []).append(rule.id)
        told = tuple(found), tuple(self._unchecked(about, rules, reason) for reason, rules in open_.items())
        if told == before:
            return False
        place = of, about.subject
        if told == _NOTHING:
            del self._told[place]
        else:
            self._told[place] = told
        self._note(place, before[0], told[0])
        return True

    def _unchecked(self, about: About, rules: Iterable[str], reason: str) -> Unchecked:
        """Return an answer whose rules are one object with those of the others: thousands of rows lack the same."""
        ids = tuple(rules)
        return Unchecked(self._alike.setdefault(ids, ids), reason, about.subject, about.name)

    def tell(self, place: Place, findings: tuple[Finding, ...]) -> None:
        """Take over what somebody else has found of a subject; nothing when it is empty."""
        before = self._told.pop(place, _NOTHING)
        if findings:
            self._told[place] = findings, ()
        self._note(place, before[0], findings)

    def standing(self) -> dict[Place, tuple[Finding, ...]]:
        """Return all that was found, silenced or not."""
        told = {place: self.at(place) for place in list(self._hits)}
        return {place: findings for place, findings in told.items() if findings}

    def at(self, place: Place) -> tuple[Finding, ...]:
        """Return what was found of one subject, silenced or not."""
        return self._told.get(place, _NOTHING)[0]

    def changed(self, since: int) -> list[Place] | None:
        """Return where something else is found than at the version `since`, the earliest first.

        `None` when that is more than `RECENT` changes ago.
        """
        recent = list(self._changes)
        if recent and recent[0][0] > since + 1:
            return None
        return list(dict.fromkeys(place for _, place in recent[bisect_right(recent, since, key=itemgetter(0)) :]))

    def _note(self, place: Place, before: tuple[Finding, ...], found: tuple[Finding, ...]) -> None:
        if found:
            self._hits[place] = None
        else:
            self._hits.pop(place, None)
        if any(each.severity >= MARKED for each in found):
            self._grave[place] = None
        else:
            self._grave.pop(place, None)
        if found != before:
            self._changes.append((self.version + 1, place))
            self.version += 1

    def __bool__(self) -> bool:
        """Whether anything was found, silenced or not."""
        return bool(self._hits)

    @property
    def marked(self) -> frozenset[Place]:
        """Where something stands that is to be told, and is grave enough to mark rows."""
        return frozenset(place for place in list(self._grave) if self._marks(place))

    def _marks(self, place: Place) -> bool:
        return any(each.severity >= MARKED and not self.silences.hides(each) for each in self.at(place))

    @property
    def findings(self) -> list[Finding]:
        """All that is to be told, the gravest first, of these the newest.

        Of what is about the same the gravest is told, of these the first.
        """
        told = [each for place in list(self._hits) for each in self.at(place)]
        once: dict[tuple[str, Subject], Finding] = {}
        for each in sorted(told, key=lambda each: (-each.severity, each.since)):
            if not self.silences.hides(each):
                once.setdefault((each.rule, each.subject), each)
        return sorted(once.values(), key=lambda each: (-each.severity, -each.since))

    @property
    def hidden(self) -> int:
        """How many findings are not told, since somebody silenced them."""
        told = (each for place in list(self._hits) for each in self.at(place))
        return len({(each.rule, each.subject) for each in told if self.silences.hides(each)})

    @property
    def unchecked(self) -> list[Unchecked]:
        """All that could not be checked."""
        return [each for _, unchecked in list(self._told.values()) for each in unchecked]

    def of(self, row: Row) -> tuple[Finding, ...]:
        """Return what is to be told of a row, the gravest first: of its processes, of itself, of its ends."""
        if not self._hits:
            return ()
        told = [each for subject in subjects(row) for each in self.at(subject)]
        shown = [each for each in told if not self.silences.hides(each)]
        return tuple(sorted(shown, key=attrgetter("severity"), reverse=True))

    def unchecked_of(self, row: Row) -> tuple[Unchecked, ...]:
        """Return what could not be checked of a row."""
        return tuple(each for subject in subjects(row) for each in self._told.get(subject, _NOTHING)[1])


def subjects(row: Row) -> Iterator[Place]:
    """Return where answers about a row stand: at its processes, at itself, at its program and remote end."""
    for owner in row.owners:
        yield "process", owner.identity
        yield "activity", owner.identity
        yield "machine", ("sniffer", owner.identity)
    yield "connection", row.key
    yield "machine", ("hidden-socket", row.key)
    pair = pair_of(row)
    if pair is not None:
        yield "activity", pair
