"""Learning from recordings that the test makes: days, hours, volumes, programs; twice is as once."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.days import spelled
from tcpview_tui.findings.baseline.habits import Habits
from tcpview_tui.findings.baseline.recorded import hour_in, learned
from tcpview_tui.findings.baseline.traits import Networks, Program
from tcpview_tui.model.connection import Connection
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Opened
from tcpview_tui.record.reader import Reader, ReadingError
from tcpview_tui.record.recording import Recording
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection, listener
from tests.findings.baseline.lessons import DAY
from tests.model.rows import make_row
from tests.record.streams import later
from tests.record.tapes import DIGEST, everything, hostile

WEB = replace(listener("web", 443), key=1)
OUT = replace(connection("out", remote=("192.0.2.7", 443)), key=2, direction="out")
NGINX_HERE, CURL_HERE = Program("/usr/sbin/nginx", "nginx.service"), Program("/usr/bin/curl", "session-*.scope")

LIFE: list[Event] = [
    Opened(later(0), WEB, preexisting=True),
    Opened(later(2 * 3600), OUT),
    Counted(later(DAY), 2, Counters(70, 9000)),
    Closed(later(2 * DAY), 2),
    Opened(later(4 * DAY), replace(OUT, key=3)),
]


def taped(path: Path, events: Iterable[Event], zone: str = "CET +0100") -> Path:
    facts = [("host", "box"), ("time_zone", zone)]
    with closing(Recording(path, facts, FakeClock(), {CURL: DIGEST}.get)) as recording:
        recording.write(events)
    return path


def taught(path: Path) -> Baseline:
    with closing(Reader(path)) as reader:
        return learned(reader, Networks(), lambda *_: None)


def days(habits: Habits, what: str, name: str) -> str:
    (spans,) = getattr(habits, what)[name].values()
    return spelled(spans)


def test_a_recording_teaches_every_day_on_which_something_was_there(tmp_path: Path) -> None:
    baseline = taught(taped(tmp_path / "a.tcpview", LIFE))
    assert spelled(baseline.learned["box"]) == "2026-01-01..2026-01-05"
    nginx, curl = baseline.programs[NGINX_HERE], baseline.programs[CURL_HERE]
    assert days(nginx, "listens", "any tcp/443") == "2026-01-01..2026-01-05"
    assert days(curl, "talks", "to 192.0.2.0/24 tcp/443") == "2026-01-01..2026-01-03 2026-01-05"
    assert curl.carried == {"to 192.0.2.0/24 tcp/443": (70, 9000)}
    assert days(curl, "sha256", DIGEST) == "2026-01-01..2026-01-03 2026-01-05"
    assert nginx.hours == nginx.sha256 == {}
    assert {hour: days(curl, "hours", hour) for hour in curl.hours} == {"03": "2026-01-01", "01": "2026-01-05"}


def test_the_same_recording_twice_is_as_once_and_parts_are_as_the_whole(tmp_path: Path) -> None:
    whole = taught(taped(tmp_path / "a.tcpview", LIFE))
    assert whole.joined(taught(tmp_path / "a.tcpview")) == whole
    before, after = LIFE[:4], [Opened(later(4 * DAY), WEB, preexisting=True), *LIFE[4:]]
    parts = [taught(taped(tmp_path / f"{number}.tcpview", each)) for number, each in enumerate((before, after))]
    joined = parts[0].joined(parts[1])
    assert joined.programs[CURL_HERE] == whole.programs[CURL_HERE]
    assert days(joined.programs[NGINX_HERE], "listens", "any tcp/443") == "2026-01-01..2026-01-03 2026-01-05"


def test_what_opened_before_the_recording_was_not_seen_then(tmp_path: Path) -> None:
    old = replace(OUT, opened_at=EPOCH - 90 * DAY)
    events: list[Event] = [Opened(later(0).at(EPOCH - 90 * DAY), old, preexisting=False), Closed(later(DAY), 2)]
    curl = taught(taped(tmp_path / "a.tcpview", events)).programs[CURL_HERE]
    assert days(curl, "talks", "to 192.0.2.0/24 tcp/443") == "2026-01-01..2026-01-02"


def test_who_had_it_later_or_was_known_only_at_the_end_is_learned(tmp_path: Path) -> None:
    orphan: Connection = replace(OUT, owners=())
    events: list[Event] = [
        Opened(later(0), OUT),
        Changed(later(1), replace(OUT, owners=(NGINX,))),
        Opened(later(1), replace(orphan, key=5)),
        Closed(later(2), 5, (replace(CURL, executable="/usr/bin/wget"),)),
    ]
    baseline = taught(taped(tmp_path / "a.tcpview", events))
    assert {program.path for program in baseline.programs} == {"/usr/bin/curl", "/usr/sbin/nginx", "/usr/bin/wget"}


def test_a_shell_teaches_no_hash_and_a_deleted_program_is_the_one_that_it_was(tmp_path: Path) -> None:
    shell = replace(CURL, pid=7, executable="/usr/bin/bash (deleted)")
    gone = replace(CURL, executable="/usr/bin/curl (deleted)")
    events: list[Event] = [
        Opened(later(0), replace(OUT, owners=(shell,))),
        Opened(later(0), replace(WEB, owners=(gone,))),
    ]
    path = tmp_path / "a.tcpview"
    with closing(Recording(path, [("host", "box")], FakeClock(), {shell: DIGEST, gone: DIGEST}.get)) as recording:
        recording.write(events)
    learned = taught(path).programs
    assert {program.path: list(habits.sha256) for program, habits in learned.items()} == {
        "/usr/bin/bash": [],
        "/usr/bin/curl": [DIGEST],
    }


def test_what_a_recording_taught_is_not_outside(tmp_path: Path) -> None:
    comparison = Comparison(taught(taped(tmp_path / "a.tcpview", LIFE)))
    row = make_row("10.0.0.5:50000", "192.0.2.9:443", replace(CURL, pid=5), direction="out")
    assert not comparison.is_outside(row)
    assert comparison.is_outside(make_row("10.0.0.5:50000", "198.51.100.9:443", CURL, direction="out"))


def test_every_kind_of_event_and_hostile_texts_are_survived(tmp_path: Path) -> None:
    assert CURL_HERE.path in {program.path for program in taught(everything(tmp_path)).programs}
    assert "[/x]" in {program.path for program in taught(hostile(tmp_path)).programs}


def test_nothing_is_learned_from_an_empty_recording(tmp_path: Path) -> None:
    assert taught(taped(tmp_path / "a.tcpview", [])) == Baseline()


def test_a_damaged_recording_is_said_to_be(tmp_path: Path) -> None:
    path = taped(tmp_path / "a.tcpview", LIFE)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DELETE FROM event WHERE id = 3")
        file.commit()
    with pytest.raises(ReadingError, match="event 3 is missing"):
        taught(path)


@pytest.mark.parametrize(("zone", "hour"), [("CET +0100", 1), ("EST -0500", 19), ("IST +0530", 5), ("UTC +0000", 0)])
def test_hours_are_those_of_the_machine_that_was_recorded(zone: str, hour: int) -> None:
    assert hour_in(zone)(EPOCH) == hour


def test_without_a_zone_hours_are_those_of_this_machine() -> None:
    assert hour_in("")(EPOCH) == time.localtime(EPOCH).tm_hour
