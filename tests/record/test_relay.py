"""Recording into many files: together they hold everything once, each stands alone, and the seals chain them."""

from __future__ import annotations

import sqlite3
import subprocess
from collections import Counter
from contextlib import closing, suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.record import relay as module
from tcpview_tui.record.event import Changed, Closed, Event, Judged, Moment, Opened
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.relay import AGAIN, Relay
from tcpview_tui.record.rotation import Rotation
from tcpview_tui.record.series import Series
from tcpview_tui.record.verify import verify
from tests.fakes import CURL, FakeClock, connection
from tests.record.judged import found
from tests.sources.net import root

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tcpview_tui.findings.register import Place


class Run:
    """A recorder that rotates by time, every ten seconds, or by size."""

    def __init__(self, folder: Path, keep: int | None = None, size: float = float("inf"), seconds: float = 10) -> None:
        self.clock = FakeClock()
        self.said: list[str] = []
        self.look = 0
        self.refusal: str | None = None
        rotation = Rotation(size, seconds)
        self.relay = Relay(Series(folder), rotation, self.begin, self.clock, self.said.append, keep)

    def begin(self, path: Path, more: Iterable[tuple[str, str]]) -> Recording:
        if self.refusal:
            raise RecordingError(self.refusal)
        from tcpview_tui.record.host import host_name

        return Recording(path, [("host", host_name()), *more], self.clock)

    def write(self, *events: type[Event], key: int = 0, seconds: float = 1) -> None:
        self.clock.advance(seconds)
        self.look += 1
        at = Moment(self.clock.wall(), self.clock.monotonic(), self.look)
        row = connection(key, State.CLOSE_WAIT if Changed in events else State.ESTABLISHED)
        made: dict[type[Event], Event] = {Opened: Opened(at, row), Changed: Changed(at, row), Closed: Closed(at, key)}
        self.relay.write([made[each] for each in events])


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path)
    with closing(made.relay):
        yield made


def facts(path: Path) -> dict[str, str]:
    with closing(Reader(path)) as reader:
        return reader.facts


def events(path: Path) -> list[Event]:
    with closing(Reader(path)) as reader:
        return list(reader.events())


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.tcpview"), key=lambda path: int(facts(path)["part"]))


def test_nothing_is_missing_and_nothing_twice_between_two_files(run: Run, tmp_path: Path) -> None:
    run.write(Opened, key=1)
    run.write(Opened, key=2, seconds=9)
    run.write(Changed, key=1)
    run.write(Closed, key=2)
    first, second = files(tmp_path)
    assert [type(each) for each in events(first)] == [Opened, Opened]
    again, also, changed, closed = events(second)
    assert isinstance(again, Opened)
    assert isinstance(also, Opened)
    assert (again.preexisting, also.preexisting) == (True, True)
    assert again.at.wall == events(first)[0].at.wall
    assert (type(changed), type(closed)) == (Changed, Closed)


def test_each_file_names_the_one_before_and_its_last_seal_also_in_the_next_run(tmp_path: Path) -> None:
    said = []
    for _ in range(2):
        run = Run(tmp_path)
        for key in range(2):
            run.write(Opened, key=key, seconds=11)
        run.relay.close()
        said += run.said
    there = files(tmp_path)
    assert [facts(path)["part"] for path in there] == ["1", "2", "3", "4", "5", "6"]
    assert "continues" not in facts(there[0])
    for before, after in pairwise(there):
        assert facts(after)["continues"] == before.name
        assert facts(after)["continues_seal"] == verify(before).digest
        assert verify(after).fault is None
    assert len(said) == 4
    assert f"the closing digest is {verify(there[0]).closing}; it goes on in" in said[0]


def test_what_stands_was_found_in_each_file_of_what_is_there_by_its_own_numbers(run: Run, tmp_path: Path) -> None:
    of_curl: Place = ("process", CURL.identity)
    run.write(Opened, key=1)
    run.write(Opened, key=2)
    at = Moment(run.clock.wall(), run.clock.monotonic(), run.look)
    told = [found(("connection", 1)), found(("connection", 2)), found(of_curl), found(("process", (7, 7.0)))]
    run.relay.write([*(Judged(at, *each) for each in told), Judged(at, ("process", (7, 7.0)))])
    run.write(Closed, key=1, seconds=9)
    run.relay.write([Judged(at, of_curl)])
    first, second = files(tmp_path)
    judged = [[each for each in events(path) if isinstance(each, Judged)] for path in (first, second)]
    assert [each.place for each in judged[0]][:3] == [("connection", 1), ("connection", 2), of_curl]
    assert [(each.place, bool(each.findings)) for each in judged[1]] == [
        (("connection", 1), True), (of_curl, True), (of_curl, False),
    ]  # fmt: skip
    assert judged[1][0].findings[0].sentence == judged[0][1].findings[0].sentence
    with closing(Reader(second)) as reader:
        assert [row[0] for row in reader.ask("SELECT remote_port FROM connection WHERE id = 1")] == [443]


def test_time_is_up_also_when_nothing_happens(run: Run, tmp_path: Path) -> None:
    run.write(Opened, key=1)
    run.write(seconds=20)
    assert len(files(tmp_path)) == 2


