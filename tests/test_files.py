from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tcpview_tui.files import create, read_content, replace_content, why_not

NOBODY = 65534
FULL = """
import resource, sys
from pathlib import Path
from tcpview_tui.files import create
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    create(Path(sys.argv[1]), b"x" * 100_000)
except OSError as error:
    print(error.errno)
"""


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be somebody for whom the system's permissions count."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_new_file_has_the_content_and_is_for_this_user_only(tmp_path: Path) -> None:
    file = tmp_path / "new"
    before = os.umask(0)
    try:
        create(file, b"a\r\nb\x1a\n")
    finally:
        os.umask(before)
    assert file.read_bytes() == b"a\r\nb\x1a\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["file", "link", "dangling link", "folder", "pipe"])
def test_nothing_that_is_there_is_touched(tmp_path: Path, there: str) -> None:
    target, place = tmp_path / "target", tmp_path / "place"
    match there:
        case "file":
            place.write_bytes(b"before")
        case "link":
            target.write_bytes(b"before")
            place.symlink_to(target)
        case "dangling link":
            place.symlink_to(target)
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(FileExistsError) as caught:
        create(place, b"after")
    assert sorted(tmp_path.iterdir()) == before
    assert not place.is_file() or place.read_bytes() == b"before"
    assert "nothing is overwritten" in why_not(caught.value)


def test_of_a_file_that_has_no_room_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "big"
    run = subprocess.run([sys.executable, "-c", FULL, str(file)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == str(errno.EFBIG)
    assert list(tmp_path.iterdir()) == []


def test_a_replaced_file_is_on_the_disk_before_it_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, synced = tmp_path / "file", []
    replace_content(file, b"before")
    sync = os.fsync

    def watched(handle: int) -> None:
        synced.append((os.fstat(handle).st_size, file.read_bytes()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    replace_content(file, b"x" * 5000)
    assert synced == [(5000, b"before")]
    assert file.read_bytes() == b"x" * 5000
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_synced_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    file = tmp_path / "file"
    replace_content(file, b"before")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        replace_content(file, b"after")
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("place", ["folder", "link"])
def test_what_cannot_be_read_leaves_no_descriptor_open(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        with pytest.raises(OSError, match=place):
            read_content(tmp_path / place, 10)
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_what_is_read_is_no_pipe_and_not_too_long(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_content(tmp_path / "pipe", 10) == b""
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_content(tmp_path / "file", 10) == b"x" * 10
    with pytest.raises(ValueError, match="longer than 9 bytes"):
        read_content(tmp_path / "file", 9)


def test_a_missing_folder_is_made_for_this_user_only(tmp_path: Path) -> None:
    replace_content(tmp_path / "new" / "file", b"x")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_folder_that_may_not_be_written_to_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with ordinary_user(), pytest.raises(PermissionError) as caught:
        create(folder / "new", b"x")
    assert "You may not write" in why_not(caught.value)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing/new", "There is no such folder"),
        ("x" * 300, "name is too long"),
        ("file/new", "its folder is a file"),
        ("nul\0byte", "null byte"),
    ],
)
def test_every_failure_is_a_sentence(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises((OSError, ValueError)) as caught:
        create(tmp_path / name, b"x")
    sentence = why_not(caught.value)
    assert says in sentence
    assert sentence.endswith(".")
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "Nothing can be written"), (errno.EIO, os.strerror(errno.EIO))],
)
def test_what_the_system_says_is_put_in_words(number: int, says: str) -> None:
    assert says in why_not(OSError(number, os.strerror(number)))


def test_a_home_that_nobody_has_is_said() -> None:
    with pytest.raises(RuntimeError) as caught:
        Path("~nobody-of-that-name/x").expanduser()
    assert why_not(caught.value) == "Could not determine home directory. Choose another name."


def test_what_an_error_quotes_is_said_in_plain_text() -> None:
    assert "\x1b" not in why_not(ValueError("a\x1b]52;c;eA==\x07.csv"))
