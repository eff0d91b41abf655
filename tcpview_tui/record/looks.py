"""Events become looks again: what a live table takes in, in the recorder that keeps states and in a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.diff import Change, Difference
from tcpview_tui.model.snapshot import Ending, Passed, Problem, Snapshot
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Judged, Named, Opened, Unseen
from tcpview_tui.record.judgement import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.record.event import Event, Gap, Moment


class Told(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters


class Looks:
    """What is so after the events that were taken. The connections of a snapshot are those of now, not a copy."""

    def __init__(self) -> None:
        self.connections: dict[Key, Connection] = {}
        self.problems: dict[str, Problem] = {}
        self.names: dict[str, str] = {}
        self.counters: dict[Key, Counters] = {}
        self.findings: dict[Place, tuple[Finding, ...]] = {}
        self.acted: list[Acted] = []
        """What was done to the machine, the last of it at the end."""

    def judge(self, place: Place, findings: tuple[Finding, ...]) -> None:
        """Know that this is all that was found there."""
        self.findings.pop(place, None)
        if findings:
            self.findings[place] = findings

    def take(self, events: Sequence[Event]) -> tuple[Snapshot, Difference]:
        """Return the look that these events tell of, at least one, all of one moment; and what it brought."""
        look = _Look(self, events)
        return look.snapshot(), look.difference()


class _Look:
    """One moment. What opened and closed in it lived between two looks."""

    def __init__(self, looks: Looks, events: Sequence[Event]) -> None:
        self._looks, self._at = looks, events[-1].at
        self._opened: dict[Key, Connection] = {}
        self._changed: list[Change] = []
        self._closed: list[Connection] = []
        self._ended: dict[Key, Ending] = {}
        self._passed: list[Passed] = []
        self._counted: dict[Key, Gauge] = {}
        for event in events:
            self._take(event)

    def snapshot(self) -> Snapshot:
        problems = tuple(self._looks.problems.values())
        return Snapshot(
            self._at.look, self._at.told, self._looks.connections, problems,
            gauges=self._counted, ended=self._ended, passed=tuple(self._passed),
        )  # fmt: skip

    def difference(self) -> Difference:
        return Difference(tuple(self._opened.values()), tuple(self._closed), tuple(self._changed))

    def _take(self, event: Event) -> None:
        looks = self._looks
        match event:
            case Opened(_, connection):
                for place in about(connection.key):  # what was found of another one, which had the same key
                    looks.judge(place, ())
                self._open(connection)
            case Changed(_, connection):
                self._change(connection)
            case Closed(at, key, owners):
                self._close(at, key, owners)
            case Counted(_, key, counters):
                looks.counters[key] = counters
                self._counted[key] = Gauge(Told(counters))
            case Judged(_, place, findings):
                looks.judge(place, findings)
            case _:
                self._aside(event)

    def _aside(self, event: Named | Unseen | Gap | Acted) -> None:
        """Take what is about no connection."""
        looks = self._looks
        match event:
            case Named(_, address, name):
                looks.names[address] = name
            case Unseen(_, code, problem):
                looks.problems.pop(code, None)
                if problem is not None:
                    looks.problems[code] = problem
            case Acted():
                looks.acted.append(event)

    def _open(self, connection: Connection) -> None:
        self._looks.connections[connection.key] = connection
        self._opened[connection.key] = connection

    def _change(self, connection: Connection) -> None:
        key = connection.key
        before = self._looks.connections.get(key)
        if before is None or key in self._opened:  # what opened it could not be kept, or stands in the same moment
            self._open(connection)
        else:
            self._looks.connections[key] = connection
            self._changed.append(Change(before, connection))

    def _close(self, at: Moment, key: Key, owners: tuple[Process, ...]) -> None:
        connection = self._looks.connections.pop(key, None)
        self._looks.counters.pop(key, None)
        if connection is None:
            return
        if self._opened.pop(key, None) is not None:
            self._passed.append(Passed(connection, at.wall))
        else:
            self._closed.append(connection)
            self._ended[key] = Ending(at.wall, owners)
