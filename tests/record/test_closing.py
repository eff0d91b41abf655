"""A recording that was closed vouches for every byte; whatever ends its closing, it is never taken for one that was."""

from __future__ import annotations

import hashlib
import hmac
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.record import recording as module
from tcpview_tui.record.closing import LENGTH
from tcpview_tui.record.event import Acted, Opened
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.sink import File
from tcpview_tui.record.verify import verify
from tests.fakes import FakeClock
from tests.record.streams import CALL, CURL, EVERYTHING, HERE
from tests.record.tapes import taped
from tests.sources.net import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = Opened(HERE, replace(CALL, key=99, owners=(replace(CURL, pid=7, command_line="x" * 9000),)))
"""Its process does not fit on a page of 4 KiB: SQLite gives it pages of its own."""

EVENTS = [*EVERYTHING, LONG]
SECRET = b"secret"


def begun(path: Path, key: bytes | None = None) -> Recording:
    recording = Recording(path, [("host", "box")], FakeClock(), key=key)
    recording.write(EVENTS)
    return recording


def closed(path: Path, key: bytes | None = None) -> bytes:
    begun(path, key).close()
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.tcpview"


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed file; who changes it puts it back."""
    path = tmp_path_factory.mktemp("tape") / "a.tcpview"
    closed(path)
    return path


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keyed") / "a.tcpview"
    closed(path, SECRET)
    return path


@contextmanager
def touched(path: Path, at: int, new: int) -> Iterator[None]:
    """Let the file have another byte there meanwhile."""
    with path.open("r+b", 0) as file:
        file.seek(at)
        (old,) = file.read(1)
        for byte in (new, old):
            file.seek(at)
            file.write(bytes([byte]))
            if byte == new:
                yield


@pytest.mark.parametrize("key", [None, SECRET])
def test_the_digest_is_over_all_bytes_before_its_line_and_stands_there(path: Path, key: bytes | None) -> None:
    recording = begun(path, key)
    recording.close()
    whole = path.read_bytes()
    before, line = whole[:-LENGTH], whole[-LENGTH:]
    made = hashlib.sha256(before) if key is None else hmac.new(key, before, hashlib.sha256)
    assert verify(path, key).closing == recording.closing == made.hexdigest()
    assert line == b"\nClosed by tcpview-tui; digest of every byte before this line: %s\n" % made.hexdigest().encode()
    assert File(recording).farewell() == f"{path}: the closing digest is {made.hexdigest()}"


def test_any_sqlite_reads_it_and_leaves_it_as_it_is(path: Path) -> None:
    whole = closed(path)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("SELECT count(*) FROM happened").fetchone() == (len(EVENTS),)
    assert path.read_bytes() == whole
    assert list(path.parent.iterdir()) == [path]


def test_every_byte_of_the_header_and_of_the_line_is_vouched_for(tape: Path) -> None:
    size = tape.stat().st_size
    for at in (*range(100), *range(size - LENGTH, size)):
        for bit in range(8):
            with touched(tape, at, tape.read_bytes()[at] ^ 1 << bit):
                assert verify(tape).fault, (at, bit)


def test_bytes_everywhere_are_vouched_for(tape: Path) -> None:
    whole = tape.read_bytes()
    for at in range(0, len(whole), 13):
        with touched(tape, at, whole[at] ^ 0xFF):
            assert verify(tape).fault, at


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=400)
@given(st.data(), st.booleans())
def test_no_single_byte_can_be_changed(tape: Path, keyed: Path, data: st.DataObject, has_key: bool) -> None:
    path, key = (keyed, SECRET) if has_key else (tape, None)
    at = data.draw(st.integers(0, path.stat().st_size - 1))
    old = path.read_bytes()[at]
    with touched(path, at, data.draw(st.integers(0, 255).filter(lambda each: each != old))):
        assert verify(path, key).fault
    assert verify(path, key).fault is None


@pytest.mark.parametrize("cut", [1, LENGTH - 1, LENGTH + 1, 4096])
def test_what_is_cut_off_is_missed(path: Path, cut: int) -> None:
    path.write_bytes(closed(path)[:-cut])
    assert verify(path).fault


@pytest.mark.parametrize("added", [1, LENGTH, 4096 - LENGTH, 4096])
def test_what_is_added_is_found(path: Path, added: int) -> None:
    path.write_bytes(closed(path) + bytes(added))
    assert f"Behind its last page are {LENGTH + added} bytes" in (verify(path).fault or "")


def test_without_its_line_it_is_not_taken_for_a_closed_one(path: Path) -> None:
    path.write_bytes(closed(path)[:-LENGTH])
    verdict = verify(path)
    assert (verdict.fault, verdict.closing, verdict.events) == (None, None, len(EVENTS))
    assert (verdict.unclosed or "").startswith("SQLite had closed it")


def test_content_comes_first_then_all_other_bytes(path: Path) -> None:
    whole = closed(path)
    path.write_bytes(whole.replace(b"x" * 64, b"y" * 64, 1))
    assert (verify(path).fault or "").startswith("What seal 2 of")
    free = whole.index(bytes(64))  # between the cells of a page
    path.write_bytes(whole[:free] + b"hidden" + whole[free + 6 :])
    verdict = verify(path)
    assert (verdict.fault or "").startswith("Its content is as it was written")
    assert (verdict.closing, verdict.events) == (None, len(EVENTS))


def test_who_has_no_key_cannot_make_the_line(path: Path) -> None:
    whole = closed(path, SECRET)
    free = whole.index(bytes(64))
    forged = whole[:free] + b"hidden" + whole[free + 6 : -LENGTH]
    digest = hashlib.sha256(forged).hexdigest().encode()
    path.write_bytes(forged + whole[-LENGTH:-65] + digest + b"\n")
    assert verify(path, SECRET).fault


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_what_sqlite_would_read_beside_it_is_named_and_not_read(path: Path, ending: str) -> None:
    tape = begun(path)
    log = path.with_name(path.name + "-wal").read_bytes()
    tape.close()
    beside = path.with_name(path.name + ending)
    beside.write_bytes(log)
    assert f"Beside it is {beside.name}" in (verify(path).fault or "")
    with closing(Reader(path)) as reader:
        assert reader.last == len(EVENTS)
    assert beside.read_bytes() == log
    beside.write_bytes(b"")
    assert verify(path).closing


def test_who_follows_it_does_not_keep_it_from_being_closed(path: Path) -> None:
    tape = begun(path)
    with closing(Reader(path)) as reader:
        assert reader.last == len(EVENTS)
        tape.write([Acted(HERE, "the last")])
        tape.close()
        assert verify(path).closing == tape.closing is not None
        assert reader.last == len(EVENTS) + 1
    whole = path.read_bytes()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM event").fetchone() == (len(EVENTS) + 1,)
    assert path.read_bytes() == whole
    assert verify(path).closing


def test_somebody_in_the_middle_of_it_leaves_it_unclosed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 1)
    tape = begun(path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM event").fetchall()
        tape.write([Acted(HERE, "the last")])
        tape.close()
        verdict = verify(path)
    assert (verdict.fault, verdict.closing, verdict.events) == (None, None, len(EVENTS) + 1)
    assert File(tape).farewell() == (
        f"{path}: the last seal is {verdict.digest}; it was not closed in good order: somebody was reading it just then"
    )


def test_what_was_not_written_leaves_it_unclosed(path: Path) -> None:
    tape = begun(path)
    (pages,) = tape._file.execute("PRAGMA page_count").fetchone()
    tape._file.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RecordingError):
        tape.write([Acted(HERE, "lost" * 10_000)])
    tape.close()
    assert (verify(path).fault, verify(path).closing) == (None, None)
    assert tape.unclosed == "1 row was not written"


def test_what_was_taken_away_is_whole_and_unclosed_and_what_is_in_its_place_keeps_its_log(path: Path) -> None:
    tape = begun(path)
    away = path.rename(path.with_name("away"))
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE mine (x)")
        tape.close()
        assert path.with_name(path.name + "-wal").stat().st_size
    assert (verify(away).fault, verify(away).events, verify(away).closing) == (None, len(EVENTS), None)
    assert tape.unclosed == f"{path} has been removed or replaced"


@contextmanager
def no_larger_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond that (RLIMIT_FSIZE, getrlimit(2); Python ignores SIGXFSZ)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_room_for_the_line_or_with_half_of_it_it_is_unclosed_and_whole(path: Path) -> None:
    size = len(closed(path)) - LENGTH
    for room in (0, LENGTH // 2):
        path.unlink()
        tape = begun(path)
        with no_larger_than(size + room):
            tape.close()
        verdict = verify(path)
        assert (verdict.fault, verdict.closing, verdict.events) == (None, None, len(EVENTS))
        assert path.stat().st_size == size
        assert tape.unclosed in ("File too large", "No space left on device")


def test_without_room_for_its_pages_it_is_unclosed_and_whole(path: Path) -> None:
    tape = begun(path)
    with no_larger_than(path.stat().st_size):
        tape.close()
    verdict = verify(path)
    assert (verdict.fault, verdict.closing, verdict.events) == (None, None, len(EVENTS))
    assert tape.unclosed


KILLED = """
import itertools, os, signal, sys
from pathlib import Path
from tcpview_tui.record import closing, recording
from tests.record.test_closing import begun
lines = 0
def trace(frame, event, _):
    global lines
    if frame.f_code.co_filename not in (closing.__file__, recording.__file__):
        return None
    lines += event == "line"
    if lines == step:
        os.kill(os.getpid(), signal.SIGKILL)
    return trace
