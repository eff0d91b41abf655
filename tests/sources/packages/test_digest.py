from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.sources.packages import digest
from tcpview_tui.sources.packages.answers import Checksum, Owner, checksum
from tcpview_tui.sources.packages.digest import Digests
from tests.sources.packages.databases import write

CONTENT = b"program" * 1000
OWNER = Owner("tools", "rpm", "1", Checksum("sha256", hashlib.sha256(CONTENT).hexdigest()))


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256"])
def test_each_algorithm_of_a_manager(algorithm: str, tmp_path: Path) -> None:
    file = write(tmp_path, "x", CONTENT)
    owner = Owner("tools", "rpm", None, Checksum(algorithm, hashlib.new(algorithm, CONTENT).hexdigest()))
    assert Digests().agrees(owner, tmp_path, "/x", file) is True
    write(tmp_path, "y", CONTENT + b".")
    assert Digests().agrees(owner, tmp_path, "/y", tmp_path / "y") is False


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    file = write(tmp_path, "x", CONTENT)
    digests, looks = Digests(), list[int]()

    def looked() -> bool:
        looks.append(1)
        return False

    assert [digests.agrees(OWNER, tmp_path, "/x", file, looked) for _ in range(3)] == [True] * 3
    assert len(looks) == 1
    file.write_bytes(CONTENT[:-1] + b"!")
    os.utime(file, ns=(1, 1))
    assert digests.agrees(OWNER, tmp_path, "/x", file, looked) is False


def test_who_no_longer_wants_it_is_not_kept_waiting(tmp_path: Path) -> None:
    file = write(tmp_path, "x")
    with file.open("wb") as stream:
        stream.truncate(200 << 20)
    left = [False, False, True]
    digests = Digests()
    found = digests.agrees(OWNER, tmp_path, "/x", file, lambda: left.pop(0))
    assert found == Unread("It was not read to its end.")
    assert left == []


def test_a_replaced_file_is_not_held_against_the_process(tmp_path: Path) -> None:
    running = write(tmp_path, "old", b"the version before")
    write(tmp_path, "usr/bin/x", CONTENT)
    found = Digests().agrees(OWNER, tmp_path, "/usr/bin/x", running)
    assert found == Unread("The file has been replaced since the process started.")


def test_what_cannot_be_compared_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "x", CONTENT)
    assert Digests().agrees(OWNER._replace(checksum=None), tmp_path, "/x", file) == Unread(
        "rpm keeps no checksum of it."
    )
    gone = Digests().agrees(OWNER, tmp_path, "/x", tmp_path / "gone")
    assert gone == Unread("The file cannot be read: No such file or directory.")
    monkeypatch.setattr(digest, "LARGEST", 100)
    large = Digests().agrees(OWNER, tmp_path, "/x", file)
    assert isinstance(large, Unread)


def test_it_forgets_rather_than_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest, "KEPT", 3)
    digests = Digests()
    for number in range(10):
        digests.agrees(OWNER, tmp_path, f"/{number}", write(tmp_path, str(number), CONTENT))
    assert len(digests._known) <= 3


@pytest.mark.parametrize("text", ["", "ab", "A" * 32, "a" * 31, "a" * 33, "g" * 32, "a" * 32 + "\n"])
def test_a_damaged_digest_is_none(text: str) -> None:
    assert checksum("md5", text) is None
