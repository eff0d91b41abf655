"""The sieve: all that a person narrows the table with, and can switch off without losing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tcpview_tui.model.moment import Moments
from tcpview_tui.model.narrowing import Narrowing

if TYPE_CHECKING:
    from tcpview_tui.model.connection import State
    from tcpview_tui.model.query import Query


@dataclass(frozen=True, slots=True)
class Named:
    """A filter with a name; off, it is kept but hides nothing."""

    name: str
    query: Query
    on: bool = True


@dataclass(slots=True)
class Sieve:
    """The filter that was typed, those with a name, kinds and states switched off, and marks in time."""

    query: Query | None = None
    named: tuple[Named, ...] = ()
    off: frozenset[str] = frozenset()
    states: frozenset[State] = frozenset()
    moments: Moments = field(default_factory=Moments)

    def narrowing(self) -> Narrowing:
        """Return what is in force now."""
        typed = (self.query,) if self.query else ()
        named = tuple(each.query for each in self.named if each.on)
        return Narrowing(typed + named, self.off, self.states, self.moments.shows_since)

    def save(self, name: str, query: Query) -> None:
        """Give a filter a name, in place of one that has that name, and switch it on."""
        self.named = (*(each for each in self.named if each.name != name), Named(name, query))

    def switch(self, name: str) -> None:
        """Switch a named filter on or off."""
        self.named = tuple(Named(n.name, n.query, n.on != (n.name == name)) for n in self.named)

    def forget(self, name: str) -> None:
        """Give a named filter up."""
        self.named = tuple(each for each in self.named if each.name != name)

    def open(self) -> None:
        """Let everything through. Named filters and marks are kept, but out of force."""
        self.query = None
        self.named = tuple(Named(each.name, each.query, False) for each in self.named)
        self.off, self.states, self.moments.current = frozenset(), frozenset(), None
