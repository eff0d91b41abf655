"""What is read back of a listing or a recording: all of it, or a sentence that names the place. Never a traceback."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.listing.compare import FACTS, PLACES, Side, Yardstick
from tcpview_tui.listing.earlier import Earlier, read
from tcpview_tui.model.columns import BY_ID, COLUMNS, Context
from tcpview_tui.model.row import Row
from tcpview_tui.record.export import FORMATS, LISTINGS
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.values import OTHERS, origin
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection, listener
from tests.listing.test_compare import row
from tests.model.rows import rows as any_rows
from tests.record.streams import EVERYTHING, LIFE, streamed

HERE = [row(connection(1)), row(listener(2, 8080, (NGINX, CURL)))]
NAMES = Context(EPOCH, {"93.184.216.34": "example.org"})
COMPARED = tuple(column for column in (*FACTS, *PLACES) if column != "host")
_COLUMNS = [*origin(EPOCH, "box"), *(BY_ID[name] for name in (*COMPARED, "host", "container")), OTHERS]


def listing(form: str, rows: Iterable[Row], context: Context = NAMES, at: float = EPOCH) -> str:
    columns = [column for column in COLUMNS if column.id not in {"rate_in", "rate_out"}]
    saved = {each.id: each.write for each in FORMATS}
    write, columns = (LISTINGS[form], _COLUMNS) if form in LISTINGS else (saved[form.removeprefix("saved ")], columns)
    return write([*rows], columns, context, at, "box")


def told(content: bytes | str, folder: Path) -> Earlier:
    file = folder / "earlier"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file)


def refusal(content: bytes | str, folder: Path) -> str:
    with pytest.raises(WrongUsageError) as refused:
        told(content, folder)
    sentence = refused.value.message
    assert safe(sentence, 2000) == sentence
    assert sentence.startswith("tcpview-tui: --diff: ")
    return sentence


def differences(earlier: Earlier, rows: Iterable[Row]) -> list[Any]:
    sides = Side(earlier.rows, Context()), Side(rows, Context())
    return Yardstick(COMPARED, usual=False).findings(*sides)


def _direction(told_row: Row) -> str | None:
    """Return the direction where there is but one, and that of the row where there can be two."""
    if told_row.connection.is_listening:
        return "listening"
    return told_row.direction if told_row.connection.remote and told_row.direction != "listening" else None


FILED = ["csv", "tsv", "json", "jsonl", "saved csv", "saved json"]


@pytest.mark.parametrize("form", FILED)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(told_rows=st.lists(any_rows(), max_size=5))
def test_a_listing_comes_back(form: str, tmp_path: Path, told_rows: list[Row]) -> None:
    sound = [each for each in told_rows if not each.is_closed and each.direction == _direction(each)]
    if sound:
        assert differences(told(listing(form, sound), tmp_path), sound) == []


@pytest.mark.parametrize("form", FILED)
def test_names_and_all_processes_of_a_socket_come_back(form: str, tmp_path: Path) -> None:
    earlier = told(listing(form, HERE), tmp_path)
    assert earlier.names == {"93.184.216.34": "example.org"}
    assert [[owner.name for owner in each.owners] for each in earlier.rows] == [["curl"], ["nginx", "curl"]]
    assert {*COMPARED, "host"} <= earlier.columns


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_of_listings_one_after_the_other_the_last_counts(form: str, tmp_path: Path) -> None:
    both = listing(form, HERE) + listing(form, HERE[1:], at=EPOCH + 60)
    assert differences(told(both, tmp_path), HERE[1:]) == []


@pytest.mark.parametrize("form", ["saved csv", "saved json"])
def test_rows_that_were_kept_closed_are_not_there(form: str, tmp_path: Path) -> None:
    closed = replace(HERE[0], closed_at=EPOCH)
    assert differences(told(listing(form, [closed, HERE[1]]), tmp_path), HERE[1:]) == []


def test_a_recording_and_its_stream_count_as_they_end(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    recording = Recording(path, [("host", "box")], FakeClock())
    for look in LIFE[:-1]:
        recording.write(look)
    recording.close()
    earlier = read(path)
    (still,) = earlier.rows
    assert (still.owners[0].name, earlier.names) == ("curl", {"192.0.2.7": "far.example"})
    assert differences(told(streamed("jsonl", *LIFE[:-1]), tmp_path), [still]) == []
    assert told(streamed("jsonl", *LIFE), tmp_path).rows == ()
    assert told(streamed("jsonl", EVERYTHING), tmp_path)


def test_a_recording_that_was_edited_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    recording = Recording(path, [("host", "box")], FakeClock())
    recording.write(LIFE[0])
    recording.close()

    def edited(statement: str, value: Any) -> None:
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(statement, (value,))

    edited("UPDATE process SET name = ?", "\x1b]52;c;x\x07")
    assert read(path).rows[0].owners[0].name == "\\x1b]52;c;x\\x07"
    for statement, value in (
        ("UPDATE connection SET local_port = ?", 70_000),
        ("UPDATE address SET text = ?", "\x1b[2J"),
        ("UPDATE common SET owners = ?", "[[["),
        ("UPDATE word SET text = ?", "\x1b[2J"),
    ):
        edited(statement, value)
        with pytest.raises(WrongUsageError) as refused:
            read(path)
        assert safe(refused.value.message, 2000) == refused.value.message
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(WrongUsageError):
        read(path)


DOCUMENT = json.loads(listing("jsonl", HERE[:1]))
CSV = listing("csv", HERE)
TITLES, FIRST = CSV.splitlines()[:2]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"\xff\xfe", "byte 0 is not UTF-8"),
        (CSV.encode() + b"\x80", f"byte {len(CSV.encode())} is not UTF-8"),
        ("box  2026-01-01T00:00:00.000Z  2 rows\n\nProcess  PID\n", "no column of a listing"),
        ("<!doctype html>\n", "no column of a listing"),
        ("Time,Event,Process\n", "these are events"),
        (f"{TITLES}\n{FIRST},more\n", "line 2: it has 19 values, and there are 18"),
        (f"{TITLES}\n{FIRST.replace(',443,', ',99999,')}\n", "line 2: Expected `int` <= 65535"),
        (f"{TITLES}\n{FIRST.replace(',443,', ',' + '9' * 5000 + ',')}\n", "is no number"),
        (f"{TITLES}\n{FIRST.replace(',443,', ',-1,')}\n", "line 2: '-1' is no number"),
        (f"{TITLES}\n{FIRST.replace('93.184.216.34', 'x' * 300)}\n", "is no address"),
        (f"{TITLES}\n{FIRST.replace('93.184.216.34', chr(27) + '[2J')}\n", "is no address"),
        (f"{TITLES}\n{FIRST.replace('ESTABLISHED', chr(0))}\n", "line 2: Invalid enum value '\\x00'"),
        (f"{TITLES}\n{FIRST.replace('TCP', 'SCTP')}\n", "line 2: Invalid enum value 'sctp'"),
        (f'{TITLES}\n"{FIRST}\n', "line 2: unexpected end of data"),
        (f"{TITLES}\n{'x' * 10_000_000}\n", "line 2: field larger than field limit"),
        (json.dumps([DOCUMENT])[:-9], "Input data was truncated"),
        (json.dumps(DOCUMENT)[:-9], "line 1: Input data was truncated"),
        (json.dumps([DOCUMENT, 5]), "document 2: Expected `object`, got `int`"),
        ('{"a": ' * 100_000, "line 1: "),
        ("[" * 100_000, "maximum recursion depth"),
        ('{"tcpview": 5, "event": {"action": "connection-listed"}}', "line 1: tcpview is no object"),
        ('{"event": {"action": "connection-listed"}}', "line 1: Object missing required field"),
        ("{}", "line 1: Object missing required field"),
        (json.dumps(DOCUMENT | {"process": {"pid": 1 << 70}}), "line 1: "),
        (json.dumps(DOCUMENT | {"process": {"pid": -1}}), "line 1: Expected `int` >= 0"),
        (json.dumps(DOCUMENT | {"process": "\u202e"}), "line 1: process is no object"),
        (json.dumps(DOCUMENT | {"network": {"type": "\x1b[2J"}}), "Invalid enum value '\\x1b[2J'"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(content: bytes | str, words: str, tmp_path: Path) -> None:
    assert words in refusal(content, tmp_path)


@pytest.mark.parametrize("hostile", ["=1+1", "'quoted", '"a","b"', "\u202egnp", "\x00", "a\r\nb", "[/x]", "-"])
@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl"])
def test_a_hostile_name_is_read_as_it_was_and_is_harmless(form: str, hostile: str, tmp_path: Path) -> None:
    evil = row(listener(1, 1, (replace(CURL, name=safe(hostile), command_line=safe(hostile)),)))
    assert told(listing(form, [evil]), tmp_path).rows[0].owners[0].name == safe(hostile)
    raw = DOCUMENT | {"process": {"pid": 1, "name": hostile}}
    assert told(json.dumps(raw), tmp_path).rows[0].owners[0].name == safe(hostile)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300),
    kind=st.sampled_from([b"", b"[", b"{", TITLES.encode() + b"\n", b"SQLite format 3\0"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, kind: bytes, tmp_path: Path) -> None:
    try:
        told(kind + content, tmp_path)
    except WrongUsageError as refused:
        assert safe(refused.message, 2000) == refused.message


def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(WrongUsageError, match="cannot be read"):
            read(path)
