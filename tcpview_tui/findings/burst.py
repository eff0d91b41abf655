"""A burst: the minute in which somebody tried most, counted by port, by address and by both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tcpview_tui.findings.pair import Pair, Program
    from tcpview_tui.model.process import Process

WINDOW = 60.0
"""Seconds that are judged as one burst."""

LEAST = 20
"""Attempts, addresses or ports below which nothing is counted: no rule speaks of fewer."""


class Attempt(Protocol):
    """One outgoing connection, which opened at the second `at` UTC; `is_fresh` when the pair was not known before."""

    at: float
    pair: Pair
    process: Process | None
    is_fresh: bool

    def has_failed(self, now: float) -> bool:
        """Whether nobody answered, or refused. Of one that opened and closed unseen, nobody can tell."""
        ...


class Group(NamedTuple):
    """Attempts that have something in common: an `address`, a `port`, or both; `None` when they have not.

    `addresses` and `ports` count different ones, `fresh` the addresses that the program had not connected to before, at
    that port. `failures` are those of the `attempts` that were never answered, or refused, `dead` counts the ends of
    those. `at` is seconds UTC, `lasted` seconds.
    """

    attempts: Sequence[Attempt]
    failures: Sequence[Attempt]
    address: str | None
    port: int | None
    addresses: int
    fresh: int
    ports: int
    dead: int
    at: float
    lasted: float

    @property
    def tries(self) -> int:
        """How many there are."""
        return len(self.attempts)

    @property
    def failed(self) -> int:
        """How many were never answered, or refused."""
        return len(self.failures)


class Burst(NamedTuple):
    """What processes of one program tried within a `WINDOW`; `attempts` are all that the window was chosen from.

    `all` are the attempts of the window. Of these, `sweeps` go to one port of many fresh addresses, `probes` to many
    ports of one address, `targets` many times to one end; the most come first. `now` is when they were looked at, in
    seconds UTC.
    """

    program: Program
    attempts: Sequence[Attempt]
    now: float
    all: Group
    sweeps: tuple[Group, ...]
    probes: tuple[Group, ...]
    targets: tuple[Group, ...]

    @property
    def process(self) -> Process | None:
        """The last process that tried."""
        return self.all.attempts[-1].process

    def alone(self) -> Iterator[tuple[Process, Burst]]:
        """Yield what each process tried, of those that tried not too little; nothing when there is but one."""
        own: defaultdict[Hashable, list[Attempt]] = defaultdict(list)
        for each in self.attempts:
            own[each.process and each.process.identity].append(each)
        for part in own.values() if len(own) > 1 else ():
            process = part[-1].process
            if process is not None and len(part) >= LEAST:
                yield process, burst(part, self.now)

    def without(self, processes: Collection[Hashable]) -> Burst | None:
        """Return what others tried than the `processes` with these identities; `None` if that is too little."""
        if not processes:
            return self
        rest = [each for each in self.attempts if each.process is None or each.process.identity not in processes]
        return burst(rest, self.now) if len(rest) >= LEAST else None


def burst(attempts: Sequence[Attempt], now: float) -> Burst:
    """Return the burst among attempts of one program, one at least; `now` is seconds UTC."""
    busiest = _busiest(sorted(attempts, key=lambda each: each.at))
    sweeps = _split(busiest, lambda pair: pair.port, now)
    probes = _split(busiest, lambda pair: pair.address, now)
    targets = _split(busiest, lambda pair: (pair.address, pair.port), now)
    return Burst(
        attempts[0].pair.program,
        attempts,
        now,
        _group(busiest, now),
        _most(sweeps, lambda group: group.fresh),
        _most(probes, lambda group: group.ports),
        _most(targets, lambda group: group.tries),
    )


def _busiest(attempts: Sequence[Attempt]) -> Sequence[Attempt]:
    """Return the window with the most attempts."""
    start = best = end = 0
    for stop, each in enumerate(attempts, 1):
        while attempts[start].at < each.at - WINDOW:
            start += 1
        if stop - start > end - best:
            best, end = start, stop
    return attempts[best:end]


def _split(attempts: Iterable[Attempt], key: Callable[[Pair], Hashable], now: float) -> list[Group]:
    parts: defaultdict[Hashable, list[Attempt]] = defaultdict(list)
    for each in attempts:
        parts[key(each.pair)].append(each)
    return [_group(part, now) for part in parts.values() if len(part) >= LEAST]


def _most(groups: Iterable[Group], number: Callable[[Group], int]) -> tuple[Group, ...]:
    return tuple(sorted((group for group in groups if number(group) >= LEAST), key=number, reverse=True))


def _group(attempts: Sequence[Attempt], now: float) -> Group:
    ends = {(each.pair.address, each.pair.port) for each in attempts}
    addresses, ports = {address for address, _ in ends}, {port for _, port in ends}
    failures = [each for each in attempts if each.has_failed(now)]
    return Group(
        attempts,
        failures,
        address=min(addresses) if len(addresses) == 1 else None,
        port=min(ports) if len(ports) == 1 else None,
        addresses=len(addresses),
        fresh=len({each.pair.address for each in attempts if each.is_fresh}),
        ports=len(ports),
        dead=len({(each.pair.address, each.pair.port) for each in failures}),
        at=attempts[0].at,
        lasted=attempts[-1].at - attempts[0].at,
    )
