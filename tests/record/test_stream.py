from __future__ import annotations

import csv
import io
import json
import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Key
from tcpview_tui.model.diff import diff
from tcpview_tui.model.process import Process
from tcpview_tui.record.event import Acted, Closed, Event, Judged, Opened
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.lines import FORMS
from tcpview_tui.record.parsing import events
from tcpview_tui.record.stream import Stream
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.choose import SourceName, choose
from tests.fakes import EPOCH
from tests.record.judged import found
from tests.record.streams import BOX, CALL, CURL, EVERYTHING, HERE, LIFE, SPOKEN, as_filed, histories, later, streamed


def records(*looks: Iterable[Event]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(streamed("csv", *looks), newline="")))[1:]


@given(histories())
def test_every_event_is_one_line_or_one_record(history: list[Event]) -> None:
    assert streamed("text", history).count("\n") == 1 + len(history)
    told = records(history)
    assert len(told) == len(history)
    assert not [cell for record in told for cell in record.values() if cell.startswith(("=", "+", "@", "\t", "\r"))]


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "-2+3", 'a","b', "a\\x1b]52;c;x\\x07", "\uff1dx", "[/x]"])
def test_a_hostile_name_goes_through_every_form_and_runs_in_none(hostile: str) -> None:
    evil = replace(CALL, owners=(Process(1, 2.0, hostile, hostile, hostile, hostile),))
    history: list[Event] = [Opened(HERE, evil), Acted(HERE, hostile)]
    assert list(events(streamed("jsonl", history).splitlines())) == as_filed(history)
    opened, acted = records(history)
    for cell in (opened["Process"], opened["Command"], acted["Detail"]):
        assert cell.removeprefix("'") == hostile
        assert not cell.startswith(("=", "-", "\uff1d"))
    assert hostile in streamed("text", history).splitlines()[1]


def test_csv_has_a_head_and_is_filled_where_the_event_tells() -> None:
    opened, named, counted, closed = records(*LIFE)
    assert [each["Event"] for each in (opened, named, counted, closed)] == ["opened", "named", "counted", "closed"]
    assert (closed["Process"], closed["Remote name"], closed["Received"]) == ("curl", "far.example", "7000")
    assert (closed["Time"], closed["Monotonic"]) == ("2026-01-01T00:00:02.500Z", "1002.500")
    assert named["Detail"] == "192.0.2.7 is far.example"
    assert streamed("csv", *LIFE).count("\r\n") == 6


def test_csv_names_the_process_of_a_finding_that_is_about_no_row() -> None:
    of_curl, of_nobody = found(("process", CURL.identity)), found(("process", (7, None)))
    told = records([Opened(HERE, CALL), Judged(HERE, *of_curl), Judged(later(1), of_curl[0]), Judged(HERE, *of_nobody)])
    assert [(each["Process"], each["PID"]) for each in told[1:]] == [("curl", "4242"), ("curl", "4242"), ("", "")]
    assert told[1]["Local address"] == ""
    assert told[2]["Detail"] == "nothing is found of curl (4242) any more"
    (unheard_of,) = records([Judged(HERE, *of_curl[:1])])
    assert unheard_of["Detail"] == "nothing is found any more", "the stream does not say what was found"


def test_the_facts_stand_before_the_events_in_every_form() -> None:
    (first,) = csv.DictReader(io.StringIO(streamed("csv"), newline=""))
    assert (first["Time"], first["Host"], first["Event"]) == (BOX["started"], "box", "recording")
    assert first["Detail"].startswith("host box; boot_id b00t")
    document = json.loads(streamed("jsonl"))
    assert document["tcpview"] == {"recording": BOX}
    assert (document["host"]["boot"]["id"], document["event"]["action"]) == ("b00t", "recording-began")
    assert document["@timestamp"] == BOX["started"]


