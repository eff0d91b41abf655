"""The SHA-256 of running programs: of the bytes that are there, whatever the file says of its age."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.record import programs
from tcpview_tui.record.programs import Programs
from tests.fakes import CURL

OF = replace(CURL, pid=7)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/exe").write_bytes(b"one")
    return tmp_path / "7/exe"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_other_bytes_of_one_size_with_the_time_set_back_are_read(program: Path) -> None:
    known, before = Programs(program.parents[1]), program.stat()
    assert known.digest_of(OF) == sha256(b"one")
    program.write_bytes(b"two")
    os.utime(program, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert known.digest_of(OF) == sha256(b"two")


def test_what_is_too_large_no_file_or_gone_is_not_read(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Programs(program.parents[1])
    assert known.digest_of(replace(OF, pid=8)) is None
    monkeypatch.setattr(programs, "LARGEST", 2)
    assert known.digest_of(OF) is None
    monkeypatch.undo()
    program.unlink()
    os.mkfifo(program)
    assert known.digest_of(OF) is None  # and nobody waits for who writes into it
