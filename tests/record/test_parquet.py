"""Parquet and JSON Lines answer questions in a real DuckDB as the recording does in SQLite."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tcpview_tui.record import parquet
from tcpview_tui.record.parquet import NotInstalledError
from tests.fakes import EPOCH
from tests.record.streams import CURL, EVERYTHING
from tests.record.tapes import DIGEST, HOSTILE, everything, hostile, minutes, taped
from tests.record.test_writing import written


class Warehouse:
    """A recording, and what was exported of it as the tables `parquet` and `jsonl` of DuckDB."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = duckdb.connect()
        self.file.execute("SET TimeZone = 'UTC'")
        for form, reader in (("parquet", "read_parquet"), ("jsonl", "read_json")):
            out = path.with_suffix(f".{form}")
            out.write_bytes(written(path, form))
            self.file.execute(f"CREATE VIEW {form} AS SELECT * FROM {reader}('{out}')")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.file.execute(query).fetchall()

    def ask_recording(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as file:
            return file.execute(query).fetchall()


@pytest.fixture
def whole(tmp_path: Path) -> Warehouse:
    return Warehouse(everything(tmp_path))


def test_events_are_as_many_of_each_kind_as_in_the_recording(whole: Warehouse) -> None:
    counted = whole.ask_recording("SELECT kind, count(*) FROM happened GROUP BY kind ORDER BY kind")
    named = "CASE event WHEN 'action' THEN 'acted' WHEN 'finding' THEN 'judged' ELSE event END"
    assert whole.ask(f"SELECT {named} AS kind, count(*) FROM parquet GROUP BY kind ORDER BY kind") == counted
    assert whole.ask("SELECT count(*) FROM jsonl") == [(1 + len(EVERYTHING),)]


def test_opened_connections_are_those_of_the_recording_with_their_times(whole: Warehouse) -> None:
    there = whole.ask_recording(
        "SELECT wall, transport, local, local_port, remote, remote_port FROM happened WHERE kind = 'opened' ORDER BY id"
    )
    query = """SELECT epoch_ms(time), transport, local_ip, local_port, remote_ip, remote_port FROM parquet
               WHERE event = 'opened'"""
    assert whole.ask(query) == there
    lines = """SELECT epoch_ms("@timestamp"::TIMESTAMP), coalesce(network.transport, tcpview.transport),
               source.ip, source.port FROM jsonl WHERE event.action = 'connection-opened'
               AND network.direction IS DISTINCT FROM 'ingress'"""
    wanted = [row[:4] for row in there if row[3] == 50000]
    assert [row for row in whole.ask(lines) if row[3] == 50000] == wanted


def test_bytes_add_up(tmp_path: Path) -> None:
    many = Warehouse(minutes(tmp_path / "a.tcpview", 50))
    there = many.ask_recording("SELECT sum(json_extract(body, '$[1]')) FROM happened WHERE kind = 'counted'")
    assert many.ask("SELECT sum(sent)::BIGINT FROM parquet WHERE event = 'closed'") == there
    assert many.ask("SELECT sum(source.bytes)::BIGINT FROM jsonl WHERE event.action = 'connection-closed'") == there
    assert many.ask("SELECT DISTINCT remote_name FROM parquet WHERE pid IS NOT NULL") == [("far.example",)]
    assert many.ask("SELECT max(closed - first_seen) = INTERVAL 1 SECOND FROM parquet") == [(True,)]


def test_columns_have_types(whole: Warehouse) -> None:
    types = {name: kind for name, kind, *_ in whole.ask("DESCRIBE parquet")}
    assert {types[name] for name in ("time", "known", "closed", "process_started")} == {"TIMESTAMP WITH TIME ZONE"}
    assert {types[name] for name in ("pid", "local_port", "received", "look")} == {"BIGINT"}
    assert {types[name] for name in ("preexisting", "holds_it")} == {"BOOLEAN"}
    assert types["processes"].endswith("[]")
    assert whole.ask("SELECT epoch_us(min(time)) FROM parquet") == [(round(EPOCH * 1_000_000),)]


def test_every_process_of_a_connection_is_there_with_its_program(whole: Warehouse) -> None:
    query = """SELECT pid, process, sha256, len(processes), processes[1].sha256, processes[2].pid, processes[2].started
               FROM parquet WHERE event = 'opened' AND len(processes) = 2 AND holds_it"""
    assert whole.ask(query) == [(CURL.pid, "curl", DIGEST, 2, DIGEST, 7, None)]
    assert whole.ask(f"SELECT DISTINCT process.pid FROM jsonl WHERE process.hash.sha256 = '{DIGEST}'") == [(CURL.pid,)]


def test_hostile_names_come_back_exactly(tmp_path: Path) -> None:
    evil = Warehouse(hostile(tmp_path))
    names = [(text,) for text in HOSTILE]
    for column in ("process", '"user"', "executable", "command_line", "service", "processes[1].name"):
        assert evil.ask(f"SELECT {column} FROM parquet WHERE event = 'opened' ORDER BY pid") == names
    assert evil.ask("SELECT detail FROM parquet WHERE event = 'action'") == names
    assert evil.ask("SELECT process.name FROM jsonl WHERE process IS NOT NULL ORDER BY process.pid") == names


def test_what_does_not_fit_a_column_is_left_out(tmp_path: Path) -> None:
    path = everything(tmp_path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE process SET started = 9e300 WHERE id = 1")
        file.execute("UPDATE process SET started = 9e999 WHERE id > 1")
        file.execute("UPDATE event SET body = '[9223372036854775808, 30, 1, 1, 0.1, null]' WHERE body LIKE '[%'")
    odd = Warehouse(path)
    assert odd.ask("SELECT count(*), count(process_started), count(received) FROM parquet") == [(len(EVERYTHING), 0, 0)]
    assert odd.ask("SELECT DISTINCT sent FROM parquet WHERE event = 'counted'") == [(30,)]
    query = "SELECT count(*), count(each.started) FROM (SELECT unnest(processes) AS each FROM parquet)"
    assert odd.ask(query) == [(15, 0)]


def test_nothing_is_a_table_without_rows(tmp_path: Path) -> None:
    out = tmp_path / "a.parquet"
    out.write_bytes(written(taped(tmp_path / "a.tcpview", []), "parquet"))
    assert duckdb.execute(f"SELECT count(*), count(time) FROM read_parquet('{out}')").fetchall() == [(0, 0)]


def test_rows_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 4)
    many = Warehouse(minutes(tmp_path / "a.tcpview", 5))
    metadata = f"parquet_metadata('{tmp_path / 'a.parquet'}')"
    assert many.ask(f"SELECT DISTINCT row_group_num_rows FROM {metadata}") == [(4,)]
    assert many.ask("SELECT count(*) FROM parquet") == [(16,)]


def test_without_pyarrow_it_says_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NotInstalledError, match=r"pip install 'tcpview-tui\[parquet\]'"):
        written(everything(tmp_path), "parquet")