def test_text_is_aligned_and_has_local_times_with_a_zone() -> None:
    first, *lines = streamed("text", EVERYTHING).splitlines()
    assert first.endswith("recording  host box; boot_id b00t; kernel Linux 6.1; started 2026-01-01T00:00:00.000Z")
    assert datetime.fromisoformat(first.partition("  ")[0]).timestamp() == EPOCH
    times = [line.partition("  ")[0] for line in lines]
    assert [datetime.fromisoformat(each).utcoffset() is not None for each in times] == [True] * len(EVERYTHING)
    assert datetime.fromisoformat(times[0]).timestamp() == EPOCH
    assert len({line.index("TCP") for line in lines if "TCP" in line}) == 1
    assert lines[0].endswith("unseen   ownerless: 3 sockets without owner: not root")
    assert lines[-1].endswith("action   Ended curl (4242).")
    assert "TCP 10.0.0.5:50000 - 192.0.2.7:443" in lines[2]
    assert lines[-2].endswith("nobody looked for 6.5 s")
    assert "closed   0123456789abcdef" in lines[-4]


def test_text_tells_of_a_closed_connection_how_long_it_was_and_who_had_it() -> None:
    *_, closed = streamed("text", *LIFE).splitlines()
    assert closed.endswith("ESTABLISHED   curl (4242) alice  after 2.25 s")
    *_, closed = streamed("text", [Opened(HERE, SPOKEN), Closed(later(1), SPOKEN.key, (CURL,))]).splitlines()
    assert closed.endswith("was curl (4242) alice  after 1 s")
    *_, closed = streamed("text", [Opened(HERE, SPOKEN, preexisting=True), Closed(later(1), SPOKEN.key)]).splitlines()
    assert closed.endswith("ESTABLISHED   root")


class Watched(io.StringIO):
    """A file that counts how often it was flushed, and breaks when told to."""

    flushed = 0
    broken = False

    def write(self, text: str) -> int:
        if self.broken:
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(text)

    def flush(self) -> None:
        self.flushed += 1


def test_lines_leave_once_a_look_and_a_broken_pipe_is_told() -> None:
    out = Watched(newline="")
    stream = Stream(out, "jsonl", BOX)
    before = out.flushed
    stream.write(EVERYTHING)
    assert out.flushed == before + 1
    assert out.getvalue().count("\n") == 1 + len(EVERYTHING)
    out.broken = True
    with pytest.raises(BrokenPipeError):
        stream.write(EVERYTHING)


def test_the_forms_have_the_names_of_the_command_line() -> None:
    assert [form.id for form in FORMS] == ["jsonl", "csv", "text"]


@pytest.mark.parametrize("name", ["auto", "psutil"])
def test_a_real_connection_is_told_and_comes_back(name: SourceName) -> None:
    clock, journal, looks = SystemClock(), Journal(1.0), list[list[Event]]()
    sampler = Sampler(choose(name, clock, follows=False), clock)
    before: Mapping[Key, Connection] = {}

    def look() -> None:
        nonlocal before
        snapshot = sampler.sample()
        looks.append(journal.take(snapshot, diff(before, snapshot.connections), clock.monotonic()))
        before = snapshot.connections

    with closing(sampler), socket.create_server(("127.0.0.1", 0)) as server:
        look()
        with socket.create_connection(server.getsockname()) as client:
            look()
            here, there = client.getsockname()[1], server.getsockname()[1]
        look()
    text = streamed("jsonl", *looks)
    assert list(events(text.splitlines())) == as_filed(*looks)
    lines = [json.loads(line)["tcpview"] | json.loads(line) for line in text.splitlines()]
    ports = [(line["local"]["port"], line["remote"]["port"]) if "remote" in line else None for line in lines]
    flow = [line for line, pair in zip(lines, ports, strict=True) if pair in ((here, there), (there, here))]
    (opened,) = [line for line in flow if line["local"]["port"] == here and "start" in line["event"]["type"]]
    assert opened["process"]["pid"] == os.getpid()
    # Both ends are on this machine: two sockets, one flow.
    assert len({line["network"]["community_id"] for line in flow}) == 1 < len({line["key"] for line in flow})