for step in itertools.count(1):
    child = os.fork()
    if not child:
        tape = begun(Path(sys.argv[1], f"{step:03}.tcpview"))
        sys.settrace(trace)
        tape.close()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_killed_at_any_step_of_its_closing_it_is_whole_and_not_taken_for_closed(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=True, timeout=PATIENCE)
    verdicts = [verify(path) for path in sorted(tmp_path.glob("*.tcpview"))]
    assert {(verdict.fault, verdict.events) for verdict in verdicts} == {(None, len(EVENTS))}
    said = list(dict.fromkeys((verdict.unclosed or "")[:15] for verdict in verdicts))
    assert said == ["It was not clos", "SQLite had clos", ""]
    assert [verdict.closing is None for verdict in verdicts] == [verdict.unclosed is not None for verdict in verdicts]


def test_a_file_that_is_written_all_the_time_is_never_found_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    program = f"import tests.record.test_killed as k, sys; sys.argv[1:] = [{str(path)!r}]; exec(k.WRITES)"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child:
        child.stdout.readline()
        verdicts = [verify(path) for _ in range(30)]
        child.kill()
    assert {verdict.fault for verdict in verdicts} == {None}
    assert verdicts[-1].events > verdicts[0].events


def test_a_large_file_is_closed_by_the_same_digest(path: Path) -> None:
    """More than is read at once."""
    taped(path, [Acted(HERE, f"{number}" * 50) for number in range(20_000)])
    whole = path.read_bytes()
    assert len(whole) > 2 << 20
    assert verify(path).closing == hashlib.sha256(whole[:-LENGTH]).hexdigest()
