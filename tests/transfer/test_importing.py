"""Lines become a recording: the one they were made of, or all that stands before what is wrong."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import termios
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, given, settings

from tcpview_tui.record.event import Event
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.schema import TABLES
from tcpview_tui.record.verify import verify
from tcpview_tui.transfer import importing
from tcpview_tui.transfer.importing import Source, take_in
from tests.fakes import FakeClock
from tests.record.streams import EVERYTHING, NO_DIGESTS, histories, streamed
from tests.record.tapes import DIGEST, everything, hostile, minutes, read, suspicious, taped
from tests.record.test_writing import written

PATIENCE = 60
COPIED = [table.name for table in TABLES if table.name not in {"fact", "seal", "state"}]
"""Facts say who made a file, and seals when; states are taken at intervals."""


def tables(path: Path) -> dict[str, list[Sequence[Any]]]:
    with closing(sqlite3.connect(path)) as file:
        return {name: file.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in COPIED}


def lines(path: Path) -> list[str]:
    return written(path, "jsonl").decode().splitlines(keepends=True)


def imported(text: Sequence[str], path: Path) -> int:
    return take_in(Source(text, "a.jsonl"), path, FakeClock(), None)


def test_the_import_of_an_export_is_the_same_recording(tmp_path: Path) -> None:
    for here in (everything(tmp_path), hostile(tmp_path), suspicious(tmp_path), minutes(tmp_path / "m.tcpview", 20)):
        there = here.with_suffix(".copy")
        assert imported(lines(here), there) == 0
        assert tables(there) == tables(here)
        assert lines(there) == lines(here)
        assert verify(there).fault is None
        with closing(Reader(there)) as reader:
            assert reader.facts["host"] == "box"
            assert reader.facts["imported_from"] == "a.jsonl"


def test_the_program_of_each_process_comes_back(tmp_path: Path) -> None:
    here, there = everything(tmp_path), tmp_path / "b.tcpview"
    assert imported(lines(here), there) == 0
    digests = [row[6] for row in tables(there)["process"]]
    assert DIGEST in digests
    assert None in digests


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(histories())
def test_any_recording_comes_back(tmp_path: Path, events: list[Event]) -> None:
    here, there = tmp_path / "a.tcpview", tmp_path / "b.tcpview"
    for path in (here, there):
        path.unlink(missing_ok=True)
    taped(here, events)
    assert imported(lines(here), there) == 0
    assert tables(there) == tables(here)


@pytest.mark.parametrize("bad", ["{broken", '{"event": {"action": "x"}}'])
def test_what_stands_before_the_damage_is_kept_and_the_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: str
) -> None:
    whole, there = lines(everything(tmp_path)), tmp_path / "b.tcpview"
    assert imported([*whole[:4], bad, *whole[4:]], there) == 1
    assert "Line 5 is no event of a recording" in capsys.readouterr().err
    assert verify(there)[:1] == (None,)
    assert len(read(there)) == 3


def test_a_commit_is_whole_looks_unless_a_look_is_beyond_all_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = minutes(tmp_path / "a.tcpview", 10)
    monkeypatch.setattr(importing, "_BATCH", 4)
    assert imported(lines(here), tmp_path / "b.tcpview") == 0
    monkeypatch.setattr(importing, "_MOST", 2)
    assert imported(lines(here), tmp_path / "c.tcpview") == 0
    assert [verify(tmp_path / name)[:3] for name in ("b.tcpview", "c.tcpview")] == [(None, 7, 31), (None, 12, 31)]


@pytest.mark.parametrize("digest", ["", "c0ffee", "C" * 64, "c" * 63 + "\x1b"])
def test_a_digest_that_is_none_is_refused(tmp_path: Path, digest: str) -> None:
    text = [line.replace(DIGEST, digest) for line in lines(everything(tmp_path))]
    assert imported(text, tmp_path / "b.tcpview") == 1


def test_an_existing_file_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    assert imported([], path) == 1
    assert "is there already" in capsys.readouterr().err
    assert path.read_text() == "mine"


def test_a_stream_without_digests_is_a_recording_too(tmp_path: Path) -> None:
    text = streamed("jsonl", EVERYTHING, digests=NO_DIGESTS).splitlines()
    assert imported(text, tmp_path / "b.tcpview") == 0
    assert len(read(tmp_path / "b.tcpview")) == len(EVERYTHING)


def test_how_much_was_read_is_known_of_a_file_and_not_of_a_pipe(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("x\n" * 100_000)
    with file.open() as stream:
        source = Source.of(stream)
        shares = [source.share() for _ in zip(range(100_000), source.lines, strict=False)]
    known = [share for share in shares if share is not None]
    assert len(known) == len(shares)
    assert known == sorted(known)
    assert (known[0] < 0.2, known[-1]) == (True, 1.0)
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert Source.of(pipe).share() is None


def test_ctrl_c_keeps_what_was_read_and_says_what_that_is(tmp_path: Path) -> None:
    path, text = tmp_path / "b.tcpview", streamed("jsonl", EVERYTHING)
    command = [sys.executable, "-m", "tcpview_tui", "import", "-", "-o", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(text)
        process.stdin.flush()
        while not path.exists() or not process_has_read(process.stdin):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    verdict = verify(path)
    assert (process.returncode, verdict.fault) == (130, None)
    assert said.startswith(f"{verdict.events} event")
    assert said.endswith(f" to {path}: the closing digest is {verdict.closing}\n")
    assert 0 < verdict.events <= len(EVERYTHING)


def process_has_read(pipe: IO[str]) -> bool:
    """Return whether nothing waits in a pipe any more (FIONREAD, ioctl_tty(2))."""
    return fcntl.ioctl(pipe.fileno(), termios.FIONREAD, bytes(4)) == bytes(4)
