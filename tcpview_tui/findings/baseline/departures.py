"""What is outside of a baseline, in sentences, each with what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tcpview_tui.findings.baseline.baseline import STALE
from tcpview_tui.findings.baseline.days import anywhere, iso, total
from tcpview_tui.findings.baseline.traits import PUBLIC
from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rule import Severity, Whom
from tcpview_tui.sources.packages.answers import Owner
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.findings.baseline.habits import Habits
    from tcpview_tui.findings.baseline.traits import Program, Talk
    from tcpview_tui.sources.packages.provenance import Provenance

Kind = Literal["program", "content", "listener", "network", "hour", "volume"]

_WEEK = 7
_MANY = 4
"""Networks from which on one can say that a program often meets new ones."""

_TOLD = 5
"""Names of a list that a sentence has room for."""


class Departure(NamedTuple):
    """One thing that was not learned: a sentence with its evidence, and what speaks against it.

    `severity` is another one than that of the rule, where the evidence says so; `whom` it is about, where that has more
    than one row.
    """

    kind: Kind
    sentence: str
    against: str
    severity: Severity | None = None
    whom: Whom | None = None


class Circle(NamedTuple):
    """How many networks a program talks to, counted by port, and how many of them were seen on one day only."""

    networks: int
    once: int


def circle(habits: Habits, way: str) -> Circle:
    """Return the circle of a program, of those that it talks ``to`` or is called ``from``."""
    days = [total(anywhere(seen)) for name, seen in habits.talks.items() if name.startswith(f"{way} ")]
    return Circle(len(days), days.count(1))


def new_program(baseline: Baseline, program: Program) -> Departure:
    """Return that a program is not known there."""
    places = sorted(each.place or "no unit" for each in baseline.programs if each.path == program.path)
    known = f"; the baseline knows this executable in {_list(places)} only" if places else " anywhere"
    sentence, whom = f"{program.label} was never seen{known}.", Whom(program, program.label)
    return Departure("program", sentence, against(baseline), whom=whom)


def changed_program(baseline: Baseline, program: Program, digest: str, found: Provenance) -> Departure:
    """Return that a program has another SHA-256 than was learned, and that no upgrade of its package explains it."""
    habits = baseline.programs[program]
    sentence = f"{program.label} is another one than was learned: SHA-256 {digest}, learned {_list(_latest(habits))}"
    told, whom = against(baseline, habits), Whom((program, digest), program.label)
    if isinstance(found.owner, Owner):
        label = found.owner.label
        is_other = f"nor is it as its package {label} brought it"
        is_older = f"its package {label} was installed before the process started, so that no upgrade explains it"
        sentence += f"; {is_other if found.intact is False else is_older}"
        return Departure("content", f"{sentence}.", told, Severity.HIGH, whom)
    whose = f"Its package is not known: {found.owner.reason}" if isinstance(found.owner, Unread) else ""
    told = " ".join(filter(None, (whose, "A program that updates itself changes, too.", told)))
    return Departure("content", f"{sentence}.", told, whom=whom)


def _latest(habits: Habits) -> list[str]:
    """Return the SHA-256 that were learned, the one that was seen last first."""
    return sorted(habits.sha256, key=lambda each: anywhere(habits.sha256[each])[-1][1], reverse=True)


def new_listener(baseline: Baseline, program: Program, place: str) -> Departure:
    """Return that a program never listened at a place, ``0.0.0.0:4444``, be it that it was never seen."""
    habits = baseline.programs.get(program)
    listens = _list(sorted(habits.listens)) if habits else ""
    known = f"of its listeners the baseline knows {listens or 'none'}" if habits else "the baseline has no such program"
    sentence = f"{program.label} listens at {place}; {known}."
    return Departure("listener", sentence, against(baseline, habits))


def first_contact(baseline: Baseline, program: Program, talk: Talk, network: str, known: Circle) -> Departure:
    """Return that a program never talked to a network; `known` is the circle of those that it does talk to."""
    whose = "the Internet" if network == PUBLIC else network
    was = "was never called by" if talk.way == "from" else "never talked to"
    sentence = (
        f"{program.label} {was} {talk.address} of {whose} at {talk.service}; the baseline knows "
        f"{count(known.networks, 'network')} of it, by port."
    )
    told = [against(baseline, baseline.programs[program])]
    if known.networks >= _MANY and known.once * 2 >= known.networks:
        told.append(
            f"{known.once} of its {known.networks} networks were seen on one day only: it often meets new ones."
        )
    whom = Whom((program, talk.way, network, talk.service), f"{program.label}  {talk.way} {whose} {talk.service}")
    return Departure("network", sentence, " ".join(told), whom=whom)


def against(baseline: Baseline, habits: Habits | None = None) -> str:
    """Return what there is to say for it that something is normal, and was only never learned."""
    spans = anywhere(habits.seen if habits else baseline.learned)
    if not spans:
        return "The baseline knows nothing yet."
    days, last = total(spans), spans[-1][1]
    told = [f"{'The program' if habits else 'The baseline'} was learned on {count(days, 'day')} until {iso(last)}."]
    if days < _WEEK:
        told.append("That is less than a week: much of what is normal may be missing.")
    if habits and anywhere(baseline.learned)[-1][1] - last > STALE:
        told.append("It was not there any more when the last days were learned.")
    return " ".join(told)


def _list(names: list[str]) -> str:
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more
