"""The file: written at once or not at all, never over what is damaged, and nothing is lost when two write at once."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tcpview_tui.findings import alone
from tcpview_tui.findings.baseline import file as module
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.file import BaselineError, change, load
from tcpview_tui.findings.baseline.form import written
from tcpview_tui.text import safe
from tests.findings.baseline.lessons import lesson, listening, talk
from tests.test_files import ordinary_user

SAMPLE = lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"))
OTHER = lesson(talk("198.51.100.7:443"), host="web2")

WRITER = """
import sys
from pathlib import Path
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.file import change
from tcpview_tui.findings.baseline.form import understood
for number in range(20):
    lesson = Baseline({f"{sys.argv[2]}-{number}": ((739000, 739000),)})
    change(Path(sys.argv[1]), lesson.joined)
"""
FULL = """
import resource, sys
from pathlib import Path
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.file import BaselineError, change
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    change(Path(sys.argv[1]), Baseline({f"host {n}": ((739000, 739000),) for n in range(1000)}).joined)
except BaselineError as error:
    print(error)
"""


def refused(path: Path, learned: Baseline = SAMPLE) -> str:
    """Return the sentence that says why nothing could be learned into a file."""
    with pytest.raises(BaselineError) as caught:
        change(path, learned.joined)
    sentence = str(caught.value)
    assert sentence.startswith(safe(str(path)))
    assert sentence.endswith(".")
    assert safe(sentence) == sentence
    return sentence


def test_what_was_learned_is_there_and_only_for_this_user(tmp_path: Path) -> None:
    path = tmp_path / "data" / "baseline.json"
    assert change(path, SAMPLE.joined) == load(path) == SAMPLE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert change(path, OTHER.joined) == load(path) == SAMPLE.joined(OTHER)
    assert [each.name for each in path.parent.iterdir()] == ["baseline.json"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="cannot be read: No such file"):
        load(tmp_path / "none.json")


def test_a_damaged_file_stays_as_it_is_and_the_place_is_named(tmp_path: Path) -> None:
    path = tmp_path / "b\x1b[31m.json"
    damaged = written(SAMPLE).replace(b"tcp/443", b"tcp/https")
    path.write_bytes(damaged)
    sentence = refused(path)
    assert "talks / to 192.0.2.0/24 tcp/https: expected a network and port" in sentence
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("kind", ["link", "dangling", "folder"])
def test_what_is_no_file_is_neither_followed_nor_replaced(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "baseline.json", tmp_path / "other.json"
    other.write_bytes(written(OTHER))
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other if kind == "link" else tmp_path / "nowhere")
    sentence = refused(path)
    assert ("links are not followed" if "folder" not in kind else "Is a directory") in sentence
    assert other.read_bytes() == written(OTHER)
    assert path.is_symlink() or path.is_dir()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "baseline.json")
    refused(tmp_path / "baseline.json")


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    change(path, SAMPLE.joined)
    run = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    assert f"cannot be written: {os.strerror(errno.EFBIG)}" in run.stdout
    assert load(path) == SAMPLE
    assert [each.name for each in tmp_path.iterdir()] == ["baseline.json"]


def test_a_folder_that_may_not_be_written_to_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o755)
    with ordinary_user():
        assert "cannot be written: Permission denied" in refused(folder / "baseline.json")
        assert "cannot be written" in refused(folder / "deeper" / "baseline.json")


def test_what_is_too_long_is_neither_written_nor_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "baseline.json"
    change(path, SAMPLE.joined)
    monkeypatch.setattr(module, "LIMIT", len(written(SAMPLE)))
    assert "would be longer than" in refused(path, OTHER)
    assert load(path) == SAMPLE
    monkeypatch.setattr(module, "LIMIT", len(written(SAMPLE)) - 1)
    assert "is longer than" in refused(path)


def test_two_programs_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")]
    assert [each.wait(60) for each in writers] == [0, 0]
    assert load(path).learned.keys() == {f"{name}-{number}" for name in "ab" for number in range(20)}
    assert [each.name for each in tmp_path.iterdir()] == ["baseline.json"]


def test_who_waits_too_long_for_another_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.0)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert "another program has been writing" in refused(tmp_path / "baseline.json")
    finally:
        os.close(folder)
    assert change(tmp_path / "baseline.json", SAMPLE.joined) == SAMPLE


def test_a_file_system_without_locks_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert change(tmp_path / "baseline.json", SAMPLE.joined) == SAMPLE
