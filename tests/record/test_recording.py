"""Recordings: what is written is there once, sealed, found when it was touched, and waits when it cannot be."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import diff
from tcpview_tui.model.snapshot import Code, Passed, Problem, Snapshot
from tcpview_tui.record import recording as module
from tcpview_tui.record.event import Judged
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.seal import START
from tcpview_tui.record.verify import verify
from tests.fakes import CURL, NGINX, FakeClock, connection, listener
from tests.readme import RECORDING
from tests.record.judged import found
from tests.record.streams import HERE
from tests.record.tapes import taped
from tests.sources.net import root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tcpview_tui.model.connection import Connection, Key

WEB, CLIENT = listener(1, 443), connection(2, owners=(CURL, NGINX))


class Tape:
    """A recording and the looks that go into it."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self.clock = FakeClock()
        self.journal = Journal(1.0)
        self.file = Recording(path, [("host", "h"), ("program", "1")], self.clock, key=key)
        self.before: Mapping[Key, Connection] = {}
        self.looks = 0

    def look(self, *connections: Connection, **more: Any) -> None:
        self.looks += 1
        now = {each.key: each for each in connections}
        snapshot = Snapshot(self.looks, self.clock.wall(), now, **more)
        difference, self.before = diff(self.before, now), now
        events = self.journal.take(snapshot, difference, self.clock.monotonic())
        self.clock.advance(1)
        self.file.write(events)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "host.tcpview"


def recorded(path: Path, key: bytes | None = None) -> str:
    tape = Tape(path, key)
    tape.look(WEB, CLIENT)
    tape.look(WEB, replace(CLIENT, state=State.CLOSE_WAIT))
    tape.look(WEB, passed=(Passed(connection(3, owners=()), tape.clock.wall()),))
    digest = tape.file.digest
    tape.file.close()
    return digest


