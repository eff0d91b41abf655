"""`tcpview-tui list --diff`: what it prints, and the exit status that a cron job asks for."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.record.export import LISTINGS
from tests.fakes import CURL, FakeSource, listener
from tests.listing.test_listing import said, source
from tests.record.streams import PROBLEM
from tests.recorder.test_recorder import PROGRAM
from tests.sources.net import listening
from tests.test_cli import PATIENCE, Said, refused
from tests.test_imports import HEAVY, RUN, python

__all__ = ["source"]

MALWARE = listener(4, 4444, (replace(CURL, name="nc", executable="/tmp/nc"),))


@pytest.fixture
def earlier(source: FakeSource, tmp_path: Path) -> Path:
    """A listing of the machine, which then gets a listener more, another one at 8080, and loses a connection."""
    file = tmp_path / "earlier"
    file.write_bytes(said("--format", "jsonl").stdout_bytes)
    source.connections = [*source.connections[1:2], MALWARE, listener(5, 8080, (CURL,))]
    return file


def differing(earlier: Path, *arguments: str, status: int = 1) -> str:
    result = said("--diff", str(earlier), *arguments)
    assert (result.return_value, result.stderr) == (status, "")
    return result.stdout


def nothing(table: str) -> bool:
    """Whether a table has its head and no row."""
    heading, blank, titles = table.splitlines()
    return heading.endswith("  0 rows") and not blank and titles.startswith("Difference")


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl"])
def test_nothing_differs_from_what_is_the_same(source: FakeSource, tmp_path: Path, form: str) -> None:
    file = tmp_path / "earlier"
    file.write_bytes(said("--format", form).stdout_bytes)
    assert nothing(differing(file, status=0))
    assert nothing(differing(file, "--filter", "is:listening", status=0))
    assert differing(file, "--format", "jsonl", status=0) == ""
    assert differing(file, "--format", "csv", status=0).count("\n") == 1
    assert nothing(differing(file, "--columns", "process,pid,cmd,state,service,lport", status=0))


def test_a_table_says_what_is_new_gone_and_different(earlier: Path) -> None:
    heading, blank, titles, *lines = differing(earlier).splitlines()
    assert heading.endswith("3 rows")
    assert (blank, titles.split()[:2]) == ("", ["Difference", "Process"])
    assert sorted(line.split()[:2] for line in lines) == [["+", "new"], ["-", "gone"], ["~", "changed"]]
    (changed,) = [line for line in lines if line.startswith("~")]
    assert "nginx +1 -> curl" in changed
    assert "/usr/sbin/nginx -> /usr/bin/curl" in changed
    assert "8080" in changed


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_records_say_what_became_of_them_first(earlier: Path, form: str, delimiter: str) -> None:
    text = differing(earlier, "--format", form, "--sort", "lport")
    records = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [next(iter(each.values())) for each in records] == ["new", "changed", "gone"]
    assert records[1]["Before"] == "Process nginx; User www-data; Path /usr/sbin/nginx"
    assert records[2]["Local port"] == ""  # lent for that connection
    assert records[0]["Listed at"].endswith("Z")


def test_documents_say_it_too(earlier: Path) -> None:
    told = {
        each["event"]["action"]: each["tcpview"]
        for each in map(json.loads, differing(earlier, "--format", "jsonl").splitlines())
    }
    assert set(told) == {"listener-new", "listener-changed", "connection-gone"}
    assert told["listener-changed"]["before"]["process"] == "nginx"
    assert told["connection-gone"]["difference"] == "gone"
    assert "first_seen" not in told["connection-gone"]
    assert len(json.loads(differing(earlier, "--format", "json"))) == 3


def test_the_filter_applies_to_both_sides(earlier: Path) -> None:
    lines = differing(earlier, "--filter", "is:listening").splitlines()[3:]
    assert sorted(line[0] for line in lines) == ["+", "~"]
    assert nothing(differing(earlier, "--filter", "port:53", status=0))


@pytest.mark.parametrize("form", LISTINGS)
def test_every_format_tells_the_same(earlier: Path, form: str) -> None:
    out = differing(earlier, "--format", form, "--filter", "process:nc")
    assert "4444" in out
    assert "8080" not in out


def test_chosen_columns_are_what_is_compared(earlier: Path) -> None:
    assert nothing(differing(earlier, "--columns", "proto,state", "--filter", "is:listening", status=0))
    out = differing(earlier, "--columns", "lport", "--filter", "is:listening", "--format", "csv")
    assert out.splitlines() == ["Difference,Local port,Before", "new,4444,"]


def test_a_look_that_fails_is_trouble_and_no_difference(earlier: Path, source: FakeSource) -> None:
    source.error = OSError("no")
    result = said("--diff", str(earlier))
    assert (result.return_value, result.stdout) == (2, "")
    assert "could not read the connections" in result.stderr


def test_what_could_not_be_seen_is_said(earlier: Path, source: FakeSource) -> None:
    source.problems = (Problem(Code.OWNERLESS, PROBLEM.summary),)
    assert said("--diff", str(earlier)).stderr == f"Not all could be seen: {PROBLEM.summary}.\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full (full(4))")  # noqa: PTH110
def test_an_output_that_cannot_be_written_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "earlier").write_text("Process,Local port\r\nnobody,1\r\n")
    argv = [*PROGRAM, "list", "--diff", "earlier", "--columns", "process,lport"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert b"No space left on device" in done.stderr


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        ("Process,PID\r\n", [], "the file has no columns User, Protocol"),
        ("Process,PID\r\n", ["--columns", "process", "--filter", "process:x"], "--filter and the comparison need"),
        ("Process,PID\r\n", ["--filter", "recv>1M"], "--filter: recv: what a connection carries"),
        ("Process,PID\r\n", ["--columns", "recv"], "--columns: recv differs although nothing has happened"),
        ("Process,PID\r\n", ["--columns", "pid,country"], "--columns: country is told by databases as they are now"),
        ("Process,PID\r\n", ["--sort", "asn"], "--sort: asn is told by databases as they are now"),
        (
            "Process,PID\r\n",
            ["--filter", "country:de"],
            "--filter: country: where an address is registered is told by databases as they are now, and by no earlier",
        ),
        ("Process,PID\r\n", ["--columns", "host"], "--columns: host takes the names of addresses"),
        ("nonsense", [], "no column of a listing is named here. It takes a recording, or what list has written"),
        ("[{", [], "Input data was truncated"),
    ],
)
def test_what_cannot_be_compared_is_refused(content: str, arguments: list[str], words: str, tmp_path: Path) -> None:
    file = tmp_path / "earlier"
    file.write_text(content)
    assert words in refused("list", "--diff", str(file), *arguments)


def test_a_file_that_is_not_there_is_trouble(tmp_path: Path) -> None:
    assert "No such file or directory" in refused("list", "--diff", str(tmp_path / "none"))


@pytest.mark.parametrize("form", ["csv", "jsonl", "tcpview"])
def test_a_real_listener_is_found_and_missed(tmp_path: Path, form: str) -> None:
    file = tmp_path / f"earlier.{form}"
    with listening() as old:
        if form == "tcpview":
            assert Said("record", "-o", str(file), "--duration", "0").status == 0
        else:
            file.write_text(Said("list", "--format", form).out)
        ports = [old.getsockname()[1]]
        with listening() as new:
            ports.append(new.getsockname()[1])
            mine = f"is:listening pid:{os.getpid()} lport:{ports[0]},{ports[1]}"
            run = Said("list", "--filter", mine, "--diff", str(file), "--format", "csv", "--columns", "lport")
            assert (run.status, run.out.splitlines()[1:]) == (1, [f"new,{ports[1]},"])
        run = Said("list", "--filter", mine, "--diff", str(file))
        assert run.status == 0
        assert nothing(run.out)
    run = Said("list", "--filter", mine, "--diff", str(file), "--format", "csv", "--columns", "lport")
    assert (run.status, run.out.splitlines()[1:]) == (1, [f"gone,{ports[0]},"])


def test_it_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "earlier").write_text("[]")
    code, loaded = json.loads(python(RUN, "list", "--diff", str(tmp_path / "earlier")).splitlines()[-1])
    assert code in {0, 1}
    assert set(loaded) & HEAVY == set()
