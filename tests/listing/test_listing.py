"""`tcpview-tui list`: what it prints and refuses; with a machine that the test makes up, and with the real one."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tcpview_tui import cli
from tcpview_tui.model.columns import BY_ID
from tcpview_tui.model.connection import State, Unowned
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.export import LISTINGS
from tcpview_tui.sources.base import Reading
from tcpview_tui.text import safe
from tests.fakes import CURL, EPOCH, NGINX, FakeSource, connection, listener
from tests.lookup.geo.mmdb import mmdb
from tests.scenes import Told
from tests.sources.net import tcp_pair
from tests.test_cli import Said, refused

UNSEEN = Problem(Code.OWNERLESS, "412 sockets without owner: not root")
HOST = safe(socket.gethostname())


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSource:
    """The machine that `said` looks at: a connection, one that nobody has any more, and a listener of two processes."""
    monkeypatch.setattr("tcpview_tui.config.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setattr("tcpview_tui.usage.default_path", lambda: tmp_path / "config.toml")
    ended = connection(2, State.TIME_WAIT, ("10.0.0.5", 50001), owners=())
    machine = FakeSource(connection(1), ended, listener(3, 8080, (NGINX, CURL)))
    monkeypatch.setattr(cli, "chosen", lambda *_, follows: machine)
    return machine


def said(*arguments: str) -> Result:
    return CliRunner().invoke(cli.live, ["list", *arguments], standalone_mode=False)


def records(*arguments: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said(*arguments).stdout, newline=""), delimiter=delimiter))


def test_the_table_says_where_when_and_what_in_the_order_of_relevance(source: FakeSource) -> None:
    result = said()
    heading, blank, *lines = result.stdout.splitlines()
    host, moment, rows = heading.split("  ")
    assert (host, rows, blank) == (HOST, "3 rows", "")
    assert (moment[10], moment[-1], len(moment)) == ("T", "Z", len("2026-01-31T23:59:59.250Z"))
    assert [line.split()[0] for line in lines] == ["Process", "curl", "nginx", "-"]
    assert [line.index("TCP") for line in lines[1:]] == [lines[0].index("Protocol")] * 3
    assert (result.return_value, result.stderr, source.is_closed) == (0, "", True)


def test_an_empty_list_has_its_titles(source: FakeSource) -> None:
    assert said("--filter", "port:1").stdout.splitlines()[2].startswith("Process  PID  User")
    assert said("--filter", "port:1", "--format", "csv", "--columns", "pid,user").stdout_bytes == b"PID,User\r\n"
    assert said("--filter", "port:1", "--format", "jsonl").stdout == ""
    assert json.loads(said("--filter", "port:1", "--format", "json").stdout) == []


@pytest.mark.parametrize(("form", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_a_record_stands_alone(source: FakeSource, form: str, delimiter: str) -> None:
    first, second, _ = records("--format", form, delimiter=delimiter)
    assert (first["Host"], first["Listed at"][-1], first["Process holds it"]) == (HOST, "Z", "yes")
    assert (second["Process"], second["Other processes"]) == ("nginx", "curl (4242)")
    assert second["Command"] == NGINX.command_line
    assert {"Recv/s", "Age", "First seen", "Closed", "Remote name"} & set(first) == set()


def test_a_page_says_at_its_head_where_and_when(source: FakeSource) -> None:
    page = said("--format", "html").stdout
    assert f"<h1>{HOST}, 2" in page
    assert ">Listed at</th>" not in page
    assert ">Other processes</th>" in page


def test_the_columns_are_those_asked_for_each_once(source: FakeSource) -> None:
    out = said("--format", "tsv", "--columns", "rport, process,rport", "--filter", "state:established")
    assert out.stdout_bytes == b"Remote port\tProcess\n443\tcurl\n"


def test_a_column_asked_for_stays_though_it_is_empty(source: FakeSource) -> None:
    assert said("--columns", "recv,pid").stdout.splitlines()[2] == "Received   PID"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("lport", [8080, 50000, 50001]), ("-lport", [50001, 50000, 8080]), ("pid", [8080, 50000, 50001])],
)
def test_rows_are_sorted(source: FakeSource, sort: str, expected: list[int]) -> None:
    found = records("--format", "csv", "--sort", sort)
    assert [int(record["Local port"]) for record in found] == expected


def test_json_lines_are_documents_each_on_its_line(source: FakeSource) -> None:
    source.measures = {1: Told(Counters(7, 900_000))}
    documents = [json.loads(line) for line in said("--format", "jsonl").stdout.splitlines()]
    kinds = [document["event"]["action"].partition("-") for document in documents]
    assert kinds == [("connection", "-", "listed"), ("listener", "-", "listed"), ("connection", "-", "listed")]
    assert documents[0]["network"]["bytes"] == 900_007


@pytest.mark.parametrize("form", LISTINGS)
def test_every_format_lists_what_matches_and_nothing_else(source: FakeSource, form: str) -> None:
    out = said("--format", form, "--filter", "state:established").stdout
    assert "93.184.216.34" in out
    assert "8080" not in out
    assert "50001" not in out


def test_what_could_not_be_seen_is_said_to_people(source: FakeSource) -> None:
    source.problems = (UNSEEN,)
    result = said("--format", "jsonl")
    assert result.return_value == 0
    assert result.stderr == "Not all could be seen: 412 sockets without owner: not root.\n"
    assert len(result.stdout.splitlines()) == 3


def test_a_look_that_fails_is_no_empty_list(source: FakeSource) -> None:
    source.error = OSError(errno.EIO, "Input/output error")
    result = said("--format", "csv")
    assert (result.return_value, result.stdout) == (1, "")
    assert result.stderr.startswith("The fake source could not read the connections")


def test_processes_still_sought_are_waited_for(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    owned, looks, read = connection(1), [0], source.read

    def look() -> Reading:
        looks[0] += 1
        sought = replace(owned, owners=(), unowned=Unowned.PENDING)
        source.connections = [owned if looks[0] >= 3 else sought]
        source.measures = {1: Told(Counters(0, 900_000))} if looks[0] == 1 else {}
        return read()

    monkeypatch.setattr(source, "read", look)
    assert said("--format", "csv", "--columns", "process,sent").stdout_bytes == b"Process,Sent\r\ncurl,900000\r\n"
    assert looks == [3]


def test_what_was_seen_before_a_look_failed_is_listed(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    source.connections = [replace(connection(1), owners=(), unowned=Unowned.PENDING)]
    read, looks = source.read, iter([None, OSError(errno.EIO, "Input/output error")])

    def look() -> Reading:
        source.error = next(looks, source.error)
        return read()

    monkeypatch.setattr(source, "read", look)
    result = said("--columns", "rport")
    assert result.return_value == 1
    assert result.stdout.splitlines()[2:] == ["Remote port", "        443"]
    assert result.stderr.count("The fake source could not read the connections") == 1


def test_the_filter_of_the_live_table_leaves_nothing_out(source: FakeSource, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('filter = "process:curl"')
    assert "3 rows" in said().stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--filter", "port:abc"], "--filter: At character 6"),
        (["--filter", "age>60"], "only the live table can answer that"),
        (["--filter", "-host:example"], "no names are looked up here"),
        (["--columns", "pid,bogus"], "--columns: there is no column 'bogus'; expected process, pid, user"),
        (["--columns", ""], "--columns: the name of a column is missing; expected process, pid"),
        (["--columns", "\x1b[2J"], "there is no column '\\x1b[2J'"),
        (["--columns", "finding", "--diff", "x"], "--columns: finding is what is judged now"),
        (["--findings", "--diff", "x"], "--diff: what an earlier file lists cannot be judged now"),
        (["--filter", "is:suspicious", "--diff", "x"], "--diff: what an earlier file lists cannot be judged now"),
        (["--filter", "is:suspicious is:new"], "--filter: is:new: only the live table can answer that"),
        (["--baseline", "/nonexistent/x.json"], "--baseline: "),
        (["--columns", "age"], "--columns: age takes more than the single look there is here; add --watch SECONDS"),
        (["--sort", "host"], "--sort: host takes the names of addresses, looked up with --names only; add it"),
        (["--filter", "host:example"], "add --names, or write an address"),
        (["--sort", "-bogus"], "--sort: there is no column 'bogus'"),
        (["--sort", "rate_in"], "--sort: rate_in is what the live table measures from look to look; leave it out"),
        (["--format", "jsonl", "--columns", "pid"], "--columns: jsonl always has all its fields"),
        (["--diff", "x", "--columns", "recv"], "--diff does not compare it; leave it out"),
        (["--watch", "x"], "'x' is no number in the range 0.5<=x<=86400.\nTry 'tcpview-tui list --help'."),
        (["--format", "xml"], "'xml' is not one of"),
        (["--source", "bogus"], "sockdiag"),
        (["--config", "/nonexistent/x.toml"], "cannot be read"),
    ],
)
def test_wrong_usage_is_refused_in_a_sentence(arguments: list[str], words: str) -> None:
    assert words in refused("list", *arguments)


def test_options_of_the_live_table_stand_after_it() -> None:
    assert "write them after list" in refused("--filter", "ssh", "list")


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a real connection on loopback."""
    with tcp_pair() as (_, client, accepted):
        yield client, accepted


