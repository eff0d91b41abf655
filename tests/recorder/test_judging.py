"""The rules beside a recorder: who looks for hours finds the beacon, and who replays it sees when."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.judging import bench
from tcpview_tui.judging.bench import Bench
from tcpview_tui.judging.judge import Judge
from tcpview_tui.model.query import parse
from tcpview_tui.record.event import Judged, Opened, Unseen
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.sink import File
from tcpview_tui.recorder.judging import Judging
from tcpview_tui.recorder.recorder import Recorder
from tcpview_tui.sources.base import Sampler
from tests.fakes import CURL, NGINX, FakeClock, FakeSource, connection
from tests.findings.processes import copied, folder
from tests.judging.test_bench import talking
from tests.record.tapes import read
from tests.recorder.test_recorder import begun, run
from tests.sources.net import PATIENCE, linux

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.traffic import Gauge


class Prompt(Bench):
    """Judges at once, in the thread of the caller."""

    def start(self, heard: Callable[[], None]) -> None:
        self._judge = Judge(self._prepare, self.register, self._clock, heard)
        self._judge._panels = tuple(self._prepare())

    def take(self, update: Update, gauges: Mapping[Key, Gauge], at: float, marked: float | None) -> None:
        super().take(update, gauges, at, marked)
        assert self._judge is not None
        self._judge.work()


class Machine:
    """A recorder with rules, and a source and a clock that a test moves."""

    def __init__(self, path: Path, data: Path, filter_: str = "") -> None:
        self.clock, self.source = FakeClock(), FakeSource()
        self._judging = Judging(Prompt(self.clock, data), self.clock)
        sampler = Sampler(self.source, self.clock)
        self._file = File(Recording(path, [("host", "box")], self.clock))
        self._recorder = Recorder(sampler, self.clock, self._file, 60.0, parse(filter_), judging=self._judging)
        self._calls = 0

    def call(self, every: float = 60.0) -> None:
        """Let curl call once more, after so many seconds, and nginx stay connected; then look."""
        self.clock.advance(every)
        self._calls += 1
        call = connection(self._calls, local=("10.0.0.5", 50000 + self._calls))
        stays = connection("stays", remote=("192.0.2.80", 443), owners=(NGINX,))
        self.source.connections = [stays, replace(call, opened_at=self.clock.wall())]
        self._recorder.look()

    def close(self) -> None:
        self._file.close()
        self._judging.close()


@contextmanager
def machine(path: Path, filter_: str = "") -> Iterator[Machine]:
    with closing(Machine(path, path.parent / "data", filter_)) as made:
        yield made


def beacons(path: Path) -> list[Judged]:
    told = [event for event in read(path) if isinstance(event, Judged)]
    return [event for event in told if any(each.rule == "beacon" for each in event.findings)]


def test_a_beacon_is_recorded_when_it_is_known_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with machine(path) as made:
        for _ in range(30):
            made.call()
    told = beacons(path)
    assert told, "found"
    assert told[0].at.look > 9, "not before there are eight intervals"
    assert told[0].findings[0].name == "curl (4242)  93.184.216.34:443"
    assert {event.place[0] for event in told} == {"activity"}


def test_who_calls_irregularly_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with machine(path) as made:
        for each in range(30):
            made.call(7.0 + (each * 7919 % 23) ** 2)
    assert not beacons(path)


def test_with_a_filter_by_findings_only_the_suspicious_connections_are_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with machine(path, "finding:beacon") as made:
        for _ in range(30):
            made.call()
    opened = [event.connection for event in read(path) if isinstance(event, Opened)]
    assert opened
    assert {each.owners for each in opened} == {(CURL,)}
    assert beacons(path)


def test_what_cannot_be_judged_is_recorded_as_what_cannot_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "baseline.json").write_text("nonsense")
    with machine(path) as made:
        made.call()
        made.call()
    assert "judging" in {event.code for event in read(path) if isinstance(event, Unseen)}


@linux
def test_the_command_records_what_is_found_of_a_real_program(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with folder() as place, talking(copied("sleep", place / "updater"), delete=True) as pid:
        process = begun(path, "--findings")
        for _ in range(1_000_000):
            if pid in judged(path):
                break
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    summary = run("summary", str(path)).stdout
    assert "What was found" in summary
    assert "deleted-exe" in summary
    alerts = [json.loads(line) for line in run("export", str(path), "--filter", f"pid:{pid}").stdout.splitlines()]
    (alert, *_) = [each for each in alerts if each["event"]["action"] == "finding"]
    assert (alert["event"]["kind"], alert["process"]["pid"]) == ("alert", pid)


def judged(path: Path) -> set[object]:
    """Return the ids of the processes of which something was found."""
    told = [event for event in read(path) if isinstance(event, Judged) and event.findings]
    return {subject[0] for event in told if isinstance(subject := event.place[1], tuple) and subject}


def test_without_it_nothing_is_judged_and_a_baseline_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    done = run("record", "-o", str(tmp_path / "a.tcpview"), "--duration", "0.5")
    assert done.returncode == 0
    assert judged(tmp_path / "a.tcpview") == set()
    (tmp_path / "b.json").write_text("nonsense")
    done = run("record", "-o", str(tmp_path / "b.tcpview"), "--baseline", str(tmp_path / "b.json"))
    assert (done.returncode, "--baseline: " in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "b.tcpview").exists()


def test_a_baseline_that_cannot_be_read_deletes_nothing(tmp_path: Path) -> None:
    command = ("record", "-o", str(tmp_path), "--rotate", "1h", "--duration", "0")
    for _ in range(3):
        assert run(*command).returncode == 0
    before = sorted(tmp_path.iterdir())
    assert len([each for each in before if each.suffix == ".tcpview"]) == 3
    done = run(*command, "--keep", "1", "--baseline", str(tmp_path / "none.json"))
    assert (done.returncode, "--baseline: " in done.stderr) == (2, True)
    assert sorted(tmp_path.iterdir()) == before


@linux
def test_what_is_found_of_the_last_look_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with folder() as place, talking(copied("sleep", place / "updater"), delete=True) as pid:
        done = run("record", "-o", str(path), "--findings", "--duration", "0", "--filter", f"is:suspicious pid:{pid}")
    assert (done.returncode, "not judged" in done.stderr) == (0, False), done.stderr
    assert pid in judged(path)
    assert [event.connection.owners[0].pid for event in read(path) if isinstance(event, Opened)] == [pid]


def test_who_is_still_judging_at_the_end_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SETTLING", 0.0)
    stuck, stop = threading.Event(), threading.Event()
    monkeypatch.setattr(Bench, "_prepare", lambda _: stuck.wait(PATIENCE) and ())
    clock = FakeClock()
    stop.set()
    with closing(File(Recording(tmp_path / "a.tcpview", [], clock))) as file:
        judging = Judging(Bench(clock, tmp_path), clock)
        recorder = Recorder(Sampler(FakeSource(connection(1)), clock), clock, file, 1.0, judging=judging)
        assert recorder.run(stop, None) == 0
        stuck.set()
        judging.close()
    assert "What came last was not judged." in capsys.readouterr().err
