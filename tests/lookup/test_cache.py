from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tcpview_tui.lookup import cache as cache_module
from tcpview_tui.lookup.answer import FIELD_LIMIT, LIST_LIMIT, WhoisAnswer, washed
from tcpview_tui.lookup.cache import WhoisCache
from tcpview_tui.text import safe

from .servers import HOSTILE

if TYPE_CHECKING:
    from .conftest import FakeClock

ANSWER = WhoisAnswer("8.8.8.8", network="8.8.8.0/24", asn=15169, abuse=("a@b.c",), source="RDAP x", fetched_at=1.7e9)
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX file modes")


@pytest.fixture
def cache(tmp_path: Path, clock: FakeClock) -> WhoisCache:
    return WhoisCache(tmp_path / "deep" / "cache", clock, 7.0)


def only_file(cache: WhoisCache) -> Path:
    (file,) = cache._directory.iterdir()
    return file


def test_what_was_put_comes_back_marked(cache: WhoisCache) -> None:
    assert cache.get("8.8.8.8") is None
    cache.put(ANSWER)
    assert cache.get("8.8.8.8") == replace(ANSWER, from_cache=True)
    assert cache.get("8.8.4.4") is None


def test_another_program_sees_it(cache: WhoisCache, clock: FakeClock) -> None:
    cache.put(ANSWER)
    assert WhoisCache(cache._directory, clock, 7.0).get("8.8.8.8")


@pytest.mark.parametrize(("days", "found"), [(6.9, True), (7.1, False), (-1.0, False)])
def test_expiry_and_a_clock_set_back(cache: WhoisCache, clock: FakeClock, days: float, found: bool) -> None:
    cache.put(ANSWER)
    clock.now += days * 86_400
    assert bool(cache.get("8.8.8.8")) is found


def test_zero_days_keep_nothing(tmp_path: Path, clock: FakeClock) -> None:
    cache = WhoisCache(tmp_path / "none", clock, 0.0)
    cache.put(ANSWER)
    assert cache.get("8.8.8.8") is None
    assert not (tmp_path / "none").exists()


@posix_only
def test_only_the_user_can_read_it(cache: WhoisCache) -> None:
    cache.put(ANSWER)
    assert cache._directory.stat().st_mode & 0o777 == 0o700
    assert only_file(cache).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x00\xff",
        b"[]",
        b'{"address": 5}',
        b'{"address":"8.8.8.8","asn":"x"}',
        b"[" * 30_000,
        b" " * 40_000,
    ],
)
def test_a_damaged_file_is_nothing_known_and_replaced(cache: WhoisCache, content: bytes) -> None:
    cache.put(ANSWER)
    only_file(cache).write_bytes(content)
    assert cache.get("8.8.8.8") is None
    cache.put(ANSWER)
    assert cache.get("8.8.8.8")


def test_a_file_of_another_address_is_not_believed(cache: WhoisCache) -> None:
    cache.put(ANSWER)
    only_file(cache).write_bytes(msgspec.json.encode(replace(ANSWER, address="9.9.9.9")))
    assert cache.get("8.8.8.8") is None


def test_hostile_content_is_washed_when_read(cache: WhoisCache) -> None:
    cache.put(ANSWER)
    hostile = replace(ANSWER, owner=HOSTILE, country="x" * 9000, abuse=(HOSTILE,) * 50, notes=(HOSTILE,))
    only_file(cache).write_bytes(msgspec.json.encode(hostile))
    answer = cache.get("8.8.8.8")
    assert answer is not None
    assert answer.owner
    assert answer.country
    assert len(answer.country) == FIELD_LIMIT
    assert len(answer.abuse) == LIST_LIMIT
    for text in (answer.owner, answer.country, *answer.abuse, *answer.notes):
        assert text == safe(text)


def test_washing_twice_changes_nothing() -> None:
    once = washed(replace(ANSWER, owner=HOSTILE * 20, network_name="\x1b" * 299, notes=("  ", "a" * 301)))
    assert washed(once) == once


@posix_only
def test_a_pipe_or_a_link_in_its_place_is_not_waited_for(cache: WhoisCache, tmp_path: Path) -> None:
    cache.put(ANSWER)
    file = only_file(cache)
    content = file.read_bytes()
    file.unlink()
    os.mkfifo(file)
    assert cache.get("8.8.8.8") is None
    file.unlink()
    (tmp_path / "target").write_bytes(content)
    file.symlink_to(tmp_path / "target")
    assert cache.get("8.8.8.8") is None
    cache.put(ANSWER)
    assert (tmp_path / "target").read_bytes() == content
    assert cache.get("8.8.8.8")


def test_a_directory_that_cannot_be_made(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = WhoisCache(tmp_path / "file" / "cache", clock, 7.0)
    cache.put(ANSWER)
    assert cache.get("8.8.8.8") is None


def test_a_full_disk_leaves_nothing_behind(cache: WhoisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    cache.put(ANSWER)
    assert list(cache._directory.iterdir()) == []


def test_the_oldest_go_first(cache: WhoisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "ENTRY_LIMIT", 20)
    for number in range(21):
        address = f"8.8.8.{number}"
        cache.put(replace(ANSWER, address=address))
        if cache._file(address).exists():
            os.utime(cache._file(address), (number, number))
    assert len(list(cache._directory.iterdir())) == 18
    assert cache.get("8.8.8.0") is None
    assert cache.get("8.8.8.20")


def test_concurrent_writers_leave_a_whole_file(cache: WhoisCache) -> None:
    def write() -> None:
        for _ in range(30):
            cache.put(ANSWER)
            assert cache.get("8.8.8.8")

    failures: list[object] = []
    hook, threading.excepthook = threading.excepthook, failures.append
    try:
        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = hook
    assert failures == []
    assert only_file(cache)
