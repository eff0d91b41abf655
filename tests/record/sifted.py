"""Looks at a machine that a test makes up, and the events they become, sifted or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.model.diff import diff
from tcpview_tui.model.query import parse
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Moment, Opened
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.sifting import Sifter
from tests.fakes import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.record.judgement import Judgement


class Told:
    """A measure that is read already."""

    def __init__(self, received: int) -> None:
        self.counters = Counters(received, 0)


def gauges(received: Mapping[int, int]) -> dict[Key, Gauge]:
    return {key: Gauge(Told(number)) for key, number in received.items()}


class Looks:
    """A look a second; `whole` and `told` have the events of each, before and after the filter."""

    def __init__(self, expression: str, names: Mapping[str, str] | None = None) -> None:
        self.whole: list[list[Event]] = []
        self.told: list[list[Event]] = []
        self._journal = Journal(1.0)
        self._sifter = Sifter(parse(expression), names, lambda _transport, _port: None)
        self._before: Mapping[Key, Connection] = {}

    def take(self, *connections: Connection, judged: Iterable[Judgement] = (), **more: Any) -> list[Event]:
        number = len(self.told) + 1
        now = {each.key: each for each in connections}
        snapshot = Snapshot(number, EPOCH + number, now, **more)
        difference, self._before = diff(self._before, now), now
        at = Moment(EPOCH + number, 1000.0 + number, number)
        events = self._journal.take(snapshot, difference, 1000.0 + number)
        self.whole.append([*events, *(Judged(at, *each) for each in judged)])
        self.told.append(self._sifter.sift(snapshot, self.whole[-1], 1000.0 + number))
        return self.told[-1]


def key_of(event: Event) -> Key | None:
    match event:
        case Opened(_, connection) | Changed(_, connection):
            return connection.key
        case Closed(_, key) | Counted(_, key):
            return key
    return None


def of_key(events: Iterable[Event], key: Key | None) -> list[Event]:
    return [event for event in events if key_of(event) == key]