@pytest.mark.parametrize("kind", ["auto", "psutil"])
def test_it_lists_a_real_connection_with_its_process(pair: tuple[socket.socket, socket.socket], kind: str) -> None:
    near, far = (end.getsockname()[1] for end in pair)
    run = Said("list", "--filter", f"lport:{near} rport:{far}", "--format", "jsonl", "--source", kind)
    assert run.status == 0
    (document,) = map(json.loads, run.out.splitlines())
    assert document["process"]["pid"] == os.getpid()
    assert document["tcpview"]["local"] == {"ip": "127.0.0.1", "port": near}
    assert all(line.startswith("Not all could be seen: ") for line in run.err.splitlines())


def test_on_a_terminal_it_is_a_table_without_colours(pair: tuple[socket.socket, socket.socket]) -> None:
    run = Said("list", "--filter", f"lport:{pair[0].getsockname()[1]}", terminal=True)
    assert run.status == 0
    assert b"ESTABLISHED" in run.drawn
    assert b"\x1b" not in run.drawn


def test_the_help_lists_every_option_and_format() -> None:
    run = Said("list", "--help")
    assert run.status == 0
    for part in ("--format", "--columns", "--sort", "--filter", "--names", "--watch", "--diff", "--offline", *LISTINGS):
        assert part in run.out
    assert "list" in Said("--help").out.partition("Commands:")[2]


