"""What a recorder is told to do: what cannot be done is a sentence, and what was left out stands in the file."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.model.query import parse
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import RecordingError
from tcpview_tui.record.relay import Relay
from tcpview_tui.record.sink import File
from tcpview_tui.recorder.task import Task
from tcpview_tui.usage import WrongUsageError
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (Task(Path("a.csv"), form="csv"), "--format is for lines on the standard output"),
        (Task(keep=3), "--keep: there is one file without --rotate"),
        (Task(Path("-"), rotate=("1h",)), "the standard output is one stream"),
        (Task(Path("nowhere"), rotate=("1h",)), "-o nowhere: --rotate needs a folder there"),
        (Task(rotate=("1h", "30M")), "--rotate 30M: expected at least 1MB"),
        (Task(query=parse("port:22 or -is:New")), "is:New: what is so for a moment only"),
        (Task(query=parse("is:N_ew")), "is:N_ew: what is so for a moment only"),
        (Task(query=parse("is:sus_picious")), "is:sus_picious: nothing is judged without --findings; add it"),
        (Task(query=parse("is:newtobaseline"), findings=True), "the live table and list tell that, a recorder does"),
        (Task(query=parse("port:22 is:Suspicious")), "is:Suspicious: nothing is judged without --findings; add it"),
        (
            Task(query=parse("severity>=high or finding:beacon")),
            "severity, finding: nothing is judged",
        ),
        (Task(query=parse("-is:new-to-baseline"), findings=True), "with --findings write finding:new-program or"),
        (Task(query=parse("host:example")), "host: names are looked up with --names only"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(task: Task, sentence: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUsageError) as error:
        task.check()
    assert error.value.message.startswith("tcpview-tui: ")
    assert sentence in error.value.message
    assert error.value.exit_code == 2


@pytest.mark.parametrize("expression", ["", "age>60 rate>1k is:busy is:past", "nginx is:loopback recv>1M"])
def test_what_several_looks_can_answer_is_taken(expression: str) -> None:
    Task(query=parse(expression)).check()
    Task(query=parse("host:example"), names=True).check()
    Task(query=parse("is:suspicious finding:beacon severity>=high"), findings=True).check()


def test_options_are_told_where_they_say_something() -> None:
    assert Task().options == {}
    assert Task(None, "csv", 5.0, b"", parse("port:22"), ("1h",), 3, names=True, findings=True).options == {
        "duration": 5.0,
        "keyed": True,
        "filter": "port:22",
        "rotate": ("1h",),
        "keep": 3,
        "names": True,
        "findings": True,
    }


def test_a_folder_takes_a_file_that_is_named_after_host_and_time(tmp_path: Path) -> None:
    def facts() -> list[tuple[str, str]]:
        return [("host", "h")]

    clock = FakeClock()
    with closing(Task(tmp_path).sink(clock, facts)) as one, closing(Task(tmp_path).sink(clock, facts)) as another:
        assert isinstance(one, File)
        assert [Path(each.name).name.partition("-20260101T000000Z")[2] for each in (one, another)] == [
            ".tcpview",
            "-2.tcpview",
        ]
    with closing(Task(tmp_path / "mine.tcpview").sink(clock, facts)) as named:
        assert named.name == str(tmp_path / "mine.tcpview")
    with closing(Task(tmp_path, rotate=("1h",)).sink(clock, facts)) as many:
        assert isinstance(many, Relay)
        with closing(Reader(Path(many.name))) as reader:
            assert reader.facts["part"] == "1"


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that nobody may look into; we are nobody, so that this counts."""
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(before)
    folder.chmod(0o700)


def refused(place: Path) -> str:
    with pytest.raises(RecordingError) as error:
        Task(place).sink(FakeClock(), list)
    with pytest.raises(WrongUsageError, match="--rotate needs a folder there, and none can be seen"):
        Task(place, rotate=("1h",)).check()
    return str(error.value)


def test_where_one_may_not_look_nothing_is_written(closed: Path) -> None:
    assert refused(closed / "a.tcpview") == f"{closed / 'a.tcpview'} cannot be written: Permission denied"


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / ("a" * 300)).endswith("cannot be written: File name too long")


def test_a_folder_that_has_been_removed_is_none_to_rotate_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(RecordingError, match="No such file or directory"):
        Task(rotate=("1h",)).sink(FakeClock(), list)


def test_options_can_stand_in_a_file() -> None:
    assert json.loads(json.dumps(Task(rotate=("1h",)).options)) == {"rotate": ["1h"]}
