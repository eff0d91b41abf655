"""A burst: the minute in which a program tried most, counted by port, by address and by both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
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
    that port. `failed` counts the attempts that were never answered, or refused, `dead` the ends of those. `at` is
    seconds UTC, `lasted` seconds.
    """

    address: str | None
    port: int | None
    tries: int
    addresses: int
    fresh: int
    ports: int
    failed: int
    dead: int
    at: float
    lasted: float


class Burst(NamedTuple):
    """What a program tried within a `WINDOW`; `process` is the last that did.

    `all` are its attempts. Of these, `sweeps` go to one port of many fresh addresses, `probes` to many ports of one
    address, `targets` many times to one end; the most come first.
    """

    program: Program
    process: Process | None
    all: Group
    sweeps: tuple[Group, ...]
    probes: tuple[Group, ...]
    targets: tuple[Group, ...]


def burst(program: Program, attempts: list[Attempt], now: float) -> Burst:
    """Return the burst among attempts of one program, one at least; `now` is seconds UTC."""
    busiest = _busiest(sorted(attempts, key=lambda each: each.at))
    sweeps = _split(busiest, lambda pair: pair.port, now)
    probes = _split(busiest, lambda pair: pair.address, now)
    targets = _split(busiest, lambda pair: (pair.address, pair.port), now)
    return Burst(
        program,
        busiest[-1].process,
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
    failed = [(each.pair.address, each.pair.port) for each in attempts if each.has_failed(now)]
    return Group(
        address=min(addresses) if len(addresses) == 1 else None,
        port=min(ports) if len(ports) == 1 else None,
        tries=len(attempts),
        addresses=len(addresses),
        fresh=len({each.pair.address for each in attempts if each.is_fresh}),
        ports=len(ports),
        failed=len(failed),
        dead=len(set(failed)),
        at=attempts[0].at,
        lasted=attempts[-1].at - attempts[0].at,
    )
