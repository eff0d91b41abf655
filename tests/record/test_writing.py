"""Every form of an export: hostile names are texts in all of them, and what is written is what happened."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from tcpview_tui.record import report
from tcpview_tui.record.about import about
from tcpview_tui.record.excerpt import Span, excerpt
from tcpview_tui.record.lines import FORMS
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.report import TooLongError
from tcpview_tui.record.writing import WRITERS
from tests.record.ecs_fields import faults
from tests.record.streams import EVERYTHING
from tests.record.tapes import DIGEST, HOSTILE, everything, hostile, minutes, suspicious, taped
from tests.record.test_page import NODE, Page


def written(path: Path, form: str) -> bytes:
    out = io.BytesIO()
    with closing(Reader(path)) as reader:
        writer = WRITERS[form](out, about(reader, path.name, Span(), ""))
        writer.write(excerpt(reader, Span(), None, lambda _, __: None))
        writer.finish()
    return out.getvalue()


def test_each_form_of_a_stream_is_one_of_an_export() -> None:
    assert [form.id for form in FORMS] == list(WRITERS)[:3]
    assert set(WRITERS) == {"jsonl", "csv", "text", "json", "html", "parquet"}


def test_json_is_one_array_of_the_lines(tmp_path: Path) -> None:
    path = everything(tmp_path)
    array = written(path, "json").decode()
    assert json.loads(array) == [json.loads(line) for line in written(path, "jsonl").splitlines()]
    assert len(array.splitlines()) == len(EVERYTHING) + 3


@pytest.mark.parametrize(("form", "lines"), [("json", 3), ("jsonl", 1), ("csv", 2), ("text", 1)])
def test_nothing_is_well_formed_too(tmp_path: Path, form: str, lines: int) -> None:
    text = written(taped(tmp_path / "a.tcpview", []), form).decode()
    assert len(text.splitlines()) == lines
    assert form != "json" or [each["event"]["action"] for each in json.loads(text)] == ["recording-began"]


def test_every_document_is_as_ecs_publishes_its_fields(tmp_path: Path) -> None:
    told = [each for make in (everything, hostile, suspicious) for each in json.loads(written(make(tmp_path), "json"))]
    assert [fault for document in told for fault in faults(document)] == []
    assert DIGEST in {document.get("process", {}).get("hash", {}).get("sha256") for document in told}


def test_hostile_names_come_back_from_json(tmp_path: Path) -> None:
    path = hostile(tmp_path)
    opened = [each for each in json.loads(written(path, "json")) if each["event"]["action"] == "connection-opened"]
    for name in (("process", "name"), ("process", "executable"), ("process", "command_line"), ("user", "name")):
        assert [each[name[0]][name[1]] for each in opened] == list(HOSTILE)


def test_hostile_names_are_cells_of_csv_that_no_spreadsheet_runs(tmp_path: Path) -> None:
    records = list(csv.DictReader(io.StringIO(written(hostile(tmp_path), "csv").decode(), newline="")))[1:]
    assert [each["Process"].removeprefix("'") for each in records[::2]] == list(HOSTILE)
    assert [each["Detail"].removeprefix("'") for each in records[1::2]] == list(HOSTILE)
    assert not [cell for each in records for cell in each.values() if cell.startswith(("=", "-", "+", "@", "\uff1d"))]


@pytest.mark.parametrize("form", ["csv", "html", "text", "json"])
def test_hostile_findings_are_texts_in_every_form(form: str, tmp_path: Path) -> None:
    text = written(suspicious(tmp_path), form).decode()
    assert text.count("c;x") >= 3
    assert "\x1b" not in text
    if form == "csv":
        cells = [cell for each in csv.reader(io.StringIO(text, newline="")) for cell in each]
        assert not [cell for cell in cells if cell.startswith(("=", "-", "+", "@", "\uff1d"))]
    elif form == "html":
        assert [tag for tag, _ in Page(text).tags if tag in {"img", "b"}] == []


def test_the_program_of_a_process_stands_in_its_record(tmp_path: Path) -> None:
    records = csv.DictReader(io.StringIO(written(everything(tmp_path), "csv").decode(), newline=""))
    assert {each["SHA-256"] for each in records if each["Process"] == "curl"} == {DIGEST}


def test_the_page_shows_each_event_with_what_is_known_then(tmp_path: Path) -> None:
    page = Page(written(minutes(tmp_path / "a.tcpview", 1), "html").decode())
    titles, named, opened, counted, closed = page.lines
    assert titles[:5] == ["Time", "What", "Process", "PID", "User"]
    assert named[:2] == ["2026-01-01T00:00:00.000Z", "named"]
    assert named[-1] == "192.0.2.7 is far.example"
    assert opened[2:11] == ["curl", "4242", "alice", "TCP", "ESTABLISHED", "10.0.0.5", "1024", "192.0.2.7", "443"]
    assert closed[1:2] + closed[11:] == ["closed", "far.example", "100", "0", "after 1 s"]
    assert counted[-1] == "100 received, 0 sent"
    assert [a.get("class") for a in page.attributes("tr")] == [None, None, "opened", None, "closed"]


def test_the_page_says_what_it_is_of(tmp_path: Path) -> None:
    text = unescape(written(minutes(tmp_path / "a.tcpview", 3), "html").decode())
    with closing(Reader(tmp_path / "a.tcpview")) as reader:
        ((digest,),) = reader.ask("SELECT lower(hex(digest)) FROM seal ORDER BY id DESC LIMIT 1")
    for part in ("box", "a.tcpview", "2026-01-01T00:00:03.000Z", "tcpview-tui 0", "10 events", digest):
        assert f"<dd>{part}" in text


def test_hostile_names_are_texts_of_the_page(tmp_path: Path) -> None:
    page = Page(written(hostile(tmp_path), "html").decode())
    assert [line[2] for line in page.lines[1::2]] == list(HOSTILE)
    assert [line[-1] for line in page.lines[2::2]] == list(HOSTILE)
    assert len(page.attributes("script")) == 1
    assert [tag for tag, _ in page.tags if tag in {"img", "b"}] == []
    assert [a for _, a in page.tags if {"src", "href", "action", "onclick", "onerror"} & set(a)] == []


@pytest.mark.skipif(NODE is None, reason="needs node, which runs the script of the page")
def test_the_page_is_searched_and_sorted(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(written(minutes(tmp_path / "a.tcpview", 12), "html"))
    page = Path(__file__).with_name("page.mjs")
    command = [str(NODE), str(page), str(file), "Local port", "closed 1030", "named", ""]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert told["found"] == [[1, 1], [1, 1], [37, 37]]
    assert told["sorted"][1][:4] == ["1035"] * 3 + ["1034"]


def test_a_page_that_no_browser_could_search_is_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST", 10)
    path = minutes(tmp_path / "a.tcpview", 3)
    assert len(Page(written(path, "html").decode()).lines) == 11
    monkeypatch.setattr(report, "MOST", 9)
    with pytest.raises(TooLongError, match="--from, --to and --filter"):
        written(path, "html")
