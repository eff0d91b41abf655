"""`tcpview-tui baseline`: recordings and other baselines are learned, shown and forgotten; nothing by halves."""

from __future__ import annotations

import json
import os
import socket
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tcpview_tui.findings.baseline.file import change, load
from tcpview_tui.findings.baseline.form import written
from tcpview_tui.findings.baseline.traits import Program
from tests.findings.baseline.lessons import lesson, listening, talk
from tests.findings.baseline.test_recorded import LIFE, taped
from tests.findings.processes import copied, folder
from tests.judging.test_bench import talking
from tests.model.rows import make_process
from tests.sources.net import linux
from tests.test_cli import Said
from tests.test_imports import HEAVY, RUN, python

EXECUTABLE = os.path.realpath(sys.executable)
CURL = Program("/usr/bin/curl", "session-*.scope")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return taped(tmp_path / "box.tcpview", LIFE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A baseline of two programs, learned on fourteen days; a third one was there on one."""
    often = lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"), days=range(14))
    once = lesson(talk("203.0.113.7:4444", make_process(executable="/tmp/x")), days=(3,))
    change(tmp_path / "baseline.json", often.joined(once).joined)
    return tmp_path / "baseline.json"


def said(*arguments: str | Path, home: str | Path = "/nonexistent") -> Said:
    return Said("baseline", *map(str, arguments), HOME=str(home), XDG_DATA_HOME=str(home))


def test_a_recording_is_learned_once_however_often(tmp_path: Path, recording: Path) -> None:
    output = tmp_path / "new" / "baseline.json"
    first = said("learn", recording, "-o", output)
    assert (first.status, first.out) == (
        0, f"Learned 2 programs from 1 host, 5 days: 2026-01-01..2026-01-05. {output} knows 2 programs.\n",
    )  # fmt: skip
    assert "What an intruder did on these days counts as normal from now on" in first.err
    content = output.read_bytes()
    assert said("learn", recording, recording, "-o", output).status == 0
    assert output.read_bytes() == content


def test_the_baseline_to_add_to_is_named_as_everywhere(tmp_path: Path, path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    assert said("learn", path, "--baseline", one).status == said("learn", path, "-o", other).status == 0
    assert one.read_bytes() == other.read_bytes() == path.read_bytes()
    assert said("learn", "--help").out.count("--baseline FILE") == 1


def test_what_was_really_recorded_is_learned(tmp_path: Path) -> None:
    recording, output = tmp_path / "real.tcpview", tmp_path / "baseline.json"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert Said("record", "-o", str(recording), "--duration", "1", HOME=str(tmp_path)).status == 0
        near, far = client.getsockname()[1], server.getsockname()[1]
    assert said("learn", recording, "-o", output).status == 0
    found = [habits for program, habits in load(output).programs.items() if program.path == EXECUTABLE]
    assert min(near, far) > 32_768
    assert any("loopback tcp/dynamic" in habits.listens for habits in found)
    assert any("to loopback tcp/dynamic" in habits.talks for habits in found)


def test_the_fleet_is_learned_from_its_baselines_in_any_order(tmp_path: Path, path: Path, recording: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    assert said("learn", path, recording, "-o", one).status == 0
    assert said("learn", recording, "-o", other).status == 0
    assert said("learn", path, "-o", other).status == 0
    assert one.read_bytes() == other.read_bytes()
    assert load(one).learned.keys() == {"web1", "box"}


def test_what_is_there_now_is_learned_for_this_user(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        run = said("learn", home=tmp_path)
    assert run.status == 0
    (found,) = (habits for program, habits in load(next(tmp_path.rglob("*.json"))).programs.items()
                if program.path == EXECUTABLE)  # fmt: skip
    assert "loopback tcp/dynamic" in found.listens
    assert said("show", home=tmp_path).status == 0


@linux
def test_what_is_there_now_is_learned_with_its_hash(tmp_path: Path) -> None:
    with folder() as place, talking(program := copied("sleep", place / "agent")):
        assert said("learn", home=tmp_path).status == 0
        digest = sha256(program.read_bytes()).hexdigest()
    known = load(next(tmp_path.rglob("*.json"))).programs
    assert [list(habits.sha256) for each, habits in known.items() if each.path == str(program)] == [[digest]]
    # Its hash would be the same whatever it runs:
    assert [habits.sha256 for each, habits in known.items() if each.path == EXECUTABLE] == [{}]


def test_what_cannot_be_learned_is_said_and_nothing_is_learned(tmp_path: Path, path: Path, recording: Path) -> None:
    content = path.read_bytes()
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "broken.json").write_bytes(content.replace(b"tcp/443", b"443"))
    for name, words in (
        ("mine.txt", "is no recording"),
        ("none", "No such file"),
        ("broken.json", "expected a network and port"),
        (".", "it is no regular file"),
    ):
        run = said("learn", recording, tmp_path / name, "-o", path)
        assert (run.status, run.out) == (1, "")
        assert run.err.startswith("Nothing was learned. ")
        assert words in run.err
    assert path.read_bytes() == content


def test_it_is_shown_with_the_rarest_at_the_top(path: Path) -> None:
    run = said("show", "--baseline", path)
    assert run.status == 0
    assert "days ago" in run.out.splitlines()[1]
    assert run.out.splitlines()[5].endswith("talks to 203.0.113.0/24 tcp/4444  /tmp/x")
    told = said("show", "--baseline", path, "--format", "json").out
    assert json.loads(told)["learned"] == {"web1": "2026-01-01..2026-01-14"}
    assert told.encode() == written(load(path))


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for arguments in (("show",), ("forget", "curl"), ("forget", "--all"), ("forget", "--days", "2026-01-01")):
        run = said(*arguments, "--baseline", tmp_path / "none.json")
        assert (run.status, run.out) == (1, "")
        assert "No such file" in run.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["curl", "/usr/bin/curl", "/usr/bin/*", "/usr/bin/curl in session-*.scope"])
def test_a_program_is_forgotten_by_its_name_path_or_pattern(path: Path, name: str) -> None:
    run = said("forget", name, "--baseline", path)
    assert (run.status, run.out) == (0, "Forgotten: 1 program of 3.\n")
    assert CURL not in load(path).programs


def test_the_days_of_an_intruder_are_forgotten(path: Path) -> None:
    run = said("forget", "--days", "2026-01-04..2026-01-05", "--baseline", path)
    assert run.status == 0
    assert load(path) == lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"), days=(0, 1, 2, *range(5, 14)))


def test_what_is_not_known_cannot_be_forgotten(path: Path) -> None:
    content = path.read_bytes()
    run = said("forget", "wget", "--baseline", path)
    assert (run.status, run.err) == (1, "Nothing was forgotten: the baseline knows none of that.\n")
    assert path.read_bytes() == content


def test_everything_is_forgotten(path: Path) -> None:
    assert said("forget", "--all", "--baseline", path).status == 0
    assert not path.exists()


def test_it_loads_nothing_heavy(path: Path) -> None:
    status, loaded = json.loads(python(RUN, "baseline", "show", "--baseline", str(path)).splitlines()[-1])
    assert status == 0
    assert set(loaded) & HEAVY == set()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("forget",),
        ("forget", "curl", "--all"),
        ("forget", "--days", "monday"),
        ("show", "--format", "html"),
        ("eat",),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...]) -> None:
    run = said(*arguments)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith("tcpview-tui: ")
