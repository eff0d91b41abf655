"""The memory of one run, beside other runs and on disks that fail."""

from __future__ import annotations

import errno
import os
import resource
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tcpview_tui import memory as module
from tcpview_tui.memory import FILE_NAME, Memory, load, save
from tcpview_tui.remembered import Remembered, SavedFilter
from tests.test_memory_file import names
from tests.test_remembered import EVERYTHING

PASSING = (errno.EACCES, errno.EIO, errno.EMFILE, errno.ESTALE)


def kept(memory: Memory, **changes: Any) -> str | None:
    memory.note(changes)
    return memory.keep()


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond 10 bytes: setrlimit(2), Python ignores SIGXFSZ."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def failing(where: object, name: str, number: int) -> Iterator[None]:
    """Root may do everything, and disks rarely fail: let the system refuse as it refuses others."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, refuse)
        yield


@pytest.mark.parametrize("where", [(os, "open"), (Path, "lstat")], ids=["open", "lstat"])
@pytest.mark.parametrize("number", PASSING, ids=errno.errorcode.get)
def test_a_file_that_cannot_be_read_is_left_alone_by_the_whole_run(
    tmp_path: Path, number: int, where: tuple[object, str]
) -> None:
    save(tmp_path, EVERYTHING)
    with failing(*where, number):
        memory = Memory(tmp_path)
    reason = f"{FILE_NAME} in {tmp_path} cannot be read ({os.strerror(number)})"
    assert memory.problem == f"Nothing is remembered, and nothing of this run will be: {reason}."
    assert memory.remembered == Remembered()
    assert kept(memory, interval=7.0) is None
    assert names(tmp_path) == [FILE_NAME]
    assert load(tmp_path) == (EVERYTHING, None)


@pytest.mark.parametrize("number", PASSING, ids=errno.errorcode.get)
def test_a_file_that_cannot_be_read_for_a_while_is_not_written_meanwhile(tmp_path: Path, number: int) -> None:
    save(tmp_path, EVERYTHING)
    memory = Memory(tmp_path)
    with failing(module, "read_content", number):
        said = kept(memory, interval=7.0)
    reason = f"{FILE_NAME} in {tmp_path} cannot be read ({os.strerror(number)})"
    assert said == f"What was changed is not remembered: {reason}."
    assert load(tmp_path) == (EVERYTHING, None)
    assert memory.keep() is None
    assert load(tmp_path)[0].interval == 7.0


def test_a_damaged_file_that_cannot_be_set_aside_stays(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("damaged")
    with failing(Path, "rename", errno.EACCES):
        memory = Memory(tmp_path)
    said = str(memory.problem)
    assert f"{FILE_NAME} in {tmp_path} is damaged (not TOML" in said
    assert said.endswith(" and cannot be set aside (Permission denied).")
    assert kept(memory, interval=7.0) is None
    assert (tmp_path / FILE_NAME).read_text() == "damaged"


def test_a_file_that_is_damaged_while_the_program_runs_is_set_aside_and_said_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    (tmp_path / FILE_NAME).write_text("damaged")
    assert "is now remembered.damaged.toml" in str(kept(memory, interval=7.0))
    assert kept(memory, theme="light") is None
    assert load(tmp_path)[0] == Remembered(interval=7.0, theme="light")
    assert (tmp_path / "remembered.damaged.toml").read_text() == "damaged"


def test_nonsense_is_said_at_the_start_only(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('theme = "neon"\nnames = true\nkeep_closed = true\n')
    memory = Memory(tmp_path)
    means_nothing = f"theme 'neon', 'names', in {tmp_path / FILE_NAME}"
    assert memory.problem == f"Not remembered, because it means nothing: {means_nothing}."
    assert names(tmp_path) == [FILE_NAME]
    assert kept(memory, interval=7.0) is None
    assert load(tmp_path) == (Remembered(interval=7.0, keep_closed=True), None)


def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    save(tmp_path, EVERYTHING)
    memory = Memory(tmp_path)
    with full_disk():
        said = kept(memory, interval=7.0)
    reason = f"{FILE_NAME} in {tmp_path} cannot be written (File too large)"
    assert said == f"What was changed is not remembered: {reason}."
    assert load(tmp_path) == (EVERYTHING, None)
    assert names(tmp_path) == [FILE_NAME]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file exists" in str(kept(Memory(tmp_path / "file"), interval=7.0)).lower()
    assert "not a directory" in str(kept(Memory(tmp_path / "file" / "folder"), interval=7.0)).lower()


WEB, SSH, DNS = SavedFilter("port:80"), SavedFilter("port:22"), SavedFilter("port:53")


def test_of_two_programs_neither_destroys_what_the_other_remembers(tmp_path: Path) -> None:
    save(tmp_path, Remembered(filters={"ssh": SSH}))
    one, other = Memory(tmp_path), Memory(tmp_path)
    kept(one, filters={"web": WEB})
    kept(other, sort=("pid",))
    kept(one, filters={"ssh": None})
    kept(other, filters={"dns": DNS}, interval=3.0)
    kept(one, filters={"dns": msgspec.structs.replace(DNS, on=False)})
    off = SavedFilter("port:53", on=False)
    assert load(tmp_path)[0] == Remembered(interval=3.0, sort=("pid",), filters={"web": WEB, "dns": off})


def test_a_memory_that_changed_nothing_leaves_the_file_to_others(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert kept(memory) is None
    assert names(tmp_path) == []


def test_what_was_refused_is_written_with_the_next_change(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    with full_disk():
        assert "cannot be written" in str(kept(memory, interval=7.0, theme="dark"))
    assert kept(memory, theme="light", filters={"web": WEB}) is None
    assert load(tmp_path)[0] == Remembered(interval=7.0, theme="light", filters={"web": WEB})


def test_one_writes_at_a_time_and_a_late_thread_writes_nothing_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, begun, go_on, written = Memory(tmp_path), threading.Event(), threading.Event(), []

    def slowly(folder: Path, remembered: Remembered) -> None:
        written.append(remembered.interval)
        begun.set()
        go_on.wait(10)
        save(folder, remembered)

    monkeypatch.setattr(module, "save", slowly)
    first = threading.Thread(target=kept, args=(memory,), kwargs={"interval": 2.0})
    first.start()
    assert begun.wait(10)
    memory.note({"interval": 3.0})
    late = [threading.Thread(target=memory.keep) for _ in range(3)]
    for thread in late:
        thread.start()
    assert written == [2.0]
    go_on.set()
    for thread in (first, *late):
        thread.join(10)
    assert written == [2.0, 3.0]
    assert tomllib.loads((tmp_path / FILE_NAME).read_text()) == {"interval": 3.0}


def test_a_memory_says_what_was_wrong(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("damaged")
    assert "remembered.damaged.toml" in str(Memory(tmp_path).problem)


def test_a_fresh_memory_neither_reads_nor_writes() -> None:
    memory = Memory(None)
    assert (memory.remembered, memory.problem) == (Remembered(), None)
    assert kept(memory, interval=7.0) is None
    assert memory.remembered == Remembered()
