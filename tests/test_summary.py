"""What a recording comes to: the figures are those of the events."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.findings.pair import Program
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.connection import State
from tcpview_tui.model.snapshot import Code, Passed, Problem
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.event import Event, Judged, Opened
from tcpview_tui.record.looks import Told as Counted
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.summary import answers
from tcpview_tui.summary import summarise
from tests.fakes import EPOCH, NGINX, connection, listener
from tests.record.judged import found
from tests.record.streams import CALL, HERE, later
from tests.record.tapes import minutes, taped
from tests.record.test_journal import Told
from tests.record.test_recording import Tape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """One was there before; a listener and a conversation come, a short one passes, something cannot be seen."""
    tape = Tape(tmp_path / "a.tcpview")
    old = connection(1, remote=("192.0.2.1", 443))
    fresh = connection(2, remote=("192.0.2.2", 80), owners=(NGINX,))
    brief = replace(connection(4, remote=("192.0.2.3", 53)), opened_at=EPOCH + 2.2)
    tape.look(old)
    gauges = {1: Gauge(Told(100)), 2: Gauge(Told(5000))}
    tape.look(old, fresh, listener(3, 4444), gauges=gauges)
    tape.look(fresh, listener(3, 4444), passed=(Passed(brief, EPOCH + 2.5),))
    tape.clock.advance(60)
    tape.look(listener(3, 4444), problems=(Problem(Code.OWNERLESS, "1 socket without owner"),))
    tape.look(listener(3, 4444), problems=(Problem(Code.OWNERLESS, "2 sockets without owner"),))
    tape.file.close()
    return tape.file.path


def told_by(path: Path) -> dict[str, Sequence[Sequence[Any]]]:
    with closing(Reader(path)) as reader:
        return {section.title: rows for section, rows in answers(reader)}


def test_each_section_tells_what_happened(path: Path) -> None:
    told = told_by(path)
    assert told["Processes that talked most"] == [("nginx (812)", 1, 5000, 0), ("curl (4242)", 2, 100, 0)]
    assert [row[0] for row in told["Remote addresses that were talked to most"]] == [
        "192.0.2.2",
        "192.0.2.1",
        "192.0.2.3",
    ]
    assert [row[1:] for row in told["New listeners"]] == [("tcp", "0.0.0.0", 4444, "nginx (812)")]
    assert [row[1] for row in told["Remote addresses that were not there at the beginning"]] == [
        "192.0.2.2",
        "192.0.2.3",
    ]
    assert [row[0] for row in told["Longest"]] == [62.0, ">2.0", 0.3], "the second was there before"
    assert told["Processes with most connections shorter than a second"] == [("curl (4242)", 1)]
    assert told["Connections that carried most"] == [
        (5000, 0, "nginx (812)", "192.0.2.2", 80),
        (100, 0, "curl (4242)", "192.0.2.1", 443),
    ]
    assert [row[1:] for row in told["What could not be seen"]] == [
        (1, "nobody looked for 61.0 seconds"),
        (2, "1 socket without owner"),
    ]


def test_what_was_found_is_counted_by_rule_the_gravest_first(tmp_path: Path) -> None:
    grave, light = found(("process", (1, 2.0))), found(("connection", CALL.key))
    light = light[0], (light[1][0]._replace(rule="long", title="Long", severity=Severity.LOW),)
    events: list[Event] = [Opened(HERE, CALL), Judged(HERE, *light), Judged(HERE, *grave), Judged(later(1), *grave)]
    events += [Judged(later(1), *found(("process", (2, 2.0)))), Judged(later(1), grave[0])]
    at = "2026-01-01T00:00:00.125Z"
    told = told_by(taped(tmp_path / "a.tcpview", events))
    assert told["What was found"] == [(at, "high", "Unusual place", "exe-place", 2), (at, "low", "Long", "long", 1)]
    assert not told_by(taped(tmp_path / "b.tcpview", []))["What was found"]


def test_what_was_found_is_counted_by_whom_it_is_about(tmp_path: Path) -> None:
    of_rows = [found(("connection", key)) for key in (1, 2)]
    program = Program("/usr/bin/curl", None, None)
    both = [(place, (told[0]._replace(subject=program), *told)) for place, told in of_rows]
    both = [(place, (told[0], told[1]._replace(rule="own"))) for place, told in both]
    (by_program, by_row) = told_by(taped(tmp_path / "a.tcpview", [Judged(HERE, *each) for each in both]))[
        "What was found"
    ]
    assert (by_program[3:], by_row[3:]) == (("exe-place", 1), ("own", 2)), "one program, and two connections"


@pytest.mark.parametrize("body", ["nonsense", "[7", '{"findings": 7}', '{"findings": ["x", 7, null]}', None, "7"])
def test_a_finding_that_is_damaged_takes_nothing_else_away(body: str | None, tmp_path: Path) -> None:
    events = [Judged(HERE, *found(("process", (each, 2.0)))) for each in (1, 2)]
    path = taped(tmp_path / "a.tcpview", [Opened(HERE, CALL), *events])
    whole = told_by(path)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE event SET body = ? WHERE id = 2", (body,))
    told = told_by(path)
    assert [row[4] for row in told["What was found"]] == [1]
    assert told | {"What was found": ()} == whole | {"What was found": ()}


def test_what_nobody_counts_is_unknown_and_what_is_still_there_lasts_longer(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tape = Tape(tmp_path / "a.tcpview")
    query = connection(2, remote=("192.0.2.53", 53), owners=(NGINX,), transport="udp")
    tape.look()
    tape.look(connection(1), query, gauges={1: Gauge(Told(0)), 2: Gauge(Counted(Counters(receive_queue=7)))})
    tape.look(connection(1), query, connection(3), gauges={1: Gauge(Told(100))})
    tape.file.close()
    told = told_by(tape.file.path)
    assert told["Processes that talked most"] == [("curl (4242)", 2, 100, 0), ("nginx (812)", 1, None, None)]
    assert [row[0] for row in told["Longest"]] == [">1.0", ">1.0", ">0.0"]
    summarise(tape.file.path)
    assert re.search(r"nginx \(812\) +1 +\? +\?\n", capfd.readouterr().out)


def test_what_the_kernel_only_winds_up_has_no_process_and_is_not_long(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "a.tcpview")
    tape.look(replace(connection(1, remote=("192.0.2.9", 443), owners=()), state=State.TIME_WAIT))
    tape.clock.advance(60)
    tape.look()
    tape.file.close()
    told = told_by(tape.file.path)
    assert told["Processes that talked most"] == [("-", 1, None, None)]
    assert not told["Longest"]


def test_who_had_a_connection_that_was_over_at_its_first_look_has_talked(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "a.tcpview")
    tape.look()
    client = replace(connection(1, remote=("192.0.2.9", 443), owners=()), past_owners=(NGINX,), opened_at=EPOCH + 0.5)
    tape.look(replace(client, state=State.TIME_WAIT), gauges={1: Gauge(Told(7))})
    tape.clock.advance(60)
    tape.look()
    tape.file.close()
    assert told_by(tape.file.path)["Processes that talked most"] == [("nginx (812)", 1, 7, 0)]


def test_it_is_printed_and_cut_with_a_word(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert summarise(path) == 0
    text = capfd.readouterr().out
    assert "4.9k" in text
    assert "New listeners" in text
    assert "and more" not in text


def test_of_a_damaged_recording_it_is_told_what_stands_before_the_damage(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = minutes(tmp_path / "a.tcpview", 15_000)
    raw = bytearray(path.read_bytes())
    begin = len(raw) * 6 // 10 // 4096 * 4096
    raw[begin : begin + 10 * 4096] = b"\xff" * 10 * 4096
    path.write_bytes(raw)
    with closing(Reader(path)) as reader:
        last = reader.damaged_after
    assert last is not None
    assert summarise(path) == 1
    said = capfd.readouterr()
    assert said.err.endswith(f"This is what the first {last:,} events come to.\n")
    (talker,) = re.findall(r"curl \(4242\) +([\d,]+) +\S+ +\S+\n", said.out.partition("Remote")[0])
    assert int(talker) == pytest.approx(last / 3, abs=2)


def test_what_is_no_recording_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    for name, words in (("mine", "is no recording"), ("none", "No such file")):
        assert summarise(tmp_path / name) == 1
        assert words in capfd.readouterr().err
