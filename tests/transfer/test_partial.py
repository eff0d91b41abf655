"""A file has its name when it is whole, and never in place of another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.transfer.partial import whole


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_is_named_as_partial_until_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with whole(file) as out:
        out.write(b"all of it")
        assert names(tmp_path) == ["a.csv.partial"]
    assert names(tmp_path) == ["a.csv"]
    assert file.read_bytes() == b"all of it"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_nothing_is_left_of_what_was_not_finished(tmp_path: Path, error: type[BaseException]) -> None:
    def fail() -> None:
        with whole(tmp_path / "a.csv") as out:
            out.write(b"half of it")
            raise error

    with pytest.raises(error):
        fail()
    assert names(tmp_path) == []


def test_nothing_is_left_of_what_was_interrupted_as_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def interrupted(*arguments: Any) -> int:
        os.close(really(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt), whole(tmp_path / "a.csv"):
        pass
    assert names(tmp_path) == []


def test_nothing_is_ever_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_text("mine")
    link.symlink_to(tmp_path / "nowhere")
    for taken in (file, link):
        with pytest.raises(FileExistsError), whole(taken) as out:
            out.write(b"x")
    assert names(tmp_path) == ["a.csv", "b.csv"]
    assert file.read_text() == "mine"


def test_what_comes_there_meanwhile_is_not_replaced_either(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    with pytest.raises(FileExistsError), whole(file):
        file.write_text("theirs")
    assert names(tmp_path) == ["a.csv"]
    assert file.read_text() == "theirs"


def test_two_at_once_do_not_mix(tmp_path: Path) -> None:
    with whole(tmp_path / "a.csv") as out:
        with pytest.raises(FileExistsError, match=r"a\.csv\.partial"), whole(tmp_path / "a.csv"):
            pass
        out.write(b"the first")
    assert (tmp_path / "a.csv").read_bytes() == b"the first"


def test_a_file_system_without_links_does_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with whole(tmp_path / "a.csv") as out:
        out.write(b"x")
    assert names(tmp_path) == ["a.csv"]
