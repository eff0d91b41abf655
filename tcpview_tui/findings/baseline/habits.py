"""What one program was seen to do, and on which days each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.days import Seen, joined, reduced, see

if TYPE_CHECKING:
    from tcpview_tui.model.traffic import Counters

Carried = tuple[int, int]
"""The most bytes that one connection has received and sent."""

Named = dict[str, Seen]
"""Days by the name of what was seen on them."""

NAMED = ("hours", "listens", "talks", "sha256")
"""The habits that are such."""

NOTHING: Carried = (0, 0)


@dataclass(slots=True)
class Habits:
    """The days on which a program was seen; and those on which it opened connections in a local hour (``08``), had a
    listener (``any tcp/443``), talked to a network (``to 192.0.2.0/24 tcp/443``), had a content (SHA-256).

    `carried` has for each talk the most that one connection has carried, where anybody counted.
    """

    seen: Seen = field(default_factory=dict)
    hours: Named = field(default_factory=dict)
    listens: Named = field(default_factory=dict)
    talks: Named = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    sha256: Named = field(default_factory=dict)

    def carry(self, talk: str, told: Counters) -> None:
        """Take in what a connection has carried until now."""
        carried = told.received or 0, told.sent or 0
        if carried != NOTHING:
            self.carried[talk] = _most(self.carried.get(talk, NOTHING), carried)

    def joined(self, other: Habits) -> Habits:
        """Return the habits of both."""
        names = self.carried.keys() | other.carried.keys()
        carried = {each: _most(self.carried.get(each, NOTHING), other.carried.get(each, NOTHING)) for each in names}
        named = {each: _joined(getattr(self, each), getattr(other, each)) for each in NAMED}
        return Habits(joined(self.seen, other.seen), carried=carried, **named)

    def reduced(self, first: int, last: int) -> Habits:
        """Return what was seen on other days. Nobody knows which day carried most: that is forgotten, too."""
        named = {each: _reduced(getattr(self, each), first, last) for each in NAMED}
        talks = named["talks"]
        carried = {name: most for name, most in self.carried.items() if talks.get(name) == self.talks.get(name)}
        return Habits(reduced(self.seen, first, last), carried=carried, **named)


def note(named: Named, name: str, host: str, days: tuple[int, int]) -> None:
    """Add a run of days on which a host saw something."""
    see(named.setdefault(name, {}), host, *days)


def _most(one: Carried, other: Carried) -> Carried:
    return max(one[0], other[0]), max(one[1], other[1])


def _joined(one: Named, other: Named) -> Named:
    return {name: joined(one.get(name, {}), other.get(name, {})) for name in one.keys() | other.keys()}


def _reduced(named: Named, first: int, last: int) -> Named:
    return {name: left for name, seen in named.items() if (left := reduced(seen, first, last))}
