"""Connections: each is judged when it opens or changes, and once a minute by what it carries."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.baseline.departures import Departure
from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rules.lasting import DAY, Standing
from tcpview_tui.findings.rules.reputation import AddressLookup
from tcpview_tui.findings.table import OF_ADDRESS, OF_NOVELTY, OF_OWNERLESS, OF_STANDING, PROCESS_RULES
from tcpview_tui.judging.contents import LATER
from tcpview_tui.judging.lacks import Lacks
from tcpview_tui.judging.turns import Turns
from tcpview_tui.judging.verdict import Answers, News, Rules, Verdict, has_hit, unknown
from tcpview_tui.lookup.lists.networks import sought
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import KERNEL_STATES, Unowned

if TYPE_CHECKING:
    from tcpview_tui.findings.baseline.comparison import Comparison, Outside
    from tcpview_tui.findings.rule import Unknown
    from tcpview_tui.judging.contents import Content, Contents
    from tcpview_tui.lookup.lists.folder import Lists
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Gauge

_HOUR = 3600.0
"""Seconds: how exactly it is told how long a connection has lasted."""


class Novel(NamedTuple):
    """A row, what the baseline says of it and of its program, and when "mark now" was pressed last.

    See `rules.novelty.Novelty`.
    """

    row: Row
    verdict: Outside | Unknown | None
    marked: float | None
    content: Content = None


class Connections:
    """Judges the rows themselves.

    A row that stays as it is costs next to nothing: once a minute only those are judged of which something is new, be
    it that the hash of a program says something else.
    """

    name = "connections"

    def __init__(
        self,
        rules: Rules,
        lists: Lists | None,
        comparison: Callable[[], Comparison | None],
        digest_of: Callable[[Process], str | None],
        contents: Contents | None = None,
    ) -> None:
        """`comparison` returns the one that is in force; `digest_of` the SHA-256 of a program, for silences."""
        self._rules, self._lists, self._comparison, self._digest_of = rules, lists, comparison, digest_of
        self._contents = contents
        self.outside: set[Key] = set()
        """The rows that are outside of the baseline."""
        self._rows: dict[Key, Row] = {}
        self._gauges: dict[Key, Gauge] = {}
        self._said: dict[Key, Content] = {}
        self._moved: set[Key] = set()
        self._unread: set[Key] = set()
        self._turns: Turns[Key] = Turns()
        self._gone: list[Row] = []
        self._lacks = Lacks(hasattr(os, "geteuid") and os.geteuid() == 0)
        self._marked: float | None = None
        self._basis: tuple[Comparison | None, float | None, int] = None, None, 0

    def take(self, news: News) -> None:
        """Take in which rows differ."""
        if news.is_look:
            self._lacks.count()
        for key, row in news.update.items():
            before = self._rows.get(key)
            if before is not None and (row is None or row.ordinal != before.ordinal):
                self._forget(before)
            if row is not None:
                self._rows[key] = row
                self._turns.call(key)
                self._lacks.note(row, news.at)
        counted = {key: gauge for key, gauge in news.gauges.items() if key in self._rows}
        self._gauges.update(counted)
        self._moved.update(counted)
        self._renew(news.marked)

    def due(self, now: float) -> Iterator[Verdict]:
        """Yield verdicts; of a row that is gone, that nothing is to be told."""
        gone, self._gone = self._gone, []
        for row in gone:
            yield Verdict("connection", About(row.key, ""))
        for key in self._lacks.ripe(now):
            self._turns.call(key)
        for key in self._turns.called(now):
            yield self._judge(self._rows[key], now)
        for key, last in self._turns.again(now):
            row = self._rows[key]
            is_sought = self._lacks.is_root and key in self._lacks
            if key in self._moved or is_sought or _has_aged(row, last, now) or self._is_other(row, now):
                yield self._judge(row, now)

    def _forget(self, row: Row) -> None:
        key = row.key
        self._gone.append(self._rows.pop(key))
        self._turns.drop(key)
        self._rules.forget(key)
        self.outside.discard(key)
        self._moved.discard(key)
        self._unread.discard(key)
        self._gauges.pop(key, None)
        self._said.pop(key, None)
        self._lacks.drop(key)

    def _renew(self, marked: float | None) -> None:
        """Judge all anew when what they are compared with is another: a mark, a baseline, the lists."""
        if self._lists is not None:
            self._lists.refresh()
            if self._unread and not self._lists.unread:
                for key in self._unread:
                    self._turns.call(key)
                self._unread.clear()
        basis = self._comparison(), marked, self._lists.version if self._lists else 0
        if basis != self._basis:
            self._basis, self._marked = basis, marked
            for key in self._rows:
                self._turns.call(key)

    def _judge(self, row: Row, now: float) -> Verdict:
        key, owner = row.key, row.owner
        self._moved.discard(key)
        answers: Answers = []
        if row.connection.remote is not None:
            answers += self._by_traffic(row, now)
            answers += self._by_lists(row, now)
        if self._marked is not None or self._basis[0] is not None:
            answers += self._by_baseline(row, now)
        if key in self._lacks:
            answers += self._rules.ask(OF_OWNERLESS, key, self._lacks.evidence(row, now))
            answers += unknown(PROCESS_RULES, why) if (why := _unknown(row, self._lacks.is_root)) else ()
        if all(answer is None for _, answer in answers):  # nearly always: then no words are made of the row
            return Verdict("connection", About(key, ""))
        name = f"{owner.label}  {row.connection.ends}" if owner else row.connection.ends
        digest = self._digest_of(owner) if owner and has_hit(answers) else None
        return Verdict("connection", About(key, name, digest, owner.service if owner else None), answers)

    def _by_traffic(self, row: Row, now: float) -> Answers:
        gauge = self._gauges.get(row.key)
        counters = gauge.counters if gauge else None
        return list(self._rules.ask(OF_STANDING, row.key, Standing(row, counters, now)))

    def _by_lists(self, row: Row, now: float) -> Answers:
        lists, remote = self._lists, row.connection.remote
        if lists is None or remote is None or sought(remote.address) is None:
            return []
        unread = lists.unread  # asked for before the matches: a list that is in place by then is among them
        matches = lists.address(remote.address, remote.port)
        if unread:
            self._unread.add(row.key)
        evidence = AddressLookup(remote.address, remote.port, _accepted(row), matches, now, unread)
        return list(self._rules.ask(OF_ADDRESS, row.key, evidence))

    def _by_baseline(self, row: Row, now: float) -> Answers:
        found = self._rules.read(OF_NOVELTY, row.key, lambda: self._compared(row, now))
        if isinstance(found, Unread):
            return unknown(OF_NOVELTY, found.reason)
        return list(self._rules.ask(OF_NOVELTY, row.key, found))

    def _compared(self, row: Row, now: float) -> Novel:
        comparison = self._basis[0]
        if comparison is None:
            return Novel(row, None, self._marked)
        content = self._hashed(row, now)
        if content is LATER:
            self._turns.call(row.key)
        self._said.pop(row.key, None)
        if content is not None:
            self._said[row.key] = content
        is_outside = isinstance(content, Departure) or comparison.is_outside(row)
        (self.outside.add if is_outside else self.outside.discard)(row.key)
        return Novel(row, comparison.verdict(row, Context(now=now, gauges=self._gauges)), self._marked, content)

    def _hashed(self, row: Row, now: float) -> Content:
        """Return what the hashes of its programs say of a row."""
        comparison = self._basis[0]
        return self._contents.judge(comparison.baseline, row, now) if self._contents and comparison else None

    def _is_other(self, row: Row, now: float) -> bool:
        """Whether these say something else than when the row was judged."""
        content = self._rules.read(OF_NOVELTY, row.key, lambda: self._hashed(row, now))
        return content != self._said.get(row.key)


def _has_aged(row: Row, last: float, now: float) -> bool:
    """Whether the row was judged before it was an hour older, of those that are old enough to be told so."""
    return now - row.first_seen >= DAY and (now - row.first_seen) // _HOUR != (last - row.first_seen) // _HOUR


def _unknown(row: Row, is_root: bool) -> str:
    """Return why nobody can tell of which process it is, one that there must be; empty when there may be none."""
    unowned = row.connection.unowned
    if row.connection.state in KERNEL_STATES or (unowned is None and is_root):
        return ""
    if unowned in (None, Unowned.OTHER_USER, Unowned.HIDDEN):
        return f"Its process is not known: {unowned or 'the source in use does not say why'}."
    return ""


def _accepted(row: Row) -> bool | None:
    """Whether the other side opened it; `None` where the kernel keeps too little of it, and its listener is gone."""
    unproven = row.connection.direction is None and row.connection.state in KERNEL_STATES
    return None if unproven and row.direction == "out" else row.direction == "in"
