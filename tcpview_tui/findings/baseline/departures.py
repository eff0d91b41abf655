"""What is outside of a baseline, in sentences, each with what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tcpview_tui.findings.baseline.baseline import STALE
from tcpview_tui.findings.baseline.days import anywhere, iso, total
from tcpview_tui.findings.baseline.traits import PUBLIC
from tcpview_tui.text import count

if TYPE_CHECKING:
    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.findings.baseline.habits import Habits
    from tcpview_tui.findings.baseline.traits import Program, Talk

Kind = Literal["program", "listener", "network", "hour", "volume"]

_WEEK = 7
_MANY = 4
"""Networks from which on one can say that a program often meets new ones."""

_TOLD = 5
"""Names of a list that a sentence has room for."""


class Departure(NamedTuple):
    """One thing that was not learned: a sentence with its evidence, and what speaks against it."""

    kind: Kind
    sentence: str
    against: str


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
    return Departure("program", f"{program.label} was never seen{known}.", against(baseline))


def new_listener(baseline: Baseline, program: Program, place: str) -> Departure:
    """Return that a program never listened at a place, ``0.0.0.0:4444``."""
    habits = baseline.programs[program]
    known = _list(sorted(habits.listens)) or "none"
    sentence = f"{program.label} listens at {place}; of its listeners the baseline knows {known}."
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
    return Departure("network", sentence, " ".join(told))


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
