"""A replay shows what the live table showed at the same time, wherever one jumps to."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import diff
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.snapshot import Code, Ending, Passed, Problem, Snapshot
from tcpview_tui.record import states
from tcpview_tui.record.history import History
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.playback import Playback, RecordedClock
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording
from tests.fakes import CURL, NGINX, FakeClock, connection, listener
from tests.record.judged import found
from tests.record.tapes import minutes

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Connection, Key

LINGER = 3.0
BLIND = Problem(Code.OWNERLESS, "1 socket without owner", "not root")
STATES = (State.ESTABLISHED, State.CLOSE_WAIT, State.TIME_WAIT, State.FIN_WAIT_2)
OWNERS = st.sampled_from([(), (CURL,), (NGINX,), (CURL, NGINX)])

Rows = dict[int, Row]
Found = dict[int, list[str]]


@st.composite
def connections(draw: st.DrawFn, key: int) -> Connection:
    if key % 7 == 0:
        return listener(key, 50000)
    found = connection(key, draw(st.sampled_from(STATES)), owners=draw(OWNERS))
    opened_at = draw(st.sampled_from([None, None, float(key)]))
    return replace(found, opened_at=opened_at, past_owners=draw(st.sampled_from([(), (NGINX,)])))


@st.composite
def verdicts(draw: st.DrawFn, keys: list[int]) -> list[tuple[Place, tuple[Finding, ...]]]:
    """What is found at a look: of processes, of connections there or just gone, of a program; or is no longer."""
    told: list[Place] = [
        ("process", CURL.identity),
        ("process", NGINX.identity),
        ("machine", ("sniffer", CURL.identity)),
    ]
    told += [("activity", CURL.identity), *(("connection", key) for key in keys)]
    told += [("machine", ("hidden-socket", key)) for key in keys]
    chosen = draw(st.lists(st.sampled_from(told), max_size=3, unique=True))
    return [found(place, draw(st.sampled_from("abc"))) if draw(st.booleans()) else (place, ()) for place in chosen]


@st.composite
def looks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What each look of a history sees, and how many seconds it came after the one before. No key comes again."""
    told: list[dict[str, Any]] = []
    gone: set[int] = set()
    before: set[int] = set()
    for number in range(draw(st.integers(1, 12))):
        places = draw(st.sets(st.integers(0, 6), max_size=5))
        keys = {next(key for key in range(place, 99, 7) if key not in gone) for place in places}
        closed = before - keys
        gone, before = gone | closed, keys
        there = {key: draw(connections(key)) for key in sorted(keys)}
        brief = [connection(100 + number, owners=())] if number and draw(st.booleans()) else []
        told.append(
            {
                "connections": there,
                "ended": {key: Ending(draw(st.sampled_from([None, 7.5])), (CURL,)) for key in sorted(closed)},
                "passed": tuple(Passed(each, 8.25) for each in brief),
                "problems": (BLIND,) if draw(st.booleans()) else (),
                "later": draw(st.sampled_from([0.25, 1.0, 2.75, 9.0])),
                "judged": draw(verdicts(sorted(there | dict.fromkeys(closed)))),
            }
        )
    return told


class Film:
    """A live table and its recording. `shown` has its rows after each look, by the order of their coming."""

    def __init__(self, path: Path, told: list[dict[str, Any]]) -> None:
        self.shown: dict[int, Rows] = {}
        self.found: dict[int, Found] = {}
        register = Register(Silences(None))
        self.events: list[int] = []
        clock = FakeClock()
        table, journal = LiveTable(clock, LINGER), Journal(1.0)
        before: dict[Key, Connection] = {}
        events = 0
        with closing(Recording(path, [], clock)) as recording:
            for number, each in enumerate(told, 1):
                clock.advance(each["later"])
                snapshot = Snapshot(
                    number, clock.wall(), each["connections"],
                    problems=each["problems"], ended=each["ended"], passed=each["passed"],
                )  # fmt: skip
                difference, before = diff(before, snapshot.connections), each["connections"]
                table.expire()
                table.apply(snapshot, difference)
                for place, findings in each["judged"]:
                    register.tell(place, findings)
                happened = journal.take(snapshot, difference, clock.monotonic())
                happened += journal.judged(register, number, clock)
                recording.write(happened)
                if happened:
                    events += len(happened)
                    self.shown[events] = seen(table)
                    self.found[events] = suspected(table, register)


def seen(table: LiveTable) -> Rows:
    """Return the rows of a table by ordinal; keys are of the source in one and of the file in the other.

    When a mark was set counts for as long as there is one.
    """

    def plain(each: Connection | None, key: int) -> Connection | None:
        return None if each is None else replace(each, key=key)

    return {
        row.ordinal: replace(
            row,
            connection=replace(row.connection, key=row.ordinal),
            before=plain(row.before, row.ordinal),
            marked_at=row.marked_at if row.mark is not Mark.NONE else 0.0,
        )
        for row in table.rows.values()
    }


def suspected(table: LiveTable, register: Register) -> Found:
    """Return what was found of each row, by ordinal."""
    return {row.ordinal: [each.sentence for each in register.of(row)] for row in table.rows.values()}


def expect(playback: Playback, film: Film, event: int) -> None:
    register, shown = Register(Silences(None)), film.shown[event]
    for place, findings in playback.looks.findings.items():
        register.tell(place, findings)
    assert suspected(playback.table, register) == film.found[event]
    rows = seen(playback.table)
    assert rows.keys() == shown.keys()
    for ordinal, row in rows.items():
        assert {name: getattr(row, name) for name in Row.__slots__} == {
            name: getattr(shown[ordinal], name) for name in Row.__slots__
        }


def jump(history: History, playback: Playback, event: int) -> None:
    begin, whole = history.whole(event, history.place(event).clock - playback.table.memory)
    playback.leap(whole)
    for events in history.told(begin + 1, event):
        playback.take(events)
    playback.put(history.place(event))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(looks(), st.lists(st.integers(0, 1000), min_size=1, max_size=6), st.sampled_from([1, 4, 10, 1000]))
def test_a_replay_shows_what_the_live_table_showed(
    tmp_path: Path, told: list[dict[str, Any]], jumps: list[int], every: int
) -> None:
    path = tmp_path / "a.tcpview"
    path.unlink(missing_ok=True)
    with patch.object(states, "EVERY", every):
        film = Film(path, told)
    with closing(Reader(path)) as reader:
        clock, history = RecordedClock(), History(reader)
        playback = Playback(clock, LiveTable(clock, LINGER))
        start = history.start().event
        places = [event for event in film.shown if event >= start]
        for number in jumps:
            if places:
                event = places[number % len(places)]
                jump(history, playback, event)
                if event > start:
                    expect(playback, film, event)
                for events in history.told(event + 1, places[-1]):
                    playback.take(events)
                    now = max(each for each in film.shown if each <= event + len(events))
                    event += len(events)
                    expect(playback, film, now)


def test_a_step_goes_over_what_nobody_sees(tmp_path: Path) -> None:
    path = minutes(tmp_path / "a.tcpview", 2)
    with closing(Reader(path)) as reader:
        kinds = [type(event).__name__ for event in reader.events()]
        seen = [number for number, kind in enumerate(kinds, 1) if kind != "Counted"]
        history = History(reader)
        assert [history.next(number, 1) for number in [0, *seen]] == [*seen, None]
        assert [history.next(number, -1) for number in seen] == [None, *seen[:-1]]
        assert len(seen) < len(kinds)
