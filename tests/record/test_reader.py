"""What is read from a recording is what was written: whatever happened, to the millisecond."""

from __future__ import annotations

import gzip
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event as Signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Namespace, State, Unowned
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Judged, Moment, Named, Opened, Unseen
from tcpview_tui.record.history import History
from tcpview_tui.record.identity import key_id
from tcpview_tui.record.reader import Reader, ReadingError
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.schema import VERSION
from tcpview_tui.record.states import NOTHING
from tcpview_tui.record.verify import verify
from tests.fakes import FakeClock
from tests.record.judged import found, judgements
from tests.record.streams import CALL, HERE, later
from tests.record.tapes import minutes, read, taped

if TYPE_CHECKING:
    from tcpview_tui.findings.register import Place

TEXTS = st.sampled_from(["curl", "=cmd|x", "a\\x1b[2J", "[/x]", "né\u4e2d", '"', ""])
PORTS = st.integers(0, 65535)
TIMES = st.integers(1_700_000_000_000, 1_900_000_000_000).map(lambda each: each / 1000)
PROCESSES = st.builds(
    Process,
    st.integers(1, 9),
    st.none() | TIMES,
    TEXTS,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.lists(st.builds(Ancestor, st.integers(1, 9), TEXTS), max_size=2).map(tuple),
    st.none() | TEXTS,
)
ENDS = st.builds(Endpoint, st.sampled_from(["10.0.0.5", "2001:db8::1", "fe80::1%eth0"]), PORTS)
OWNERS = st.lists(PROCESSES, max_size=2).map(tuple)
CONNECTIONS = st.builds(
    Connection,
    st.just(0),
    st.sampled_from(["tcp", "udp", "udplite", "raw"]),
    st.sampled_from([4, 6]),
    st.sampled_from(State),
    ENDS,
    st.none() | ENDS,
    OWNERS,
    st.none() | TEXTS.filter(bool),
    st.none() | st.sampled_from(["in", "out", "listening"]),
    st.none() | TIMES,
    st.none() | st.sampled_from([Namespace(7, "web"), Namespace(8), UNKNOWN_NAMESPACE]),
    st.none() | st.sampled_from(Unowned),
    OWNERS,
)
SPANS = st.integers(-(10**9), 10**9).map(lambda each: each / 1000)
MOMENTS = st.builds(Moment, TIMES, SPANS.map(abs), st.integers(1, 9), st.just(0.0) | SPANS)
COUNTERS = st.builds(Counters, *[st.none() | st.integers(0, 2**50)] * 5, st.none() | st.floats(0, 9), congestion=TEXTS)
OTHERS = st.one_of(
    st.builds(Named, MOMENTS, TEXTS, TEXTS),
    st.builds(Unseen, MOMENTS, st.just("names"), st.none() | st.just(Problem(Code.NAMES, "few", "much"))),
    st.builds(Gap, MOMENTS, st.floats(0, 1e6)),
    st.builds(Acted, MOMENTS, TEXTS),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events as a journal makes them; each connection has the number that the recording will give it."""
    events: list[Event] = []
    for key in range(1, draw(st.integers(1, 4)) + 1):
        connection = replace(draw(CONNECTIONS), key=key)
        events.append(Opened(draw(MOMENTS), connection, draw(st.booleans())))
        for _ in range(draw(st.integers(0, 2))):
            after = replace(draw(CONNECTIONS), key=key, transport=connection.transport, family=connection.family)
            events.append(Changed(draw(MOMENTS), replace(after, namespace=connection.namespace)))
        if draw(st.booleans()):
            events.append(Counted(draw(MOMENTS), key, draw(COUNTERS)))
        told = st.tuples(MOMENTS, judgements(st.integers(1, key)))
        judged = told.map(lambda each: Judged(each[0], *each[1]))
        events += draw(st.lists(judged, max_size=2))
        if draw(st.booleans()):
            events.append(Closed(draw(MOMENTS), key, draw(OWNERS)))
            events += draw(st.lists(judged, max_size=1))
    return [*events, *draw(st.lists(OTHERS, max_size=3))]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(histories())
def test_what_was_written_is_read(tmp_path: Path, events: list[Event]) -> None:
    path = tmp_path / "a.tcpview"
    path.unlink(missing_ok=True)
    recording = Recording(path, [("host", "h")], FakeClock())
    recording.write(events)
    recording.close()
    with closing(Reader(path)) as reader:
        assert list(reader.events()) == events
        assert reader.last == len(events)
        assert reader.facts == {"host": "h"}
        assert list(reader.events(2, 3)) == events[1:3]


def test_what_is_still_written_can_be_read(tmp_path: Path) -> None:
    path, at = tmp_path / "a.tcpview", Moment(1.0, 1.0, 1)
    recording = Recording(path, [], FakeClock())
    with closing(Reader(path)) as reader:
        assert reader.last == 0
        recording.write([Acted(at, "one")])
        assert list(reader.events()) == [Acted(at, "one")]
        recording.write([Acted(at, "two")])
        assert reader.last == 2
    recording.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A recording that the program wrote before findings were recorded: version 4."""
    path = tmp_path / "old.tcpview"
    path.write_bytes(gzip.decompress(Path(__file__).with_name("version4.tcpview.gz").read_bytes()))
    return path


def test_a_recording_of_the_version_before_is_read_as_it_was_written(old: Path, tmp_path: Path) -> None:
    now = minutes(tmp_path / "now.tcpview", 2)
    for path, version in ((old, 4), (now, VERSION)):
        with closing(sqlite3.connect(path)) as file:
            assert file.execute("PRAGMA user_version").fetchone() == (version,)
    assert read(old) == read(now)
    assert verify(old).fault is None
    assert verify(old).closing is not None
    with closing(Reader(old)) as reader:
        last, whole = History(reader).whole(reader.last)
        assert (last > 0, whole.findings) == (True, {})


@pytest.mark.parametrize("body", ["{}", '{"of": "process", "subject": {}}', '{"of": "machine", "findings": [{}]}'])
def test_a_judgement_that_nobody_has_made_is_damage(body: str, tmp_path: Path) -> None:
    path = taped(tmp_path / "a.tcpview", [Judged(HERE, *found(("process", (1, None))))])
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE event SET body = ?", (body,))
    with pytest.raises(ReadingError, match="event 1 cannot be understood"):
        read(path)


def test_texts_of_a_judgement_that_somebody_doctored_are_safe(tmp_path: Path) -> None:
    path = taped(
        tmp_path / "a.tcpview", [Judged(HERE, *found(("machine", ("ld-so-preload", "evil", ("evil",))), "evil"))]
    )
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE event SET body = replace(body, 'evil', ?)", (r"\u001b]0;x\u0007",))
    (judged,) = read(path)
    assert isinstance(judged, Judged)
    assert judged.place == ("machine", ("ld-so-preload", "\\x1b]0;x\\x07", ("\\x1b]0;x\\x07",)))
    assert judged.findings[0].sentence == "\\x1b]0;x\\x07"


