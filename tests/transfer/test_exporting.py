"""``export`` from outside: where it writes, what it refuses, what is left when it is stopped."""

from __future__ import annotations

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import duckdb
import pytest

from tcpview_tui.model.query import parse
from tcpview_tui.record.writing import WRITERS
from tcpview_tui.transfer.exporting import Order, export
from tcpview_tui.usage import WrongUsageError
from tests.fakes import FakeClock
from tests.record.streams import EVERYTHING
from tests.record.tapes import everything, minutes

PATIENCE = 60
COMMAND = (sys.executable, "-m", "tcpview_tui", "export")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of 45,001 events."""
    return minutes(tmp_path_factory.mktemp("many") / "many.tcpview", 15_000)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, timeout=PATIENCE, check=False)
    assert b"Traceback" not in done.stderr
    return done


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


@pytest.mark.parametrize("form", WRITERS)
def test_a_file_has_what_the_standard_output_would_have(tmp_path: Path, form: str) -> None:
    path, file = everything(tmp_path), tmp_path / "out"
    said = run(path, "--format", form, "-o", file)
    assert (said.returncode, said.stdout) == (0, b"")
    assert said.stderr.decode() == f"{file}: {len(EVERYTHING)} events\n"
    printed = run(path, "--format", form, "-o", "-")
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert printed.stdout == file.read_bytes()


def test_times_and_filter_choose_what_is_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = minutes(tmp_path / "a.tcpview", 10)
    order = Order(path, "text", since="2026-01-01T00:00:02Z", until="-5s", query=parse("lport:1026-1030 is:closed"))
    assert export(order, FakeClock()) == 0
    lines = capfd.readouterr().out.splitlines()
    assert [line.partition("10.0.0.5:")[2][:4] for line in lines[1:]] == ["1026", "1027", "1028"]


def test_where_nothing_is_found_it_says_what_there_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert export(Order(minutes(tmp_path / "a.tcpview", 2), "json", since="+1h"), FakeClock()) == 0
    said = capfd.readouterr()
    assert [each["event"]["action"] for each in json.loads(said.out)] == ["recording-began"]
    assert "from 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:02.000Z has no event" in said.err


@pytest.mark.parametrize("term", ["is:new", "-is:Changed", "rate>1k", "is:busy"])
def test_a_filter_that_no_event_can_answer_is_wrong_usage(tmp_path: Path, term: str) -> None:
    with pytest.raises(WrongUsageError, match="export asks each event alone"):
        export(Order(everything(tmp_path), query=parse(term)), FakeClock())


def test_a_term_is_known_in_every_spelling(tmp_path: Path) -> None:
    order = Order(minutes(tmp_path / "a.tcpview", 2), query=parse("is:clo_sed or Is:SUS_picious"))
    assert export(order, FakeClock()) == 0


def test_wrong_usage_is_a_sentence_and_status_2(tmp_path: Path) -> None:
    path = everything(tmp_path)
    for arguments, words in (
        (("--from", "yesterday"), "--from: 'yesterday' is no time"),
        (("--to", "\x1b[2J"), "--to: '\\x1b[2J' is no time"),
        (("--filter", "port:"), "no value follows port:"),
        (("--format", "xlsx"), "xlsx"),
    ):
        said = run(path, *arguments)
        assert (said.returncode, said.stdout) == (2, b"")
        assert words in said.stderr.decode()


def test_an_existing_file_is_never_replaced(tmp_path: Path) -> None:
    path, file = everything(tmp_path), tmp_path / "mine.csv"
    file.write_text("mine")
    said = run(path, "--format", "csv", "-o", file)
    assert (said.returncode, file.read_text()) == (1, "mine")
    assert said.stderr.decode().startswith(f"{file}: That name is taken, and nothing is overwritten.")
    assert run(path, "-o", tmp_path / "no" / "x").stderr.decode().endswith("Choose one that exists.\n")


def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for path, words in ((mine, "is no recording"), (tmp_path / "none", "No such file")):
        said = run(path, "-o", tmp_path / "out")
        assert (said.returncode, said.stdout) == (1, b"")
        assert words in said.stderr.decode()
    assert names(tmp_path) == {"mine"}


DAMAGE = (
    "UPDATE event SET state = kind WHERE id = 5",
    "INSERT INTO moment VALUES (99, 9e17, 0, 1, 5)",
    """UPDATE event SET body = '{"local": [1, 70000]}' WHERE id = 5""",
)
DAMAGED = [(form, damage) for form in ("json", "parquet") for damage in DAMAGE]
DAMAGED += [("html", damage) for damage in DAMAGE[:2]]  # a page shows any port


@pytest.mark.parametrize(("form", "damage"), DAMAGED)
def test_what_stands_before_damage_is_written_well_formed(tmp_path: Path, form: str, damage: str) -> None:
    path, file = everything(tmp_path), tmp_path / "out"
    with closing(sqlite3.connect(path)) as tape, tape:
        tape.execute(damage)
        tape.execute("UPDATE event SET moment = 99 WHERE id = 5 AND EXISTS (SELECT 1 FROM moment WHERE id = 99)")
    said = run(path, "--format", form, "-o", file)
    assert said.returncode == 1
    assert said.stderr.decode().endswith("What stands before it was written.\n")
    if form == "json":
        assert len(json.loads(file.read_text())) == 1 + 4
    elif form == "parquet":
        assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{file}')").fetchall() == [(4,)]
    else:
        assert file.read_text().endswith("</html>\n")


def holed(sound: Path, path: Path) -> Path:
    """Make a copy of a recording of which a part of the pages behind the middle was overwritten."""
    raw = bytearray(sound.read_bytes())
    begin = len(raw) * 6 // 10 // 4096 * 4096
    raw[begin : begin + 10 * 4096] = b"\xff" * 10 * 4096
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("span", [(), ("--from", "+1m"), ("--to", "2026-01-01T04:00:00Z")])
def test_damage_in_any_page_leaves_all_that_stands_before_it(tmp_path: Path, many: Path, span: tuple[str, ...]) -> None:
    path = holed(many, tmp_path / "holed.tcpview")
    with closing(sqlite3.connect(path)) as tape, pytest.raises(sqlite3.DatabaseError):
        tape.execute("SELECT max(wall) FROM moment").fetchall()
    said, file = run(path, *span, "-o", tmp_path / "out"), tmp_path / "out"
    assert said.returncode == 1
    assert said.stderr.decode().endswith("verify says where. What stands before it was written.\n")
    whole = run(many, *span).stdout.splitlines()
    lines = file.read_bytes().splitlines()
    assert 10_000 < len(lines) < len(whole)
    assert lines[1:] == whole[1 : len(lines)]


def test_of_what_was_cut_off_where_its_connections_stand_it_is_said_that_nothing_is_left(
    tmp_path: Path, many: Path
) -> None:
    path = tmp_path / "cut.tcpview"
    raw = many.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])
    with closing(sqlite3.connect(many)) as tape:
        (page,) = tape.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'connection'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes(4096))
    said = run(path)
    assert said.returncode == 1
    assert said.stderr.decode().startswith("what event 2 refers to cannot be read: the file is damaged")
    assert len(said.stdout.splitlines()) == 2, "the facts, and a name"


def test_a_recording_that_is_still_written_can_be_exported(tmp_path: Path) -> None:
    path = everything(tmp_path)
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("PRAGMA journal_mode = WAL")
        assert len(run(path).stdout.splitlines()) == 1 + len(EVERYTHING)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("form", WRITERS)
def test_a_full_disk_is_said(tmp_path: Path, form: str) -> None:
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123 - a device, for its number
        command = [*COMMAND, str(everything(tmp_path)), "--format", form]
        said = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert said.returncode == 1
    assert said.stderr.startswith(b"The standard output could not be written: No space left on device.")
    assert said.stderr.count(b"\n") == 1


@pytest.mark.parametrize("form", WRITERS)
def test_a_reader_that_has_gone_is_no_mistake(tmp_path: Path, form: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [*COMMAND, str(everything(tmp_path)), "--format", form]
        said = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    finally:
        os.close(writing)
    assert (said.returncode, said.stderr) == (0, b"")


def on_terminal(*arguments: str | Path, stdout: int | None = None) -> tuple[int, str]:
    """Run with a terminal as the standard error stream, and output unless `stdout` is another; return what it shows."""
    main, end = pty.openpty()
    command = [*COMMAND, *map(str, arguments)]
    with subprocess.Popen(command, stdout=end if stdout is None else stdout, stderr=end) as process:
        os.close(end)
        shown = b""
        with suppress(OSError):  # EIO: nobody writes to it any more
            while piece := os.read(main, 65536):
                shown += piece
        os.close(main)
        return process.wait(PATIENCE), shown.decode()


def test_parquet_is_not_written_to_a_terminal(tmp_path: Path) -> None:
    status, shown = on_terminal(everything(tmp_path), "--format", "parquet")
    assert (status, "PAR1" in shown) == (2, False)
    assert "write it to a file with -o FILE" in shown


HASTY = """
import sys
from tcpview_tui.transfer import progress
progress.PATIENCE = 0.0
progress._INTERVAL = 0.0
from tcpview_tui.cli import main
main()
"""


def test_progress_is_shown_on_a_terminal_and_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "COMMAND", (sys.executable, "-c", HASTY, "export"))
    path = minutes(tmp_path / "a.tcpview", 100)
    status, shown = on_terminal(path, "-o", tmp_path / "out.csv", "--format", "csv", stdout=subprocess.DEVNULL)
    assert status == 0
    *lines, blank, end = shown.split("\r\n")[0].split("\r")
    assert lines[-1].startswith("100%  301 events")
    assert (blank.strip(), end) == ("", f"{tmp_path / 'out.csv'}: 301 events")
    _, shown = on_terminal(path)
    assert "%" not in shown
    assert run(path).stderr == b""


@pytest.mark.parametrize("form", ["csv", "html", "parquet"])
def test_ctrl_c_leaves_nothing(tmp_path: Path, many: Path, form: str) -> None:
    command = [*COMMAND, str(many), "--format", form, "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while not (tmp_path / "out.partial").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert (process.returncode, said.strip()) == (130, "")
    assert names(tmp_path) == set()


MEASURE = """
import resource, sys
from tcpview_tui import cli
try:
    cli.main()
except SystemExit:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_recording(tmp_path: Path, many: Path) -> None:
    """Thirty times the events take not twice the memory, where all of it is never needed at once."""

    def peak(path: Path) -> int:
        out = str(tmp_path / path.stem)
        command = [sys.executable, "-c", MEASURE, "export", str(path), "--format", "json", "-o", out]
        return int(subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout)

    assert peak(many) < 1.5 * peak(minutes(tmp_path / "few.tcpview", 500))
