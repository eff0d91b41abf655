"""Recordings to lines and back: nothing is lost on the way, and what is wrong is named."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.event import Event
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.verify import verify
from tcpview_tui.transfer import export, take_in
from tests.fakes import FakeClock
from tests.record.test_recording import recorded

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> list[Event]:
    with closing(Reader(path)) as reader:
        return list(reader.events())


def exported(path: Path, form: str = "jsonl") -> str:
    out = io.StringIO(newline="")
    assert export(path, form, out) == 0
    return out.getvalue()


def test_the_import_of_an_export_is_the_same_recording(tmp_path: Path) -> None:
    here, there = tmp_path / "a.tcpview", tmp_path / "b.tcpview"
    recorded(here)
    lines = exported(here)
    assert take_in(lines.splitlines(keepends=True), "a.jsonl", there, FakeClock(), None) == 0
    assert exported(there) == lines
    assert [type(event) for event in read(there)] == [type(event) for event in read(here)]
    assert verify(there).fault is None
    with closing(Reader(there)) as reader:
        assert reader.facts["host"] == "h"


def test_each_format_has_a_line_for_each_event(tmp_path: Path) -> None:
    path = tmp_path / "a.tcpview"
    recorded(path)
    events = read(path)
    documents = [json.loads(line) for line in exported(path).splitlines()]
    assert len(documents) == len(events)
    assert documents[0]["event"]["action"] == "listener-opened"
    assert documents[1]["process"]["name"] == "curl"
    assert len(list(csv.reader(io.StringIO(exported(path, "csv"))))) == len(events) + 1
    assert len(exported(path, "text").splitlines()) >= len(events)


def test_what_stands_before_the_damage_is_kept_and_the_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = tmp_path / "a.tcpview", tmp_path / "b.tcpview"
    recorded(here)
    lines = exported(here).splitlines()
    assert take_in([*lines[:3], "{broken", *lines[3:]], "a.jsonl", there, FakeClock(), None) == 1
    assert "Line 4 is no event of a recording" in capsys.readouterr().err
    assert verify(there)[:1] == (None,)
    assert verify(there).events == 3


def test_what_is_no_recording_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    assert export(path, "jsonl", io.StringIO()) == 1
    assert "is no recording" in capsys.readouterr().err
    assert export(tmp_path / "none", "jsonl", io.StringIO()) == 1
    assert "No such file" in capsys.readouterr().err
    assert take_in([], "a.jsonl", path, FakeClock(), None) == 1
    assert "is there already" in capsys.readouterr().err
