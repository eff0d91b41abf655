"""A part of a recording is told as the whole tells it: what came before is known, and nothing else is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.register import Place
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Closed, Counted, Event, Gap, Judged, Named, Opened
from tcpview_tui.record.excerpt import Span, excerpt
from tcpview_tui.record.reader import Reader, ReadingError
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.tracked import Happening
from tests.fakes import EPOCH, FakeClock
from tests.record.judged import found
from tests.record.streams import CALL, CURL, HERE, LIFE, later
from tests.record.tapes import everything, minutes, taped

START = round(EPOCH * 1000)


ALL = Span()


@dataclass(frozen=True)
class Found:
    """What was found of rows, by their ordinals."""

    by_ordinal: dict[int, Sequence[Finding]]

    def __call__(self, row: Row) -> Sequence[Finding]:
        return self.by_ordinal[row.ordinal]


def told(path: Path, span: Span = ALL, expression: str | None = None) -> list[Happening]:
    query = None if expression is None else parse(expression)
    with closing(Reader(path)) as reader:
        return [lasting(each) for each in excerpt(reader, span, query, lambda _, __: None)]


def lasting(happening: Happening) -> Happening:
    """Return it with what was found of its rows then, as equal as it is."""
    found = Found({row.ordinal: happening.context.findings(row) for row in happening.rows})
    return happening._replace(context=replace(happening.context, findings=found))


def test_without_bounds_it_is_all_of_it(tmp_path: Path) -> None:
    path = everything(tmp_path)
    with closing(Reader(path)) as reader:
        assert [happening.event for happening in told(path)] == list(reader.events())


def test_who_takes_his_time_does_not_keep_it_from_being_closed(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "a.tcpview", [], FakeClock())
    recording.write(Opened(later(each), replace(CALL, key=each)) for each in range(100))
    with closing(Reader(recording.path)) as reader:
        happenings = excerpt(reader, ALL, None, lambda _, __: None)
        assert next(happenings)
        recording.close()
        assert recording.unclosed is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(st.integers(-1, 8), st.integers(-1, 8))
def test_a_part_is_told_as_the_whole_tells_it(tmp_path: Path, first: int, last: int) -> None:
    path = tmp_path / "minutes.tcpview"
    if not path.exists():
        minutes(path, 6)
    span = Span(START + first * 1000, START + last * 1000)
    whole = [each for each in told(path) if first <= each.event.at.wall - EPOCH <= last]
    assert told(path, span) == whole


def test_what_opened_before_is_known_with_its_process_name_and_counters(tmp_path: Path) -> None:
    path = taped(tmp_path / "a.tcpview", [event for look in LIFE for event in look])
    (closed,) = told(path, Span(since=START + 2000))
    assert isinstance(closed.event, Closed)
    assert closed.row is not None
    assert (closed.row.owner and closed.row.owner.name, closed.row.first_seen) == ("curl", EPOCH + 0.25)
    assert closed.context.names == {"192.0.2.7": "far.example"}
    assert closed.context.gauges[closed.row.key].counters.received == 7000


def test_with_a_filter_what_was_found_of_rows_that_match_is_there_and_findings_are_terms(tmp_path: Path) -> None:
    other = replace(CALL, key=2, remote=CALL.remote and CALL.remote._replace(port=80))
    place: Place = ("process", CURL.identity)
    events: list[Event] = [
        Opened(HERE, CALL), Opened(HERE, replace(other, owners=())), Judged(later(1), *found(place)),
        Judged(later(1), *found(("connection", 2), "listed")), Counted(later(2), CALL.key, Counters(1, 1)),
        Judged(later(3), place), Counted(later(4), CALL.key, Counters(2, 2)), Judged(later(4), ("connection", 2)),
    ]  # fmt: skip
    path = taped(tmp_path / "a.tcpview", events)

    def kinds(expression: str, span: Span = ALL) -> list[str]:
        return [type(each.event).__name__ for each in told(path, span, expression)]

    assert kinds("rport:443") == ["Opened", "Judged", "Counted", "Judged", "Counted"]
    assert kinds("is:suspicious") == kinds("severity>=high") == ["Judged", "Judged", "Counted"]
    assert kinds("finding:exe-place rport:443", Span(since=START + 2000)) == ["Counted"]


def test_it_is_bounded_by_when_things_happened_and_not_when_they_were_known(tmp_path: Path) -> None:
    known_late = Gap(later(9).at(EPOCH + 1), 8.0)
    path = taped(tmp_path / "a.tcpview", [Gap(later(2), 1.0), known_late])
    assert [each.event for each in told(path, Span(until=START + 1000))] == [known_late]
    assert [each.event for each in told(path, Span(since=START + 1001))] == [Gap(later(2), 1.0)]


def test_both_ends_of_a_time_are_in_it(tmp_path: Path) -> None:
    path = minutes(tmp_path / "a.tcpview", 3)
    assert {each.event.at.wall for each in told(path, Span(START + 1000, START + 1000))} == {EPOCH + 1}
    assert told(path, Span(since=START + 90_000)) == []


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("lport:1025", [Opened, Counted, Closed]),
        ("is:closed", [Closed] * 3),
        ("recv>0 process:curl", [Counted, Closed] * 3),
        ("host:far", [Opened, *[Opened, Counted, Closed] * 2, Counted, Closed]),
        ("process:sshd", []),
    ],
)
def test_a_filter_asks_the_row_of_each_event_as_it_was_then(
    tmp_path: Path, expression: str, kinds: list[type[Any]]
) -> None:
    found = [type(each.event) for each in told(minutes(tmp_path / "a.tcpview", 3), Span(), expression)]
    assert sorted(map(str, found)) == sorted(map(str, kinds))
    assert Named not in found


def test_it_says_how_far_it_is(tmp_path: Path) -> None:
    path, reached = minutes(tmp_path / "a.tcpview", 20), list[tuple[int, int]]()
    with closing(Reader(path)) as reader:
        assert list(excerpt(reader, Span(since=START + 10_000), None, lambda at, of: reached.append((at, of))))
        last = reader.last
    assert reached == sorted(reached)
    assert {of for _, of in reached} == {last}
    assert reached[-1] == (last, last)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE event SET state = kind WHERE id = 4",
        "UPDATE event SET body = '{' WHERE id = 4",
        "UPDATE event SET kind = 99 WHERE id = 4",
        "UPDATE event SET moment = 99 WHERE id = 4",
        "DELETE FROM event WHERE id = 4",
        "UPDATE event SET body = '{\"counted\": 1}', kind = (SELECT id FROM word WHERE text = 'counted') WHERE id = 4",
    ],
)
def test_what_stands_before_damage_is_told(tmp_path: Path, damage: str) -> None:
    path, found = everything(tmp_path), list[Happening]()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(damage)
    with closing(Reader(path)) as reader, pytest.raises(ReadingError):
        found.extend(excerpt(reader, Span(), None, lambda _, __: None))
    with closing(Reader(path)) as reader:
        happenings = excerpt(reader, Span(), None, lambda _, __: None)
        assert [next(happenings).event for _ in range(3)] == list(reader.events(1, 3))
