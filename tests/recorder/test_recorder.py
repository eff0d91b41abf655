"""The recorder on real sockets, and as a command: it ends in good order, and what is killed is whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.facts import lasting
from tcpview_tui.record.host import host_name
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.relay import Relay
from tcpview_tui.record.rotation import Rotation
from tcpview_tui.record.series import Series
from tcpview_tui.record.sink import File
from tcpview_tui.record.verify import verify
from tcpview_tui.recorder.recorder import Recorder
from tcpview_tui.sources.base import Sampler
from tests.fakes import FakeClock, FakeSource, connection
from tests.lookup.servers import DnsServer
from tests.sources.net import PATIENCE, tcp_pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PROGRAM = (sys.executable, "-m", "tcpview_tui")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)


def begun(path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Begin to record; return when the first look is written."""
    argv = [*PROGRAM, "record", "-o", str(path), "--interval", "0.5", *arguments]
    process = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert "Recording to" in process.stderr.readline()
    for _ in range(1_000_000):
        if path.exists() and verify(path).events:
            return process
    raise AssertionError("nothing is recorded")


def told(path: Path, port: int) -> list[tuple[str, str | None]]:
    """Return what happened to connections at that local port."""
    query = """SELECT kind, state FROM happened WHERE connection IN
               (SELECT id FROM connection WHERE local_port = ?) AND kind != 'counted' ORDER BY id"""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(query, (port,)).fetchall()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_real_connections_are_recorded_until_it_is_stopped(number: signal.Signals, tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with tcp_pair() as (server, client, _):
        port = client.getsockname()[1]
        process = begun(path)
        listening = server.getsockname()[1]
    os.kill(process.pid, number)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    verdict = verify(path)
    assert verdict.fault is None
    assert f"the closing digest is {verdict.closing}\n" in said
    kinds = [kind for kind, _ in told(path, port)]
    assert kinds[0] == "opened"
    assert {"closed", "changed"} & set(kinds[1:])
    assert ("opened", "LISTEN") in told(path, listening)
    assert not list(tmp_path.glob("*-wal"))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel counts bytes for sock_diag")
@pytest.mark.parametrize("output", ["a.tcpview", "-"])
def test_what_was_sent_last_is_counted_though_it_was_not_due(output: str, tmp_path: Path) -> None:
    argv = [*PROGRAM, "record", "-o", output, "--format", "jsonl", "--interval", "0.5"]
    argv = argv if output == "-" else [each for each in argv if each not in {"--format", "jsonl"}]
    with tcp_pair() as (_, client, peer), (tmp_path / "out").open("wb") as out:
        client.sendall(b"x")
        assert peer.recv(1)
        process = subprocess.Popen(argv, stdout=out, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
        port, path = client.getsockname()[1], tmp_path / ("out" if output == "-" else output)
        for _ in range(10_000_000):
            if 1 in sent(path, port):
                break
        client.sendall(b"x" * 50_000)
        left = 50_000
        while left:
            left -= len(peer.recv(left))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    assert sent(path, port)[-1] == 50_001


def sent(path: Path, port: int) -> list[int]:
    """Return what was counted of a connection from that local port, in a recording or in a stream."""
    if path.suffix != ".tcpview":
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        told = [json.loads(line)["tcpview"] for line in lines if line.endswith("}")]
        return [each["counters"]["sent"] for each in told if "counters" in each and each["local"]["port"] == port]
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as file:
        query = "SELECT json_extract(body, '$[1]') FROM happened WHERE kind = 'counted' AND local_port = ? ORDER BY id"
        return [each for (each,) in file.execute(query, (port,))]


def test_the_process_is_there_with_its_program(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with tcp_pair() as (server, _, _):
        done = run("record", "-o", str(path), "--duration", "0.1")
        assert done.returncode == 0, done.stderr
        with closing(sqlite3.connect(path)) as file:
            (owners,) = file.execute(
                """SELECT common.owners FROM connection JOIN common ON common.id = common
                   WHERE local_port = ? AND remote IS NULL AND preexisting""",
                (server.getsockname()[1],),
            ).fetchone()
            (number,) = json.loads(owners)
            pid, digest = file.execute("SELECT pid, sha256 FROM process WHERE id = ?", (number,)).fetchone()
    assert pid == os.getpid()
    assert len(digest) == 64


def test_what_is_killed_is_whole_up_to_the_last_look(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with tcp_pair() as (server, _, _):
        process = begun(path)
        process.kill()
        process.communicate()
        assert verify(path).fault is None
        assert ("opened", "LISTEN") in told(path, server.getsockname()[1])


def test_a_recording_is_never_written_over_and_verify_tells(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    assert run("record", "-o", str(path), "--duration", "0").returncode == 0
    again = run("record", "-o", str(path), "--duration", "0")
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert "Traceback" not in again.stderr
    intact = run("verify", str(path))
    assert (intact.returncode, intact.stdout.partition(":")[0]) == (0, "Intact")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE fact SET value = 'another' WHERE name = 'host'")
    touched = run("verify", str(path))
    assert touched.returncode == 1
    assert touched.stdout.startswith("Not intact: What seal 1 ")
    assert run("verify", str(tmp_path / "none")).returncode == 1


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    done = run("record", "-o", str(tmp_path / "no" / "a.tcpview"), "--duration", "0")
    assert done.returncode == 1
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_lines_leave_as_things_happen_and_make_a_recording_elsewhere(tmp_path: Path) -> None:
    with tcp_pair() as (server, _, _):
        port = server.getsockname()[1]
        done = run("record", "-o", "-", "--duration", "0.1")
    assert done.returncode == 0, done.stderr
    first, *events = [json.loads(line) for line in done.stdout.splitlines()]
    opened = [each for each in events if each["event"]["action"] == "listener-opened"]
    assert port in [each["source"]["port"] for each in opened]
    lines, copy = tmp_path / "here.jsonl", tmp_path / "b.tcpview"
    lines.write_text(done.stdout)
    imported = run("import", str(lines), "-o", str(copy))
    assert imported.returncode == 0, imported.stderr
    assert verify(copy).events == len(events)
    exported = run("export", str(copy))
    assert exported.returncode == 0
    assert exported.stdout.splitlines()[0] == done.stdout.splitlines()[0]
    assert len(exported.stdout.splitlines()) == 1 + len(events)
    assert len(run("export", str(copy), "--format", "csv").stdout.splitlines()) == 2 + len(events)
    with closing(Reader(copy)) as reader:
        assert lasting(reader.facts) == first["tcpview"]["recording"]


def test_only_what_matches_is_recorded_and_the_file_says_what_was_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    with tcp_pair() as (server, client, _):
        ports = server.getsockname()[1], client.getsockname()[1]
        done = run("record", "-o", str(path), "--duration", "0.1", "--filter", f"lport:{ports[1]}")
    assert done.returncode == 0, done.stderr
    assert ("opened", "ESTABLISHED") in told(path, ports[1])
    with closing(sqlite3.connect(path)) as file:
        opened = file.execute("SELECT DISTINCT local_port FROM happened WHERE kind = 'opened'").fetchall()
        (options,) = file.execute("SELECT value FROM fact WHERE name = 'options'").fetchone()
    assert opened == [(ports[1],)]
    assert json.loads(options)["filter"] == f"lport:{ports[1]}"


def test_lines_are_filtered_too() -> None:
    with tcp_pair() as (_, client, _):
        port = client.getsockname()[1]
        done = run("record", "-o", "-", "--duration", "0", "--filter", f"state:established lport:{port}")
    actions = [(each["event"]["action"], each.get("source")) for each in map(json.loads, done.stdout.splitlines())]
    assert [source["port"] for action, source in actions if action == "connection-opened" and source] == [port]


@pytest.mark.parametrize("form", ["tcpview", "jsonl"])
def test_names_are_recorded_also_those_that_come_in_the_end(form: str, tmp_path: Path) -> None:
    """10.0.0.0/8 is never asked about; an address that may be is bound to the loopback device for the occasion."""
    hosts = tmp_path / "config.toml"
    with DnsServer({("8.8.8.8.in-addr.arpa.", "PTR"): ["far.example."]}) as server, udp_to("8.8.8.8"):
        hosts.write_text(f'[lookup]\ndns_server = "{server.address}"\n')
        path = tmp_path / "a.tcpview"
        output = str(path) if form == "tcpview" else "-"
        done = run("record", "--names", "-o", output, "--duration", "0", "--config", str(hosts), "--filter", "8.8.8.8")
    assert done.returncode == 0, done.stderr
    assert server.asked == ["8.8.8.8.in-addr.arpa."]
    if form == "tcpview":
        with closing(sqlite3.connect(path)) as file:
            bodies = file.execute("SELECT body FROM happened WHERE kind = 'named'").fetchall()
        assert [json.loads(body) for (body,) in bodies] == [{"address": "8.8.8.8", "name": "far.example"}]
    else:
        assert "far.example" in done.stdout.splitlines()[-1]


@contextmanager
def udp_to(address: str) -> Iterator[None]:
    """A UDP socket that is connected there: it needs a route, and nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        try:
            end.connect((address, 9))
        except OSError:
            pytest.skip("needs a route to the internet, to send nothing there")
        yield


def test_files_follow_one_another_and_the_next_run_goes_on(tmp_path: Path) -> None:
    command = ("record", "-o", str(tmp_path), "--rotate", "1h", "--rotate", "1MB", "--keep", "2", "--duration", "0")
    said = [run(*command) for _ in range(3)]
    assert [each.returncode for each in said] == [0, 0, 0]
    assert "Deleted" in said[2].stderr
    files = sorted(tmp_path.glob("*.tcpview"))
    assert len(files) == 2
    with closing(Series(tmp_path)) as series:
        first, second = series.parts()
    assert (first.number, second.number) == (2, 3)
    with closing(sqlite3.connect(second.path)) as file:
        facts = dict(file.execute("SELECT name, value FROM fact"))
    assert (facts["continues"], facts["continues_seal"]) == (first.path.name, verify(first.path).digest)


def test_a_second_recorder_that_rotates_in_a_folder_is_refused(tmp_path: Path) -> None:
    with closing(Series(tmp_path)):
        done = run("record", "-o", str(tmp_path), "--rotate", "1h", "--duration", "0")
    assert done.returncode == 1
    assert "another recorder rotates its files" in done.stderr
    assert not list(tmp_path.glob("*.tcpview"))


def test_a_recorder_rotates_while_it_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each look is one second of a clock that no one waits for; a file is full after five of them."""
    clock, source = FakeClock(), FakeSource(connection(1))

    def begin(path: Path, more: Iterable[tuple[str, str]]) -> Recording:
        return Recording(path, [("host", host_name()), *more], clock)

    relay = Relay(Series(tmp_path), Rotation(seconds=5), begin, clock, print)
    with closing(relay):
        recorder = Recorder(Sampler(source, clock), clock, relay, 1.0)
        for number in range(20):
            source.connections.append(connection(100 + number, local=("10.0.0.5", 100 + number)))
            clock.advance(1)
            recorder.look()
    paths = sorted(tmp_path.glob("*.tcpview"))
    assert len(paths) == 5
    counted = 0
    for path in paths:
        with closing(sqlite3.connect(path)) as file:
            (new,) = file.execute("SELECT count(*) FROM connection WHERE NOT preexisting").fetchone()
        counted += new
        assert verify(path).fault is None
    assert counted == 19  # and two were there at the first look
    assert capsys.readouterr().out.count("it goes on in") == 4


def test_a_reader_that_leaves_ends_the_recorder(tmp_path: Path) -> None:
    argv = [*PROGRAM, "record", "-o", "-", "--interval", "0.5"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        with tcp_pair():  # something has to happen, or nothing is written
            said = process.stderr.read()
        assert process.wait(PATIENCE) == 0
    assert "Traceback" not in said


def taping(path: Path) -> tuple[Recorder, File, FakeClock]:
    clock = FakeClock()
    sink = File(Recording(path, [("host", "h")], clock))
    return Recorder(Sampler(FakeSource(connection(1)), clock), clock, sink, 1.0), sink, clock


def test_each_new_reason_is_said_once_and_that_it_is_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "a.tcpview"
    recorder, sink, clock = taping(path)
    with closing(sink):
        for change in (list, partial(shutil.rmtree, folder), folder.mkdir):
            change()
            for _ in range(3):
                clock.advance(1)
                recorder.look()
    waits = "It waits in memory, up to 200,000 rows, and is tried again at each look."
    assert capsys.readouterr().err.splitlines() == [
        f"Not written: {path} has been removed or replaced. {waits}",
        f"Not written: {path} cannot be written: No such file or directory. {waits}",
        "Written again.",
    ]
    assert verify(path).fault is None


def test_what_is_removed_before_the_last_look_is_made_again_in_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorder, sink, _ = taping(tmp_path / "a.tcpview")
    stop = threading.Event()
    stop.set()
    with closing(sink):
        recorder.look()
        (tmp_path / "a.tcpview").unlink()
        assert recorder.run(stop, None) == 0
    assert verify(tmp_path / "a.tcpview").events == 1
    assert capsys.readouterr().err.splitlines()[-1] == "Written again."


def test_what_cannot_be_made_again_in_the_end_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    recorder, sink, _ = taping(folder / "a.tcpview")
    stop = threading.Event()
    stop.set()
    with closing(sink):
        recorder.look()
        shutil.rmtree(folder)
        assert recorder.run(stop, None) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("is not there any more, with all that was written to it.")
    assert "the closing digest" not in sink.farewell()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full (full(4))")  # noqa: PTH110
@pytest.mark.parametrize("command", [("record", "-o", "-", "--duration", "0"), ("export", "a.tcpview")])
def test_a_full_output_is_said_and_fails(command: tuple[str, ...], tmp_path: Path) -> None:
    assert run("record", "-o", str(tmp_path / "a.tcpview"), "--duration", "0").returncode == 0
    with open("/dev/full", "w") as full:  # noqa: PTH123
        argv = [*PROGRAM, *command]
        done = subprocess.run(
            argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, cwd=tmp_path, check=False
        )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