def test_all_columns_that_a_look_can_fill_can_be_asked_for(source: FakeSource) -> None:
    fillable = [name for name in BY_ID if name not in {"host", "rate_in", "rate_out", "seen", "closed", "age"}]
    titles = said("--format", "csv", "--columns", ",".join(fillable)).stdout.splitlines()[0]
    assert titles.split(",") == [BY_ID[name].title for name in fillable]


@pytest.mark.parametrize(
    "arguments", [["--columns", "country,rport"], ["--filter", "country:ch"], ["--sort", "country"], ["--findings"], []]
)
def test_places_are_told_from_files(source: FakeSource, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "own.mmdb").write_bytes(
        mmdb({"93.184.216.0/24": {"country": {"iso_code": "CH"}}}, "GeoLite2-Country", int(EPOCH))
    )
    result = said("--format", "csv", "--geo", str(tmp_path), *arguments)
    record = next(csv.DictReader(io.StringIO(result.stdout, newline="")))
    assert (record["Remote port"], record["Registered country"]) == ("443", "CH")
    assert ("own.mmdb (GeoLite2-Country)" in result.stderr) == (arguments != ["--findings"])


def test_a_list_that_is_not_about_places_opens_no_database(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr("tcpview_tui.lookup.geo.places.Places.open", opened.append)
    assert said("--format", "csv").stderr == ""
    assert opened == []