def ask(path: Path, query: str) -> list[Sequence[Any]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute(query).fetchall()


def test_each_thing_that_happened_is_there_once(path: Path) -> None:
    recorded(path)
    query = """SELECT happened.kind, look, happened.connection, happened.state FROM happened
               JOIN event ON event.id = happened.id JOIN moment ON moment.id = moment"""
    events = ask(path, query)
    assert events == [
        ("opened", 1, 1, "LISTEN"),
        ("opened", 1, 2, "ESTABLISHED"),
        ("changed", 2, 2, "CLOSE_WAIT"),
        ("opened", 3, 3, "ESTABLISHED"),
        ("closed", 3, 2, None),
        ("closed", 3, 3, None),
    ]
    assert ask(path, "SELECT pid, name FROM process ORDER BY id") == [(812, "nginx"), (4242, "curl")]
    assert ask(path, "SELECT owners FROM common ORDER BY id") == [("[1]",), ("[2,1]",), (None,)]
    assert ask(path, "SELECT common, preexisting FROM connection ORDER BY id") == [(1, 1), (2, 1), (3, 0)]
    assert ask(path, "SELECT text FROM word ORDER BY text") == [
        (word,) for word in ("CLOSE_WAIT", "ESTABLISHED", "LISTEN", "changed", "closed", "opened")
    ]
    assert ask(path, "SELECT count(*), count(DISTINCT text) FROM address") == [(3, 3)]
    assert ask(path, "SELECT value FROM fact WHERE name = 'host'") == [("h",)]


def test_it_is_intact_and_tells_the_digest_to_write_down(path: Path) -> None:
    digest = recorded(path)
    verdict = verify(path)
    assert verdict.fault is None
    assert (verdict.seals, verdict.events, verdict.digest) == (4, 6, digest)


def test_what_was_committed_is_there_without_an_end(path: Path) -> None:
    tape = Tape(path)
    tape.look(WEB, CLIENT)
    assert verify(path).events == 2
    tape.file.close()


TAMPERED = {
    "UPDATE event SET state = 1 WHERE id = 3": "seal 3",
    "UPDATE word SET text = 'CLOSED' WHERE text = 'LISTEN'": "seal 2",
    "UPDATE common SET owners = '[1]' WHERE id = 2": "seal 2",
    "UPDATE connection SET remote_port = 80 WHERE id = 2": "seal 2",
    "UPDATE moment SET wall = wall + 1 WHERE id = 1": "seal 2",
    "UPDATE process SET name = 'cron' WHERE id = 2": "seal 2",
    "UPDATE fact SET value = 'other' WHERE id = 1": "seal 1",
    "UPDATE seal SET digest = zeroblob(32) WHERE id = 2": "seal 2",
    "DELETE FROM event WHERE id = 4": "Row 4 of event is missing",
    "DELETE FROM event WHERE id = 6": "Row 6 of event is missing",
    "DELETE FROM seal WHERE id = 2": "Seal 2, after seal 1",
    "DELETE FROM seal WHERE id = 4": "added behind the last seal",
    "DELETE FROM seal": "It has no seal",
    "UPDATE event SET id = 100 WHERE id = 1": "Row 1 of event is missing",
    "UPDATE event SET moment = moment - 1 WHERE id IN (4, 5)": "seal 4",
    "INSERT INTO address VALUES (4, '192.0.2.1')": "added behind the last seal",
    "UPDATE seal SET rows = '[]' WHERE id = 3": "Seal 3 does not say",
    "CREATE TABLE mine (x)": "table mine was added",
    "CREATE VIEW mine AS SELECT * FROM event": "view mine was added",
    "CREATE TRIGGER mine AFTER INSERT ON event BEGIN DELETE FROM event; END": "trigger mine was added",
    "CREATE INDEX mine ON event (connection)": "index mine was added",
    "DROP VIEW happened": "view happened was removed",
    "PRAGMA user_version = 9": "version 9",
    "PRAGMA application_id = 9": "no recording",
}


@pytest.mark.parametrize("tampering", TAMPERED)
def test_the_first_place_that_was_touched_is_named(path: Path, tampering: str) -> None:
    recorded(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(tampering)
    fault = verify(path).fault
    assert fault is not None
    assert TAMPERED[tampering] in fault


def test_what_was_found_is_sealed(path: Path) -> None:
    taped(path, [Judged(HERE, *found(("process", CURL.identity)))])
    assert verify(path).fault is None
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE event SET body = replace(body, 'high', 'low')")
    assert "What seal 2 of " in (verify(path).fault or "")


def test_a_view_that_hides_is_named(path: Path) -> None:
    recorded(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DROP VIEW happened")
        file.execute("CREATE VIEW happened AS SELECT * FROM event WHERE id > 2")
    assert "view happened was changed" in (verify(path).fault or "")


@pytest.mark.parametrize("column", ["name", "tbl_name", "type"])
def test_what_goes_by_another_name_is_named(path: Path, column: str) -> None:
    recorded(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute(f"UPDATE sqlite_schema SET {column} = 'table' || rowid WHERE name = 'happened'")
    fault = verify(path).fault
    assert fault is not None
    assert "Its tables and views are not those" in fault or "malformed" in fault


def test_events_that_changed_places_are_found(path: Path) -> None:
    recorded(path)
    with closing(sqlite3.connect(path)) as file, file:
        for old, new in ((5, 50), (6, 5), (50, 6)):
            file.execute("UPDATE event SET id = ? WHERE id = ?", (new, old))
    assert "seal 4" in (verify(path).fault or "")


def test_only_who_has_the_key_can_make_the_seal(path: Path) -> None:
    digest = recorded(path, b"secret")
    assert verify(path, b"secret").digest == digest
    assert "seal 1" in (verify(path, b"guessed").fault or "")
    assert "seal 1" in (verify(path).fault or "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.data())
def test_verify_ends_in_a_verdict_whatever_the_file_is(path: Path, data: st.DataObject) -> None:
    if not path.exists():
        recorded(path)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = path.with_name("damaged")
    damaged.write_bytes(whole[:at] + data.draw(st.binary(max_size=40)) + whole[at + data.draw(st.integers(0, 40)) :])
    verdict = verify(damaged)
    assert verdict.fault is None or verdict.fault.endswith(".")


def test_a_recording_replaces_nothing(path: Path) -> None:
    path.write_text("mine")
    with pytest.raises(RecordingError, match="is there already"):
        Tape(path)
    assert path.read_text() == "mine"


def test_what_cannot_be_written_waits_and_is_written_later(path: Path, tmp_path: Path) -> None:
    tape = Tape(path)
    path.rename(tmp_path / "away")
    with pytest.raises(RecordingError, match="removed or replaced"):
        tape.look(WEB)
    assert tape.file.waiting
    (tmp_path / "away").rename(path)
    tape.file.write([])
    assert not tape.file.waiting
    assert verify(path) == verify(path)._replace(fault=None, events=1)
    tape.file.close()


def test_the_log_is_brought_into_the_file_before_it_takes_the_room(path: Path) -> None:
    tape = Tape(path)
    log = path.with_name(path.name + "-wal")
    for look in range(100):
        tape.look(*(connection(each) for each in range(look)))
        assert log.stat().st_size < 200_000
    tape.look(*(connection(each) for each in range(5000)))
    tape.look()
    tape.look(WEB)
    assert log.stat().st_size <= 25 * 4096
    tape.file.close()


def test_a_full_file_loses_nothing_that_fits_in_memory(path: Path) -> None:
    tape = Tape(path)
    (pages,) = tape.file._file.execute("PRAGMA page_count").fetchone()
    tape.file._file.execute(f"PRAGMA max_page_count = {pages}")
    many = [connection(each, local=("10.0.0.5", 1000 + each)) for each in range(500)]
    with pytest.raises(RecordingError, match="full"):
        tape.look(*many)
    tape.file._file.execute("PRAGMA max_page_count = 100000")
    tape.look(*many)
    assert verify(path).fault is None
    assert ask(path, "SELECT count(*) FROM event") == [(500,)]
    tape.file.close()


def fill(path: Path) -> None:
    """Write a file until there is no room left."""
    with suppress(OSError), path.open("ab", 0) as file:
        while True:
            file.write(bytes(4096))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)], check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@root
def test_on_a_full_disk_it_waits_and_goes_on_when_there_is_room(small: Path) -> None:
    tape = Tape(small / "a.tcpview")
    filler = small / "filler"
    fill(filler)
    many = [connection(each, local=("10.0.0.5", 1000 + each)) for each in range(3000)]
    with pytest.raises(RecordingError, match="cannot be written"):
        tape.look(*many)
    assert verify(tape.file.path).fault is None
    filler.unlink()
    tape.look(*many)
    assert verify(tape.file.path)[:3] == (None, 2, 3000)
    tape.file.close()


def test_beyond_the_bound_events_are_left_out_and_counted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    folder = path.parent / "folder"
    folder.mkdir()
    path = folder / path.name
    tape = Tape(path)
    tape.look(*(connection(each) for each in range(10)))  # nothing waits: a look is never too large
    assert tape.file.left_out == 0
    elsewhere = folder.rename(folder.with_suffix(".away"))
    for there in (range(1, 10), range(2, 20)):
        with pytest.raises(RecordingError):
            tape.look(*(connection(each) for each in there))
    assert tape.file.left_out == 10
    elsewhere.rename(folder)
    tape.look(*(connection(each) for each in range(2, 21)))
    assert verify(path).fault is None
    tape.file.close()
    told = ask(path, "SELECT kind, count(*) FROM happened GROUP BY kind ORDER BY kind")
    assert told == [("closed", 2), ("gap", 1), ("opened", 11)]


def test_what_could_not_be_seen_and_gaps_are_told_once(path: Path) -> None:
    tape = Tape(path)
    blind = (Problem(Code.OWNERLESS, "1 socket without owner"),)
    tape.look(problems=blind)
    tape.look(problems=blind)
    tape.clock.advance(60)
    tape.look()
    told = ask(
        path,
        """SELECT happened.kind, look, happened.body FROM happened
           JOIN event ON event.id = happened.id JOIN moment ON moment.id = moment""",
    )
    assert [(kind, look) for kind, look, _ in told] == [("unseen", 1), ("gap", 3), ("unseen", 3)]
    assert json.loads(told[1][2]) == {"seconds": 61.0}
    tape.file.close()


QUESTIONS = re.findall(r"```sql\n(.*?)```", RECORDING.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_questions_of_the_description_have_answers(path: Path, question: str) -> None:
    recorded(path)
    assert isinstance(ask(path, question), list)


def test_the_view_spells_everything_out(path: Path) -> None:
    recorded(path)
    query = "SELECT at, processes, local, local_port, remote FROM happened WHERE id = 2"
    assert ask(path, query) == [
        ("2026-01-01T00:00:00.000Z", "curl (4242), nginx (812)", "10.0.0.5", 50000, "93.184.216.34")
    ]


def test_no_file_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify(path)
    assert len(START) == 64
