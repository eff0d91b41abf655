"""What a recording is made of: each thing that happened, with the time of two clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.model.traffic import Counters


class Moment(NamedTuple):
    """When something became known, and in which look, and by how many seconds that was later than it happened.

    `told` is seconds UTC, which somebody can set; `clock` is seconds since the machine started, which nobody can.
    """

    told: float
    clock: float
    look: int
    early: float = 0.0

    @property
    def wall(self) -> float:
        """When it happened: seconds UTC."""
        return self.told - self.early

    @property
    def monotonic(self) -> float:
        """When it happened, as far as both clocks went alike since: seconds since the machine started."""
        return self.clock - self.early

    def at(self, wall: float) -> Moment:
        """Return the moment of something that happened at another second UTC, and became known in the same look."""
        return self._replace(early=self.told - wall)


class Opened(NamedTuple):
    """A connection is there. `preexisting`: it was before anybody looked, and opened at some unknown time."""

    at: Moment
    connection: Connection
    preexisting: bool = False


class Changed(NamedTuple):
    """A connection differs: this is what it is now."""

    at: Moment
    connection: Connection


class Closed(NamedTuple):
    """A connection is gone. `owners` are those who had it, where nobody knew while it was there."""

    at: Moment
    key: Key
    owners: tuple[Process, ...] = ()


class Counted(NamedTuple):
    """What a connection has carried until now."""

    at: Moment
    key: Key
    counters: Counters


class Named(NamedTuple):
    """Reverse DNS has told the name of an address, maybe long after the connection."""

    at: Moment
    address: str
    name: str


class Unseen(NamedTuple):
    """Something could not be seen from now on; `problem` is `None` when all of that kind can be again."""

    at: Moment
    code: str
    problem: Problem | None


class Gap(NamedTuple):
    """Nobody looked for so many seconds, beyond the interval: the machine slept, or was too busy."""

    at: Moment
    seconds: float


class Acted(NamedTuple):
    """The person at the keyboard did something to the machine, and this came of it."""

    at: Moment
    sentence: str


class Judged(NamedTuple):
    """This is all that the rules have found of a subject from now on; without any, nothing of it is told any more."""

    at: Moment
    place: Place
    findings: tuple[Finding, ...] = ()


Event = Opened | Changed | Closed | Counted | Named | Unseen | Gap | Acted | Judged
