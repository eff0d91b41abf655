"""What may lie in place of a list: each ends in a sentence, soon, and no other list suffers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.lookup.lists import tables
from tcpview_tui.lookup.lists.entries import ListError
from tcpview_tui.lookup.lists.folder import Lists
from tcpview_tui.lookup.lists.intake import DOCUMENT_LIMIT, ChangingError
from tcpview_tui.lookup.lists.reputation import load
from tests.fakes import FakeClock
from tests.lookup.lists.samples import asked, entries_of, written

if TYPE_CHECKING:
    from pathlib import Path


def said(folder: Path) -> tuple[str, ...]:
    lists = Lists(folder, FakeClock())
    lists.refresh()
    assert lists.wait(30)
    return lists.problems


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert said(tmp_path) == ("pipe is not used: it is not a file.",)


def test_a_device_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "zero").symlink_to("/dev/zero")
    assert said(tmp_path) == ("zero is not used: it is not a file.",)


def test_a_link_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (problem,) = said(tmp_path)
    assert problem.startswith("loop is not used: it cannot be read (Too many levels of symbolic links")


def test_a_link_to_a_list_is_followed(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "elsewhere").write_text("45.0.0.1\n")
    (tmp_path / "lists" / "link").symlink_to(tmp_path / "elsewhere")
    assert entries_of(load(tmp_path / "lists" / "link"), "45.0.0.1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_list_nobody_may_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("45.0.0.1\n")
    (tmp_path / "secret").chmod(0)
    assert said(tmp_path) == ("secret is not used: it cannot be read (Permission denied).",)


def test_ten_gigabytes_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 10 << 30)
    assert said(tmp_path) == ("huge is not used: it is longer than 256M, and is not read; split it.",)


def test_a_document_that_does_not_fit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.write(b'{"objects":[')
        stream.truncate(DOCUMENT_LIMIT + 100)
    with pytest.raises(ListError, match="JSON of more than 64M"):
        load(tmp_path / "huge.json")


def test_commas_do_not_fill_the_memory(tmp_path: Path) -> None:
    with pytest.raises(ListError, match="more than 4,194,304 parts"):
        written(tmp_path, '{"objects": [' + "1," * 5_000_000 + "1]}")


def test_events_within_events_end(tmp_path: Path) -> None:
    deep = '{"Event":' * 300 + '{"Attribute":[]}' + "}" * 300
    assert written(tmp_path, deep).entries.understood == 0


def test_a_line_without_an_end_is_one_line(tmp_path: Path) -> None:
    found = written(tmp_path, "45.0.0.1\n" + "x" * 3_000_000 + "\n45.0.0.2\n# " + "45.0.0.3 " * 300_000)
    assert found.entries.broken == 1
    assert len(found.entries.first_broken[0].text) <= 160
    assert entries_of(found, "45.0.0.2") == [(3, "45.0.0.2")]
    assert asked(found, "45.0.0.3") == ()


def test_zeros_are_broken_lines(tmp_path: Path) -> None:
    found = written(tmp_path, "45.0.0.1\n45.0.0.2\0\n\0\0\0\n")
    assert (found.entries.counts, found.entries.broken) == ({"IPv4 address": 1}, 2)


def test_more_entries_than_are_kept_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST", 2)
    with pytest.raises(ListError, match="more than the"):
        written(tmp_path, "45.0.0.1\n45.0.0.2\n45.0.0.3\n")


def test_a_line_that_is_repeated_is_not_told_again_and_again(tmp_path: Path) -> None:
    assert len(asked(written(tmp_path, "45.0.0.1\n" * 1000), "45.0.0.1")) == 8


@pytest.mark.parametrize("mode", ["a", "r+", "w"])
def test_what_is_written_meanwhile_may_be_half(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "growing"
    path.write_text("45.0.0.1\n")
    os.utime(path, (1, 1))

    def write() -> None:
        with path.open(mode) as stream:
            stream.write("45.0.0.2\n")

    with pytest.raises(ChangingError, match="written while it was read"):
        load(path, write)


def test_a_folder_with_too_many_files(tmp_path: Path) -> None:
    for number in range(258):
        (tmp_path / f"{number:03}").write_text("45.0.0.1\n")
    assert said(tmp_path) == ("2 reputation lists not read: a folder may have 256.",)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("45.0.0.1\n")
    (problem,) = said(tmp_path / "file")
    assert problem.startswith("The folder of reputation lists: it cannot be read (Not a directory).")
    assert said(tmp_path / "missing") == ()
