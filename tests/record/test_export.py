from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.alignment import cells
from tcpview_tui.model.columns import BY_ID, COLUMNS, Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.model.traffic_columns import TRAFFIC_COLUMNS
from tcpview_tui.record.export import FORMATS, LISTINGS, raw, write_csv, write_text
from tests.model.rows import make_process, make_row, rows

AT = 1_767_225_600.0
CONTEXT = Context(AT, {"192.0.2.7": "far.example"})


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_record_has_every_value_uncut_in_utc_and_says_where_and_when() -> None:
    sshd = make_process("sshd", 7, user="root", executable="/usr/sbin/sshd", command_line='sshd: "x", y' + "z" * 500)
    row = make_row("10.0.0.5:22", "192.0.2.7:50000", sshd, make_process("sshd", 8), closed_at=1003.5, preexisting=True)
    (record,) = records(write_csv([row], COLUMNS, CONTEXT, AT, "box"))
    assert record | {"Age": ""} == {
        "Listed at": "2026-01-01T00:00:00.000Z",
        "Host": "box",
        "Process": "sshd",
        "PID": "7",
        "User": "root",
        "Service": "",
        "Protocol": "TCP",
        "State": "ESTABLISHED",
        "Direction": "in",
        "Local address": "10.0.0.5",
        "Local port": "22",
        "Remote address": "192.0.2.7",
        "Remote port": "50000",
        "Remote name": "far.example",
        "Registered country": "",
        "AS number": "",
        "Organisation": "",
        "Finding": "",
        **dict.fromkeys((column.title for column in TRAFFIC_COLUMNS), ""),
        "First seen": "1970-01-01T00:16:40.000Z",
        "Closed": "1970-01-01T00:16:43.500Z",
        "Age": "",
        "Path": "/usr/sbin/sshd",
        "Container": "",
        "Command": 'sshd: "x", y' + "z" * 500,
        "Status": "closed",
        "Opening seen": "no",
        "Process holds it": "yes",
        "Other processes": "sshd (8)",
        "Not checked": "",
    }
    assert float(record["Age"]) == 3.5


def test_a_process_that_let_go_and_one_that_nobody_knows_are_told_apart() -> None:
    past = make_row("10.0.0.5:22", "192.0.2.7:1", make_process(), state=State.TIME_WAIT, owners_past=True)
    told = [record["Process holds it"] for record in records(write_csv([past, make_row()], COLUMNS, CONTEXT, AT, "b"))]
    assert told == ["no", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'"])
def test_no_spreadsheet_runs_a_text(start: str) -> None:
    hostile = f"{start}cmd|' /C calc'!A0"
    row = make_row("10.0.0.5:22", None, make_process(hostile, command_line=hostile))
    (record,) = records(write_csv([row], COLUMNS, CONTEXT, AT, hostile))
    assert record["Process"] == record["Command"] == record["Host"] == "'" + hostile


def test_a_number_stays_a_number_also_when_it_is_negative() -> None:
    below = replace(BY_ID["age"], value=lambda row, context: -1.5)
    (record,) = records(write_csv([make_row()], [below], CONTEXT, AT, "box"))
    assert record["Age"] == "-1.500"


@given(st.lists(rows(), max_size=5))
def test_csv_comes_back_as_it_went(some: list[Row]) -> None:
    text = write_csv(some, COLUMNS, CONTEXT, AT, "box")
    assert text.count("\r\n") == len(some) + 1
    got = records(text)
    assert len(got) == len(some)
    for row, record in zip(some, got, strict=True):
        for column in COLUMNS:
            cell, is_text = record[column.title], isinstance(column.value(row, CONTEXT), str)
            assert cell.removeprefix("'") == raw(column, row, CONTEXT)
            assert not (is_text and cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")))


def test_the_text_is_aligned_by_terminal_cells_and_leaves_empty_columns_out() -> None:
    some = [
        make_row("10.0.0.5:22", "192.0.2.7:50000", make_process("漢字", 7)),
        make_row("10.0.0.5:8080", "198.51.100.20:1", make_process("e\u0301e", 123456)),
    ]
    heading, blank, titles, *lines = write_text(some, COLUMNS, Context(AT), AT, "box").splitlines()
    assert heading == "box  2026-01-01T00:00:00.000Z  2 rows"
    assert blank == ""
    assert "Remote name" not in titles
    assert "Closed" not in titles
    place = cells(titles[: titles.index("Protocol")])
    for line, pid in zip(lines, ("7", "123456"), strict=True):
        before, after = line.split("TCP", 1)
        assert cells(before) == place
        assert before.rstrip().endswith(pid)
        assert "1970-01-01T00:16:40.000Z" in after


@given(st.lists(rows(), max_size=4))
def test_every_row_is_one_line_of_text(some: list[Row]) -> None:
    lines = write_text(some, COLUMNS, CONTEXT, AT, "box").split("\n")
    assert len(lines) == len(some) + (4 if some else 3)


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", 3), ("漢字", 4), ("e\u0301", 1), ("ｗ", 2), ("Straße", 6), ("", 0)]
)
def test_cells(text: str, expected: int) -> None:
    assert cells(text) == expected


def test_each_format_has_a_suffix_of_its_own() -> None:
    suffixes = [("csv", ".csv"), ("json", ".json"), ("text", ".txt"), ("html", ".html")]
    assert [(form.id, form.suffix) for form in FORMATS] == suffixes


@pytest.mark.parametrize("form", ["csv", "tsv"])
@given(some=st.lists(rows(), max_size=4))
def test_a_listing_comes_back_with_exactly_its_columns(form: str, some: list[Row]) -> None:
    columns = [BY_ID[name] for name in ("cmd", "pid", "process")]
    text = LISTINGS[form](some, columns, CONTEXT, AT, "box")
    titles, *lines = csv.reader(io.StringIO(text, newline=""), delimiter="," if form == "csv" else "\t")
    assert titles == ["Command", "PID", "Process"]
    assert [[cell.removeprefix("'") for cell in line] for line in lines] == [
        [raw(column, row, CONTEXT) for column in columns] for row in some
    ]
    assert text.count("\n") == len(some) + 1
    assert form == "csv" or {line.count("\t") for line in text.splitlines()} == {2}


@given(st.lists(rows(), max_size=4))
def test_json_lines_are_the_documents_of_the_array(some: list[Row]) -> None:
    lines, array = (LISTINGS[form](some, COLUMNS, CONTEXT, AT, "box") for form in ("jsonl", "json"))
    assert [json.loads(line) for line in lines.split("\n")[:-1]] == json.loads(array)


def test_a_saved_page_leaves_empty_columns_out_and_says_what_the_marks_say() -> None:
    text = FORMATS[3].write([make_row(closed_at=1003.5)], COLUMNS, Context(AT), AT, "box")
    assert ">Opening seen</th>" in text
    assert ">Remote name</th>" not in text


class Told(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters


def test_traffic_is_written_as_plain_numbers() -> None:
    row = make_row()
    gauge = Gauge(Told(Counters(1_234_567, 0, 5, 4, 3, 0.0125, 2, 1)), 1536.0)
    (record,) = records(write_csv([row], COLUMNS, Context(AT, gauges={row.key: gauge}), AT, "box"))
    written = [record[column.title] for column in TRAFFIC_COLUMNS]
    assert written == ["1536.000", "0.000", "1234567", "0", "5", "4", "3", "12.500", "2", "1"]
