"""Looks become events: what a recorder writes down, each thing once and in the order in which it became known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tcpview_tui.model.snapshot import Ending
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Gap, Judged, Moment, Named, Opened, Unseen

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place, Register
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.diff import Difference
    from tcpview_tui.model.snapshot import Problem, Snapshot
    from tcpview_tui.model.traffic import Gauge

COUNTED_EVERY = 10.0
"""Seconds between two records of what one connection has carried. Its last counters are written in any case."""

_NO_ENDING = Ending()

LATE = 2.0
"""A look that begins after more than so many intervals ends a gap."""


class Journal:
    """Turns each look into the events that distinguish it from the one before."""

    def __init__(self, interval: float) -> None:
        """`interval` is how many seconds apart looks are meant to be."""
        self.interval = interval
        self._before: Moment | None = None
        self._slept = 0.0
        self._problems: dict[str, Problem] = {}
        self._told: dict[Key, float] = {}
        self._untold: dict[Key, Gauge] = {}
        self._names: dict[str, str] = {}
        self._judged: dict[Place, tuple[Finding, ...]] = {}
        self._version = 0

    def take(self, snapshot: Snapshot, difference: Difference, monotonic: float, slept: float = 0.0) -> list[Event]:
        """Return what happened since the last look; the first look opens what was there before.

        `monotonic` is when the look was taken, in seconds of CLOCK_MONOTONIC; `slept` is `Clock.slept` then, without
        which a gap is shorter by the time that the machine slept.
        """
        now = Moment(snapshot.taken_at, monotonic, snapshot.sequence)
        events = [
            *self._gap(now, slept),
            *self._unseen(now, snapshot.problems),
            *self._opened(now, snapshot, difference),
            *(Changed(now, change.after) for change in difference.changed),
            *self._counted(now, snapshot, difference),
            *self._closed(now, snapshot, difference),
        ]
        self._before, self._slept = now, slept
        return events

    def named(self, names: Mapping[str, str], look: int, clock: Clock) -> list[Event]:
        """Return the names that were not told before, or are others now; `look` is the number of the last one."""
        now = Moment(clock.wall(), clock.monotonic(), look)
        fresh = {address: name for address, name in names.items() if self._names.get(address) != name}
        self._names |= fresh
        return [Named(now, address, name) for address, name in fresh.items()]

    def judged(self, register: Register, look: int, clock: Clock) -> list[Event]:
        """Return what was found, or is no longer, since the last call; `look` is the number of the last one."""
        version = register.version  # before the rest: what is found meanwhile is told at the next call
        if version == self._version:
            return []
        now = Moment(clock.wall(), clock.monotonic(), look)
        places = register.changed(self._version)
        if places is None:
            places = [*self._judged, *(place for place in register.standing() if place not in self._judged)]
        self._version = version
        return [Judged(now, place, found) for place in places if (found := self._found(register, place)) is not None]

    def counted(self, look: int, clock: Clock) -> list[Event]:
        """Return the counters that moved and were not due yet: nobody tells them later where a file ends."""
        now = Moment(clock.wall(), clock.monotonic(), look)
        return list(self._carried(now, list(self._untold)))

    def _found(self, register: Register, place: Place) -> tuple[Finding, ...] | None:
        """Return what is found of a subject by now; `None` when that was told."""
        found = register.at(place)
        if found == self._judged.get(place, ()):
            return None
        if found:
            self._judged[place] = found
        else:
            del self._judged[place]
        return found

    def _gap(self, now: Moment, slept: float) -> Iterator[Event]:
        if self._before is not None:
            passed = now.monotonic - self._before.monotonic + slept - self._slept
            if passed > LATE * self.interval:
                yield Gap(now, passed)

    def _unseen(self, now: Moment, problems: Iterable[Problem]) -> Iterator[Event]:
        found = _joined(problems)
        for code, problem in found.items():
            if self._problems.get(code) != problem:
                yield Unseen(now, code, problem)
        yield from (Unseen(now, code, None) for code in self._problems if code not in found)
        self._problems = found

    def _opened(self, now: Moment, snapshot: Snapshot, difference: Difference) -> Iterator[Event]:
        is_first = self._before is None
        for connection in difference.opened:
            at = now if connection.opened_at is None else now.at(connection.opened_at)
            yield Opened(at, connection, is_first and connection.opened_at is None)
        for connection, closed_at in snapshot.passed:
            yield Opened(now.at(connection.opened_at or closed_at), connection)

    def _counted(self, now: Moment, snapshot: Snapshot, difference: Difference) -> Iterator[Event]:
        """Tell counters that moved, of each connection not more often than anybody needs; the last ones always."""
        self._untold |= snapshot.gauges
        last = {each.key for each in difference.closed} | {each.connection.key for each in snapshot.passed}
        due = now.monotonic - COUNTED_EVERY
        yield from self._carried(now, [key for key in self._untold if key in last or self._told.get(key, due) <= due])
        for key in last:
            self._told.pop(key, None)

    def _carried(self, now: Moment, keys: Iterable[Key]) -> Iterator[Event]:
        """Tell the last counters of these; not of what has carried nothing, or is not counted."""
        for key in keys:
            counters = self._untold.pop(key).counters
            if key in self._told or any(counters):
                self._told[key] = now.monotonic
                yield Counted(now, key, counters)

    def _closed(self, now: Moment, snapshot: Snapshot, difference: Difference) -> Iterator[Event]:
        for connection in difference.closed:
            ending = snapshot.ended.get(connection.key, _NO_ENDING)
            at = now if ending.closed_at is None else now.at(ending.closed_at)
            yield Closed(at, connection.key, ending.owners)
        yield from (Closed(now.at(each.closed_at), each.connection.key) for each in snapshot.passed)


def _joined(problems: Iterable[Problem]) -> dict[str, Problem]:
    """Return a problem for each code, which says what all with that code say: in a recording there is one of a kind."""
    alike: dict[str, list[Problem]] = {}
    for problem in dict.fromkeys(problems):
        alike.setdefault(problem.code.value, []).append(problem)
    return {code: told[0] if len(told) == 1 else _as_one(told) for code, told in alike.items()}


def _as_one(problems: Sequence[Problem]) -> Problem:
    summary = "; ".join(each.summary for each in problems)
    return replace(problems[0], summary=summary, detail=" ".join(each.detail for each in problems if each.detail))
