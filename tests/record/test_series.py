"""Which files are of a series. What is not, is never touched, whatever it is called."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.host import file_prefix, host_name
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.series import Part, Series
from tests.fakes import FakeClock
from tests.sources.net import root

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def series(tmp_path: Path) -> Iterator[Series]:
    with closing(Series(tmp_path)) as made:
        yield made


def filed(series: Series, number: int, **other: str) -> Path:
    """Write a file of the series, or one whose facts differ."""
    path = series.folder / f"{file_prefix()}-{number}.tcpview"
    told = {"host": host_name(), **dict(series.facts(number, None)), **other}
    Recording(path, told.items(), FakeClock()).close()
    return path


def test_the_oldest_come_first_by_their_number_and_not_by_their_name(series: Series) -> None:
    paths = {number: filed(series, number) for number in (10, 9, 2)}
    assert [(part.number, part.path) for part in series.parts()] == [(n, paths[n]) for n in (2, 9, 10)]
    assert [part.number for part in series.parts(but=paths[9])] == [2, 10]
    assert all(len(part.seal) == 64 for part in series.parts())


def test_only_the_newest_stay_and_what_is_deleted_is_said(series: Series) -> None:
    *_, current = [filed(series, number) for number in range(1, 6)]
    old = series.parts()[0].path
    old.with_name(old.name + "-wal").touch()
    told = list(series.prune(3, current))
    assert [sentence.partition(": ")[0] for sentence in told] == [
        f"Deleted {series.folder}/{file_prefix()}-{number}.tcpview" for number in (1, 2)
    ]
    assert [part.number for part in series.parts()] == [3, 4, 5]
    assert not list(series.folder.glob("*-wal"))
    assert len(list(series.prune(1, current))) == 2
    assert list(series.prune(1, current)) == []
    assert current.exists()


def test_nothing_else_is_touched(series: Series, tmp_path: Path) -> None:
    here, prefix = series.folder, file_prefix()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with closing(Series(elsewhere)) as other:
        copied = Path(shutil.copy(filed(other, 1), here / f"{prefix}-copied.tcpview"))
    target = elsewhere / "target.tcpview"
    filed(series, 2).rename(target)
    link = here / f"{prefix}-link.tcpview"
    link.symlink_to(target)
    by_hand = here / f"{prefix}-by-hand.tcpview"
    Recording(by_hand, [("host", host_name())], FakeClock()).close()
    text = here / f"{prefix}-notes.tcpview"
    text.write_text("mine")
    empty = here / f"{prefix}-empty.tcpview"
    empty.touch()
    foreign = here / f"{prefix}-foreign.tcpview"
    with closing(sqlite3.connect(foreign)) as file, file:
        file.execute("CREATE TABLE fact (name, value)")
    (here / f"{prefix}-folder.tcpview").mkdir()
    strange = filed(series, 3, part="the third")
    other_host = filed(series, 4, host="another")
    renamed = filed(series, 5).rename(here / "renamed.tcpview")
    current = filed(series, 6)
    assert [part.path for part in series.parts()] == [current]
    assert list(series.prune(1, current)) == []
    kept = [copied, link, target, by_hand, text, empty, foreign, strange, other_host, renamed, current]
    assert all(path.exists() for path in kept)


@root
def test_a_file_of_another_user_is_not_of_the_series(series: Series) -> None:
    os.chown(filed(series, 1), 65_534, -1)
    assert series.parts() == []


def test_what_cannot_be_deleted_is_said(series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(series, 1)
    current = filed(series, 2)

    def refuse(_: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    (told,) = series.prune(1, current)
    assert told.endswith("could not be deleted: Operation not permitted.")


def test_each_file_names_the_one_before(series: Series, tmp_path: Path) -> None:
    before = Part(7, tmp_path / "before.tcpview", "digest")
    assert dict(series.facts(8, before)) == {
        "series": str(tmp_path.resolve()),
        "part": "8",
        "continues": "before.tcpview",
        "continues_seal": "digest",
    }


def test_a_folder_has_one_recorder_at_a_time(tmp_path: Path) -> None:
    first = Series(tmp_path)
    with pytest.raises(RecordingError, match="another recorder rotates"):
        Series(tmp_path)
    first.close()
    Series(tmp_path).close()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="No such file"):
        Series(tmp_path / "none")
