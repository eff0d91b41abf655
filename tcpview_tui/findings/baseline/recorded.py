"""Learning from a recording: what was open on which days, and what it carried."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.baseline import Baseline, HourOf, local_hour
from tcpview_tui.findings.baseline.days import day
from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.record.digests import recorded
from tcpview_tui.record.event import Changed, Closed
from tcpview_tui.record.excerpt import Span, excerpt

if TYPE_CHECKING:
    from tcpview_tui.findings.baseline.traits import Networks
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.excerpt import Passed
    from tcpview_tui.record.reader import Reader
    from tcpview_tui.record.tracked import Happening

_ZONE = re.compile(r"([+-])(\d\d)(\d\d)$")
"""The distance from UTC behind the name of a zone: ``CET +0100`` (strftime(3), %z)."""


def learned(reader: Reader, networks: Networks, passed: Passed) -> Baseline:
    """Return what a recording teaches. Raises ReadingError where it is damaged; nothing is learned from a part.

    `passed` is told the number of the event that was reached, and that of the last one.
    """
    lesson = _Lesson(reader, networks)
    for happening in excerpt(reader, Span(), None, passed):
        lesson.take(happening)
    return lesson.end()


def hour_in(zone: str) -> HourOf:
    """Return what tells the hour in the time zone that a recording was made in; that of this machine if it is none."""
    found = _ZONE.search(zone)
    if found is None:
        return local_hour
    away = int(f"{found[1]}1") * (int(found[2]) * 3600 + int(found[3]) * 60)
    return lambda at: time.gmtime(at + away).tm_hour


class _Lesson:
    """A recording that is being learned from: each connection on all days on which it was open."""

    def __init__(self, reader: Reader, networks: Networks) -> None:
        facts = reader.facts
        self._host, self._hour_of = facts.get("host") or "unknown", hour_in(facts.get("time_zone", ""))
        self._networks, self._digest_of = networks, recorded(reader)
        self._baseline = Baseline()
        self._open: dict[Key, Happening] = {}
        self._began: float | None = None
        self._last = 0.0

    def take(self, happening: Happening) -> None:
        event, row = happening.event, happening.row
        if self._began is None:
            self._began = event.at.told
        self._last = max(self._last, event.at.told)
        if row is None:
            return
        before = self._open.pop(row.key, None)
        if isinstance(event, Closed):
            self._learn(happening, row, event.at.wall)
            return
        self._open[row.key] = happening
        if isinstance(event, Changed) and before and before.row:  # its process may be another one from now on
            self._learn(before, before.row, event.at.told)

    def end(self) -> Baseline:
        """Return what was learned, with all that is still open."""
        if self._began is not None:
            self._baseline.look(self._host, self._days(self._began, self._last))
        for happening in self._open.values():
            if happening.row is not None:
                self._learn(happening, happening.row, self._last)
        return self._baseline

    def _learn(self, happening: Happening, row: Row, until: float) -> None:
        """Learn a row that was there until then, and since it opened or the recording began."""
        days = self._days(row.first_seen, until)
        hour = None if row.preexisting else self._hour_of(row.first_seen)
        gauge = happening.context.gauges.get(row.key)
        self._baseline.take(row, self._networks, self._host, days, hour, gauge.counters if gauge else None)
        for owner in row.owners:
            digest = self._digest_of(owner) if has_purpose(owner) else None
            self._baseline.recognise(owner, digest, self._host, days)

    def _days(self, since: float, until: float) -> tuple[int, int]:
        first, last = day(max(since, self._began or since)), day(until)
        return min(first, last), max(first, last)