def test_a_file_is_full_by_its_size_on_the_disk(tmp_path: Path) -> None:
    size = 500_000
    run = Run(tmp_path, size=size, seconds=float("inf"))
    for look in range(700):
        run.clock.advance(1)
        at = Moment(run.clock.wall(), run.clock.monotonic(), look)
        new = [connection(look * 50 + each, local=("10.0.0.5", look * 50 + each)) for each in range(50)]
        run.relay.write([*(Opened(at, each) for each in new), *(Closed(at, each.key) for each in new)])
        assert sum(each.stat().st_size for each in tmp_path.glob(f"{run.relay._recording.path.name}*")) < 1.3 * size
    run.relay.close()
    *full, last = (path.stat().st_size for path in files(tmp_path))
    assert len(full) > 1
    assert all(size <= each < 1.05 * size for each in full), full
    assert last < 1.05 * size


def test_a_size_below_what_is_open_does_not_begin_a_file_with_every_look(tmp_path: Path) -> None:
    run = Run(tmp_path, size=1, seconds=float("inf"))
    for key in range(100):
        run.write(Opened, key=key)
    run.relay.close()
    assert len(files(tmp_path)) < 50


def test_only_the_newest_files_are_kept_those_of_earlier_runs_counted(tmp_path: Path) -> None:
    for _ in range(2):
        run = Run(tmp_path, keep=3)
        for key in range(3):
            run.write(Opened, key=key, seconds=11)
        run.relay.close()
    assert [facts(path)["part"] for path in files(tmp_path)] == ["6", "7", "8"]
    assert sum("Deleted" in sentence for sentence in run.said) == 4


def test_when_no_file_can_be_begun_it_goes_on_in_the_old_one_and_says_so_once(run: Run, tmp_path: Path) -> None:
    run.write(Opened, key=1)
    run.refusal = "the disk is full"
    run.write(Opened, key=2, seconds=10)
    run.write(Opened, key=3)
    run.write(Opened, key=4, seconds=AGAIN)
    (only,) = files(tmp_path)
    assert len(events(only)) == 4
    assert [sentence.partition(".")[0] for sentence in run.said] == ["No new file: the disk is full"]
    run.refusal = None
    run.write(Opened, key=5)
    assert len(files(tmp_path)) == 1
    run.write(Opened, key=6, seconds=AGAIN)
    assert len(files(tmp_path)) == 2
    assert len(events(files(tmp_path)[1])) == 6


def test_of_a_file_that_could_not_hold_what_is_there_nothing_is_left(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.write(Opened, key=1)

    def refuse(*_: object) -> None:
        raise RecordingError("the disk is full")

    with monkeypatch.context() as patch:
        old_write = Recording.write
        made = run.relay._recording

        def write(recording: Recording, told: Iterable[Event]) -> None:
            (old_write if recording is made else refuse)(recording, told)

        patch.setattr(Recording, "write", write)
        run.write(Opened, key=2, seconds=10)
    assert list(tmp_path.glob("*.tcpview")) == [made.path]
    assert len(events(made.path)) == 2


def test_it_does_not_rotate_while_anything_waits_to_be_written(run: Run, tmp_path: Path) -> None:
    run.write(Opened, key=1)
    (path,) = files(tmp_path)
    path.rename(tmp_path / "away")
    with pytest.raises(RecordingError):
        run.write(Opened, key=2, seconds=20)
    (tmp_path / "away").rename(path)
    run.write(Opened, key=3)
    first, second = files(tmp_path)
    assert len(events(first)) == len(events(second)) == 3
    assert list(run.relay.losses()) == []


def test_what_is_there_may_be_more_than_one_commit(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    for key in range(5):
        run.write(Opened, key=key)
    run.write(seconds=20)
    _, second = files(tmp_path)
    assert verify(second)[:3] == (None, 4, 5)


@root
def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(small)], check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        run = Run(small)
        for key in range(20):
            run.write(Opened, key=key, seconds=0.1)
        with suppress(OSError), (small / "filler").open("wb", 0) as filler:
            while True:
                filler.write(bytes(4096))
        run.write(seconds=10)
        (only,) = files(small)
        assert run.said[0].startswith("No new file: ")
        (small / "filler").unlink()
        run.write(Closed, key=3, seconds=AGAIN)
        assert [len(events(path)) for path in files(small)] == [21, 19]
        assert verify(only).fault is None
        run.relay.close()
    finally:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


def test_every_connection_is_new_in_one_file_only(run: Run, tmp_path: Path) -> None:
    for key in range(30):
        run.write(Opened, key=key)
        if key % 3:
            run.write(Closed, key=key)
    opened: Counter[tuple[float, bool]] = Counter()
    for path in files(tmp_path):
        opened.update((each.at.wall, each.preexisting) for each in events(path) if isinstance(each, Opened))
    assert len([None for (_, preexisting) in opened if not preexisting]) == 30
    assert {number for (_, preexisting), number in opened.items() if not preexisting} == {1}


def test_sqlite_can_read_the_file_that_is_being_written(run: Run) -> None:
    run.write(Opened, key=1)
    with closing(sqlite3.connect(run.relay.name)) as file:
        assert file.execute("SELECT count(*) FROM event").fetchone() == (1,)
