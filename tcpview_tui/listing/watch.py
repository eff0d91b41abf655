"""``tcpview-tui list --watch``: look again and again, and say what differs, a line each, until somebody ends it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

from tcpview_tui import glance
from tcpview_tui.listing.notices import TOLD
from tcpview_tui.model.diff import diff
from tcpview_tui.model.snapshot import Code
from tcpview_tui.output import guarded, lines_out, put
from tcpview_tui.record.event import Changed, Closed, Event, Gap, Moment, Unseen
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.tracked import Happening, Tracked
from tcpview_tui.recorder.recorder import stopping
from tcpview_tui.text import count, duration

if TYPE_CHECKING:
    import threading

    from tcpview_tui.clock import Clock
    from tcpview_tui.glance import LookUp
    from tcpview_tui.listing.docket import Docket
    from tcpview_tui.listing.notices import Form
    from tcpview_tui.listing.placed import Placed
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.query import Query
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.sources.base import Sampler


class Watch:
    """Looks become what happened to the connections that match a filter, or did until then."""

    def __init__(
        self, query: Query, interval: float, look_up: LookUp | None = None, docket: Docket | Placed | None = None
    ) -> None:
        """`interval` is the seconds between two looks; without `look_up` there are no names, without `docket` no
        findings and no places."""
        self.interval = interval
        self.troubles: list[str] = []
        """What the last look could not see, and the one before could, and what it came too late for: sentences."""
        self._query, self._look_up, self._docket = query, look_up, docket
        self._journal, self._tracked = Journal(interval), Tracked()
        self._before: Mapping[Key, Connection] = {}
        self._rows: dict[Key, Row] = {}
        self._matching: set[Key] = set()
        self._unseen: set[str] = set()

    def take(self, snapshot: Snapshot, monotonic: float, slept: float = 0.0) -> list[Happening]:
        """Return what opened, changed and closed since the last look, by time; at the first, everything that is there.

        That something is found is a change of one of the connections that have it.

        `monotonic` is when the look was taken, in seconds of CLOCK_MONOTONIC; `slept` is `Clock.slept` then.
        """
        events = self._journal.take(snapshot, diff(self._before, snapshot.connections), monotonic, slept)
        self._before = snapshot.connections
        self.troubles = [sentence for event in events if (sentence := self._trouble(event))]
        happened = [each for each in self._tracked.take(events) if each.row and isinstance(each.event, TOLD)]
        if self._docket is None:
            return _in_order(each for each in self._named(happened) if self._is_told(each))
        found = self._docket.follow(snapshot)
        self.troubles += self._docket.beside()
        happened = [each._replace(context=_judged(each.context, found)) for each in happened]
        told = [each for each in self._named(happened) if self._is_told(each)]
        at = Moment(snapshot.taken_at, monotonic, snapshot.sequence)
        told += self._news(self._docket.news(), at, found, {each.row.key for each in told if each.row})
        return _in_order(told)

    @property
    def status(self) -> int:
        """The exit status of what was done by now."""
        return self._docket.status if self._docket is not None else 0

    def report(self) -> None:
        """Say to people what could not be judged, and which files places are told from."""
        if self._docket is not None:
            self._docket.report()

    def _news(self, news: Iterable[Iterable[Key]], at: Moment, found: Context, told: set[Key]) -> Iterator[Happening]:
        """Yield, as changed, a connection for each new finding that none of `told` has.

        All that have it are looked at, so that it is told when they close.
        """
        for keys in news:
            rows = [self._rows[key] for key in keys if key in self._rows]
            happenings = self._named([Happening(Changed(at, row.connection), row, found) for row in rows])
            matching = [each for each in happenings if self._has_matched(each)]
            if matching and told.isdisjoint(keys):
                told.update(keys)
                yield matching[0]

    def _named(self, happened: list[Happening]) -> list[Happening]:
        """Join with names: of all when they decide what matches, else of what does, so that nobody else is asked."""
        if self._look_up is None or not happened:
            return happened
        is_wanted = (lambda *_: True) if self._query.needs_names else self._query.matches
        names = self._look_up([each.row for each in happened if each.row and is_wanted(each.row, each.context)])
        return [each._replace(context=replace(each.context, names=names)) for each in happened]

    def _is_told(self, happening: Happening) -> bool:
        event, row = happening.event, happening.row
        if row is None:
            return False
        old, has_matched = self._rows.pop(row.key, None), self._has_matched(happening)
        if isinstance(event, Closed):
            self._matching.discard(row.key)
        else:
            self._rows[row.key] = row
        is_same = isinstance(event, Changed) and old is not None and _facts(old) == _facts(row)
        return has_matched and not is_same

    def _has_matched(self, happening: Happening) -> bool:
        """Return whether a connection matches, or did before; remember whether it does."""
        row, context = happening.row, happening.context
        if row is None:
            return False
        matches, matched = self._query.matches(row, context), row.key in self._matching
        self._matching.discard(row.key)
        self._matching |= {row.key} if matches else set()
        return matches or matched

    def _trouble(self, event: Event) -> str:
        """Return a sentence when something goes wrong; not again while only its figures change."""
        match event:
            case Unseen(_, code, None):
                self._unseen.discard(code)
            case Unseen(_, code, problem) if problem is not None and code not in self._unseen:
                self._unseen.add(code)
                is_all = problem.code is Code.LOOK_FAILED
                return problem.detail if is_all else f"Not all can be seen: {problem.summary}."
            case Gap(_, seconds):
                return f"Nobody looked for {duration(seconds)}."
        return ""


def watch(watched: Watch, form: Form, sampler: Sampler, clock: Clock) -> int:
    """Print what happens until somebody ends it, and return the exit status: 0 also when the reader has gone.

    The first look prints nothing but the head; people are told how many connections there are.
    """
    if sys.stdout is None:
        return put("")  # which says so

    def write() -> None:
        with stopping() as stop:
            for text in _told(watched, form, sampler, clock, stop):
                out.write(text)
                out.flush()

    out: TextIO = lines_out()
    return guarded(write) or watched.status


def _told(watched: Watch, form: Form, sampler: Sampler, clock: Clock, stop: threading.Event) -> Iterator[str]:
    """Yield the head, then the lines of each look; the last look is taken when `stop` is set."""
    yield form.head
    started, interval = clock.monotonic(), watched.interval
    there = watched.take(glance.look(sampler), started, clock.slept())
    _say(watched)
    watched.report()
    click.echo(f"{count(len(there), 'connection')} now; a look every {duration(interval)}. Ctrl+C ends it.", err=True)
    is_over = False
    while not is_over:
        is_over = stop.wait(max(started + interval - clock.monotonic(), 0.0))
        started, slept = clock.monotonic(), clock.slept()
        happened = watched.take(sampler.sample(), started, slept)
        _say(watched)
        yield "".join(map(form.line, happened))


def _say(watched: Watch) -> None:
    for sentence in watched.troubles:
        click.echo(sentence, err=True)


def _in_order(happened: Iterable[Happening]) -> list[Happening]:
    """Return what a look told by the time when it happened; of one connection, as it was told."""
    latest: dict[Key | None, float] = {}

    def when(happening: Happening) -> float:
        key, wall = happening.row and happening.row.key, happening.event.at.wall
        latest[key] = max(latest.get(key, wall), wall)
        return latest[key]

    return sorted(happened, key=when)


def _judged(context: Context, found: Context) -> Context:
    """Return a context with what was found of its row."""
    return replace(
        context, findings=found.findings, unchecked=found.unchecked, place=found.place, is_outside=found.is_outside
    )


def _facts(row: Row) -> tuple[object, ...]:
    """Return what makes a change: not how the source knows it."""
    connection = row.connection
    owners = {owner.identity for owner in row.owners}
    return connection.state, connection.local, connection.remote, row.owners_past, owners
