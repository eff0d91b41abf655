"""Looks become events: each thing once, in an order that can be played back, with the times that are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings import register as findings
from tcpview_tui.findings.register import About, Place, Register
from tcpview_tui.findings.rule import Hit, Unknown
from tcpview_tui.findings.silences import Silences
from tcpview_tui.findings.table import RULES
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.diff import diff
from tcpview_tui.model.snapshot import Code, Ending, Passed, Problem, Snapshot
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Gap, Judged, Moment, Named, Opened, Unseen
from tcpview_tui.record.journal import COUNTED_EVERY, Journal
from tests.fakes import CURL, EPOCH, FakeClock, connection, snapshot
from tests.record.judged import found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Key

CURLS: Place = ("process", CURL.identity)
ROW: Place = ("connection", 1)


class Told:
    """A measure that is read already."""

    def __init__(self, received: int) -> None:
        self.counters = Counters(received, 0)


class Looks:
    def __init__(self) -> None:
        self.journal = Journal(1.0)
        self.before: Mapping[Key, Connection] = {}
        self.sequence = 0

    def take(self, *connections: Connection, later: float = 1.0, **more: Any) -> list[Event]:
        self.sequence += 1
        now = {each.key: each for each in connections}
        snapshot = Snapshot(self.sequence, EPOCH + self.sequence * later, now, **more)
        difference, self.before = diff(self.before, now), now
        return self.journal.take(snapshot, difference, self.sequence * later)


def test_what_was_found_is_told_once_with_all_that_stands_and_what_is_over() -> None:
    journal, clock, register = Journal(1.0), FakeClock(), Register(Silences(None))
    assert journal.judged(register, 1, clock) == []
    (_, first), (_, other) = found(CURLS), found(ROW)
    register.tell(CURLS, first)
    register.tell(ROW, other)
    register.silences.hush(first[0])
    now = Moment(EPOCH, 1000.0, 1)
    assert journal.judged(register, 1, clock) == [Judged(now, CURLS, first), Judged(now, ROW, other)]
    assert journal.judged(register, 2, clock) == []
    clock.advance(1)
    register.tell(CURLS, ())
    register.tell(ROW, other + first)
    register.tell(ROW, other)
    assert journal.judged(register, 3, clock) == [Judged(Moment(EPOCH + 1, 1001.0, 3), CURLS)]
    assert [each.place for each in Journal(1.0).judged(register, 3, clock) if isinstance(each, Judged)] == [ROW]


def test_who_has_missed_too_much_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "RECENT", 1)
    journal, clock, register = Journal(1.0), FakeClock(), Register(Silences(None))
    (_, first), (_, other) = found(CURLS), found(ROW)
    register.tell(CURLS, first)
    assert [each.place for each in journal.judged(register, 1, clock) if isinstance(each, Judged)] == [CURLS]
    register.tell(CURLS, ())
    register.tell(ROW, other)
    now = Moment(EPOCH, 1000.0, 2)
    assert journal.judged(register, 2, clock) == [Judged(now, CURLS), Judged(now, ROW, other)]


def test_what_changed_is_told_without_a_walk_through_all_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    journal, register = Journal(1.0), Register(Silences(None))
    register.tell(ROW, found(ROW)[1])
    journal.judged(register, 1, FakeClock())
    monkeypatch.delattr(Register, "standing")
    register.tell(CURLS, found(CURLS)[1])
    assert [each.place for each in journal.judged(register, 2, FakeClock()) if isinstance(each, Judged)] == [CURLS]


def test_what_only_could_not_be_checked_is_no_news() -> None:
    journal, register = Journal(1.0), Register(Silences(None))
    rule = RULES[0]
    assert register.put("process", About(CURL.identity, "curl"), [(rule, Unknown("why"))], EPOCH)
    assert journal.judged(register, 1, FakeClock()) == []
    assert register.put("process", About(CURL.identity, "curl"), [(rule, Hit("deleted"))], EPOCH)
    (judged,) = journal.judged(register, 1, FakeClock())
    assert isinstance(judged, Judged)
    assert [each.sentence for each in judged.findings] == ["deleted"]


def test_problems_of_one_kind_are_told_as_one() -> None:
    looks = Looks()
    lists = Problem(Code.JUDGING, "lists are not used", "They are empty.")
    baseline, names = Problem(Code.JUDGING, "the baseline is old"), Problem(Code.NAMES, "no names", "None came.")
    told = looks.take(problems=(lists, names, baseline, lists))
    both = Problem(Code.JUDGING, "lists are not used; the baseline is old", "They are empty.")
    assert [each.problem for each in told if isinstance(each, Unseen)] == [both, names]
    assert looks.take(problems=(lists, names, baseline)) == []
    (fewer,) = looks.take(problems=(baseline, names))
    assert isinstance(fewer, Unseen)
    assert fewer.problem == baseline


def test_only_the_first_look_finds_what_was_there_before() -> None:
    looks = Looks()
    known = replace(connection(2), opened_at=EPOCH - 5)
    assert [(each.connection.key, each.preexisting) for each in looks.take(connection(1), known)] == [  # type: ignore[union-attr]
        (1, True),
        (2, False),
    ]
    (opened,) = looks.take(connection(1), known, connection(3))
    assert isinstance(opened, Opened)
    assert not opened.preexisting


def test_exact_times_are_those_of_both_clocks() -> None:
    looks = Looks()
    looks.take(connection(1))
    fresh = replace(connection(2), opened_at=EPOCH + 1.25)
    opened, closed = looks.take(fresh, ended={1: Ending(EPOCH + 1.5, (CURL,))})
    assert (opened.at.wall, opened.at.monotonic, opened.at.look) == (EPOCH + 1.25, 1.25, 2)
    assert (closed.at.wall, closed.at.monotonic) == (EPOCH + 1.5, 1.5)
    assert isinstance(closed, Closed)
    assert closed.owners == (CURL,)


def test_a_connection_that_passed_is_opened_before_it_is_counted_and_closed() -> None:
    looks = Looks()
    passed = replace(connection(9), opened_at=EPOCH + 0.5)
    events = looks.take(passed=(Passed(passed, EPOCH + 0.75),), gauges={9: Gauge(Told(7))})
    assert [type(each) for each in events] == [Opened, Counted, Closed]
    assert [each.at.wall - EPOCH for each in (events[0], events[2])] == [0.5, 0.75]


def test_counters_are_told_now_and_then_and_at_the_end() -> None:
    looks = Looks()
    told: list[int | None] = []
    for received in range(1, 16):
        events = looks.take(connection(1), gauges={1: Gauge(Told(received))})
        told += [each.counters.received for each in events if isinstance(each, Counted)]
    assert told == [1, 1 + int(COUNTED_EVERY)]
    last, closed = looks.take()
    assert isinstance(last, Counted)
    assert last.counters.received == 15
    assert isinstance(closed, Closed)


def test_counters_that_are_not_due_are_told_where_a_file_ends_and_once() -> None:
    looks, clock = Looks(), FakeClock()
    for received in (1, 2, 50_000):
        looks.take(connection(1), connection(2), gauges={1: Gauge(Told(received)), 2: Gauge(Told(0))})
    (last,) = looks.journal.counted(3, clock)
    assert isinstance(last, Counted)
    assert (last.key, last.counters.received, last.at) == (1, 50_000, Moment(EPOCH, clock.monotonic(), 3))
    assert looks.journal.counted(3, clock) == []


def test_nothing_is_told_of_a_connection_that_has_carried_nothing() -> None:
    looks = Looks()
    events = looks.take(connection(1), gauges={1: Gauge(Told(0))})
    assert not [each for each in events if isinstance(each, Counted)]


def test_a_name_that_is_learned_late_is_an_event_of_its_own() -> None:
    looks = Looks()
    looks.take(connection(1))
    clock = FakeClock()
    clock.advance(60)
    names = {"93.184.216.34": "example.org"}
    late = Moment(EPOCH + 60, 1060.0, 1)
    assert looks.journal.named(names, 1, clock) == [Named(late, "93.184.216.34", "example.org")]
    assert looks.journal.named(names, 1, clock) == []


def test_a_machine_that_slept_was_not_looked_at_for_as_long_as_that_took() -> None:
    clock, journal = FakeClock(), Journal(1.0)
    told: list[Event] = []
    for number, asleep in enumerate((5.0, 0.0, 3600.0, 0.0, 1.5), 1):
        clock.suspend(asleep)
        clock.advance(1.0)
        look = snapshot(number, clock.wall())
        told += journal.take(look, diff({}, {}), clock.monotonic(), clock.slept())
    assert [(each.at.look, each.seconds) for each in told if isinstance(each, Gap)] == [(3, 3601.0), (5, 2.5)]


ROWS = st.dictionaries(st.integers(1, 5), st.sampled_from([State.ESTABLISHED, State.CLOSE_WAIT]), max_size=5)


@given(st.lists(ROWS, min_size=1, max_size=8))
def test_the_events_played_back_are_the_looks(history: list[dict[int, State]]) -> None:
    looks = Looks()
    played: dict[Key, Connection] = {}
    for states in history:
        rows = {key: connection(key, state) for key, state in states.items()}
        for event in looks.take(*rows.values()):
            match event:
                case Opened(_, row):
                    assert row.key not in played
                    played[row.key] = row
                case Changed(_, row):
                    assert row.key in played
                    played[row.key] = row
                case Closed(_, key):
                    del played[key]
        assert played == rows