def test_what_is_found_of_a_connection_after_its_end_is_still_about_it(tmp_path: Path) -> None:
    place: Place = ("connection", CALL.key)
    again = replace(CALL, state=State.SYN_SENT)
    events: list[Event] = [
        Opened(HERE, CALL), Closed(HERE, CALL.key), Judged(HERE, *found(place)),
        Opened(HERE, again), Judged(HERE, place), Judged(HERE, *found(place, "anew")),
    ]  # fmt: skip
    told = [each.place for each in read(taped(tmp_path / "a.tcpview", events)) if isinstance(each, Judged)]
    assert told == [("connection", 1), ("connection", 1), ("connection", 2)]


@pytest.mark.parametrize("content", [b"", b"mine", b"SQLite format 3\0" + bytes(200)])
def test_what_is_no_recording_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tcpview"
    path.write_bytes(content)
    with pytest.raises(ReadingError, match="is no recording"):
        Reader(path)
    with pytest.raises(FileNotFoundError):
        Reader(tmp_path / "none")


def test_what_was_found_of_connections_that_nobody_told_of_does_not_become_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcpview_tui.record.rows.LATE", 1)
    closed = [event for key in range(4) for event in (Opened(HERE, replace(CALL, key=key)), Closed(HERE, key))]
    judged = [Judged(later(1), *found(("connection", key), f"row {key}")) for key in range(4)]
    path = taped(tmp_path / "a.tcpview", [*closed, *judged, Judged(later(2), ("connection", 1))])
    looks = NOTHING.looks()
    events = read(path)
    for event in events:
        looks.take([event])
    places = [("connection", key_id(0)), ("connection", key_id(1)), ("connection", key_id(2)), ("connection", 4)]
    assert [event.place for event in events if isinstance(event, Judged)] == [*places, places[1]]
    assert list(looks.findings) == [places[0], *places[2:]]


def test_a_file_may_be_given_back_while_another_thread_reads_it(tmp_path: Path) -> None:
    reader, is_reading = Reader(minutes(tmp_path / "a.tcpview", 1)), Signal()
    reader._file.set_progress_handler(is_reading.set, 1_000)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(reader.ask, endless)
        assert is_reading.wait(20)
        reader.close()
        with pytest.raises(ReadingError, match="interrupted"):
            asked.result(20)
    with pytest.raises(ReadingError, match="closed"):
        reader.ask("SELECT 1")
    reader.close()
