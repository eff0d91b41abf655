"""A recording can be read where nothing can be written: with its log where it is there, and nothing is left behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.event import Acted
from tcpview_tui.record.opening import beside, opened
from tcpview_tui.record.reader import Reader, ReadingError
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.verify import verify
from tests.fakes import FakeClock
from tests.record.streams import EVERYTHING, HERE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAST = Acted(HERE, "the last, in the log only")


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Path]:
    """What `kill -9` leaves of a recording: the first events in the file, the last one in its log."""
    path = tmp_path / "written.tcpview"
    tape = Recording(path, [("host", "box")], FakeClock())
    tape.write(EVERYTHING)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    tape.write([LAST])
    copy = tmp_path / "killed.tcpview"
    for ending in ("", "-wal"):
        shutil.copy(beside(path, ending), beside(copy, ending))
    yield copy
    tape.close()


@contextmanager
def read_only(folder: Path, *files: Path) -> Iterator[Path]:
    """Let these files be in a folder where nobody can write, root included."""
    folder.mkdir()
    is_root = os.geteuid() == 0
    if is_root and subprocess.run(["mount", "-t", "tmpfs", "none", str(folder)], check=False).returncode:
        pytest.skip("needs the right to mount")
    for file in files:
        shutil.copy(file, folder)
    if is_root:
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    else:
        folder.chmod(0o555)
    try:
        yield folder / files[0].name
    finally:
        if is_root:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
        else:
            folder.chmod(0o755)


def sealed(path: Path) -> tuple[str | None, str | None, int]:
    verdict = verify(path)
    return verdict.fault, verdict.closing, verdict.events


def read(path: Path) -> int:
    with closing(Reader(path)) as reader:
        assert len(list(reader.events())) == reader.last
        return reader.last


def test_a_log_is_read_where_nothing_can_be_written(killed: Path, tmp_path: Path) -> None:
    with read_only(tmp_path / "still", killed, beside(killed, "-wal")) as path:
        there = sorted(path.parent.iterdir())
        assert sealed(path) == (None, None, len(EVERYTHING) + 1)
        assert read(path) == len(EVERYTHING) + 1
        assert sorted(path.parent.iterdir()) == there


def test_without_its_log_it_is_read_as_far_as_it_goes(killed: Path, tmp_path: Path) -> None:
    with read_only(tmp_path / "still", killed) as path:
        assert sealed(path) == (None, None, len(EVERYTHING))
        assert read(path) == len(EVERYTHING)


def test_what_was_closed_is_read_anywhere_and_leaves_nothing(tmp_path: Path) -> None:
    whole = tmp_path / "a.tcpview"
    with closing(Recording(whole, [], FakeClock())) as tape:
        tape.write(EVERYTHING)
    with read_only(tmp_path / "still", whole) as path:
        assert sealed(path) == (None, tape.closing, len(EVERYTHING))
        assert read(path) == len(EVERYTHING)


def test_what_was_closed_while_somebody_followed_it_is_read_anywhere(tmp_path: Path) -> None:
    whole = tmp_path / "a.tcpview"
    tape = Recording(whole, [], FakeClock())
    tape.write(EVERYTHING)
    with closing(Reader(whole)) as follower:
        assert follower.last
        tape.close()
    assert whole.read_bytes()[18] == 2, "it is not in WAL mode any more: this test shows nothing"
    with read_only(tmp_path / "still", whole) as path:
        assert sealed(path) == (None, tape.closing, len(EVERYTHING))


def test_a_connection_cannot_write(killed: Path) -> None:
    with closing(opened(killed)) as file, pytest.raises(sqlite3.OperationalError, match="readonly"):
        file.execute("DELETE FROM event")


def test_a_damaged_schema_is_found_and_hides_nothing_else(killed: Path) -> None:
    there = read(killed)
    killed.write_bytes(killed.read_bytes().replace(b"CREATE VIEW", b"CREATE VI\xffW"))
    assert read(killed) == there
    assert "cannot read" in (verify(killed).fault or "")
    killed.write_bytes(killed.read_bytes().replace(b"CREATE TABLE event", b"CREATE TABL\xff event"))
    with pytest.raises(ReadingError, match="damaged"):
        read(killed)


def test_a_name_is_no_question(tmp_path: Path) -> None:
    path = tmp_path / "a?mode=memory#1%41.tcpview"
    with closing(Recording(path, [], FakeClock())) as tape:
        tape.write(EVERYTHING)
    assert read(path) == len(EVERYTHING)
