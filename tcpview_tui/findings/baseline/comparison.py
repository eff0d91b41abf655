"""Rows compared with a baseline: which are outside, and of which nobody can tell."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.baseline.baseline import HourOf, local_hour
from tcpview_tui.findings.baseline.departures import (
    Circle,
    Departure,
    Kind,
    circle,
    first_contact,
    new_listener,
    new_program,
)
from tcpview_tui.findings.baseline.traits import ANY, Networks, Program, listened, program_of, talked
from tcpview_tui.findings.baseline.unusual import at_odd_hour, in_odd_amount
from tcpview_tui.findings.rule import Unknown
from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.findings.baseline.traits import Talk
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

EVERYWHERE = 100
"""Networks that a program talks to at one port from which on one more is nothing new: a browser, a resolver."""

_KEPT = 131_072
"""More than the 100,000 rows the program is built for."""

_NOBODY = Unknown("Nobody knows its process, and what is normal is known by program.")
_NO_PATH = Unknown("The executable of its process cannot be read, and what is normal is known by program.")
_NO_NUMBER = Unknown("Its networks were learned by AS number, and nothing here tells the number of this one.")


class Outside(NamedTuple):
    """The verdict that a row is outside of the baseline, at least in this."""

    departures: tuple[Departure, ...]


class Reach(NamedTuple):
    """How many networks are talked to, and whether some of them are known by the number of an AS only."""

    networks: int = 0
    by_number: bool = False


Judgement = Kind | Unknown | None


class Comparison:
    """A baseline that rows are compared with. It must not change meanwhile: when more was learned, make another one.

    Judgements are kept, so that a row costs one or two microseconds. Several threads may ask at once.
    """

    def __init__(self, baseline: Baseline, networks: Networks | None = None, hour_of: HourOf = local_hour) -> None:
        self.baseline = baseline
        self._networks, self._hour_of = networks or Networks(), hour_of
        self._programs: dict[int, tuple[Process, Program | None]] = {}
        self._judged: dict[tuple[object, ...], Judgement] = {}
        self._reached = lru_cache(_KEPT)(self._count_reached)
        self._circle = lru_cache(_KEPT)(self._count_circle)
        self._stranger = lru_cache(_KEPT)(lambda program: new_program(baseline, program))

    def is_outside(self, row: Row) -> bool:
        """True when the program, the listener or the network of a row was never learned."""
        return any(isinstance(self._judge(owner, row), str) for owner in row.owners)

    def verdict(self, row: Row, context: Context) -> Outside | Unknown | None:
        """Return in what a row is outside, why nobody can tell, or `None`: all of it was learned.

        An hour or an amount that is unusual makes a verdict, and no row that `is_outside`.
        """
        found = [each for owner in row.owners for each in self._departures(owner, row, context) if each]
        if found:
            return Outside(tuple(dict.fromkeys(found)))
        judged = [self._judge(owner, row) for owner in row.owners] or [_NOBODY]
        return next((each for each in judged if isinstance(each, Unknown)), None)

    def _judge(self, owner: Process, row: Row) -> Judgement:
        program, seen = self._program(owner), row.connection
        key = program, row.direction, seen.transport, seen.state, seen.local, seen.remote
        try:
            return self._judged[key]
        except KeyError:
            if len(self._judged) >= _KEPT:
                self._judged.clear()
            judged = self._judged[key] = _NO_PATH if program is None else self._kind(program, row)
            return judged

    def _program(self, owner: Process) -> Program | None:
        """Return the program of a process, which is kept with it, so that its id is not used again."""
        found = self._programs.get(id(owner))
        if found is None:
            if len(self._programs) >= _KEPT:
                self._programs.clear()
            found = self._programs[id(owner)] = owner, program_of(owner)
        return found[1]

    def _kind(self, program: Program, row: Row) -> Judgement:
        """Return what of a row was not learned."""
        habits = self.baseline.programs.get(program)
        if habits is None:
            return "program"
        listens, talk = listened(row.connection), talked(row)
        if listens:
            known = not habits.listens.keys().isdisjoint((" ".join(listens), f"{ANY} {listens[1]}"))
            return None if known else "listener"
        if talk is None or not habits.talks.keys().isdisjoint(self._networks.names(talk)):
            return None
        reach = self._reached(program).get((talk.way, talk.service), Reach())
        if reach.networks >= EVERYWHERE:
            return None
        return _NO_NUMBER if reach.by_number and not self._networks.knows_asn else "network"

    def _departures(self, owner: Process, row: Row, context: Context) -> Iterator[Departure | None]:
        program, talk, kind = self._program(owner), talked(row), self._judge(owner, row)
        if program is None:
            return
        if kind == "program":
            yield from self._of_stranger(program, row)
            return
        if kind == "listener":
            yield new_listener(self.baseline, program, endpoint(*row.connection.local))
        if talk and kind == "network":
            network = self._networks.of(talk)[0]
            yield first_contact(self.baseline, program, talk, network, self._circle(program, talk.way))
        if talk:
            yield from self._unusual(program, talk, row, context)

    def _of_stranger(self, program: Program, row: Row) -> Iterator[Departure]:
        """Yield that a program was never seen, and so never its listener. Its talks are no news beside that.

        Where nothing was ever learned, every listener would be new.
        """
        stranger = self._stranger(program)
        yield stranger._replace(sentence=f"{stranger.sentence} It has {row.connection.ends}.")
        if self.baseline.learned and listened(row.connection):
            yield new_listener(self.baseline, program, endpoint(*row.connection.local))

    def _unusual(self, program: Program, talk: Talk, row: Row, context: Context) -> Iterator[Departure | None]:
        if not row.preexisting:
            yield at_odd_hour(self.baseline, program, self._hour_of(row.first_seen))
        gauge = context.gauges.get(row.connection.key)
        if gauge and gauge.counters.sent:
            yield in_odd_amount(self.baseline, program, self._networks.names(talk), gauge.counters.sent)

    def _count_reached(self, program: Program) -> Mapping[tuple[str, str], Reach]:
        """Return how many networks a program talks to, by who opens the connection and by port."""
        reached: defaultdict[tuple[str, str], Reach] = defaultdict(Reach)
        for name in self.baseline.programs[program].talks:
            way, network, service = name.split(" ")
            networks, by_number = reached[way, service]
            reached[way, service] = Reach(networks + 1, by_number or network.startswith("AS"))
        return reached

    def _count_circle(self, program: Program, way: str) -> Circle:
        return circle(self.baseline.programs[program], way)
