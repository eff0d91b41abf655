"""Recording beside the live table: a sign, a file, and nothing that is missed while the view is frozen."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import closing
from pathlib import Path

import pytest

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit
from tcpview_tui.findings.table import RULES
from tcpview_tui.judging.bench import UNSETTLED
from tcpview_tui.model.diff import Difference
from tcpview_tui.model.snapshot import Code, Snapshot
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.event import Acted, Counted, Gap, Judged, Unseen
from tcpview_tui.record.looks import Told
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.sink import File
from tcpview_tui.record.verify import verify
from tcpview_tui.tui import taping
from tcpview_tui.tui.messages import FindingsArrived
from tests.fakes import CURL, EPOCH, connection
from tests.tui.harness import Live, live

ONE, OTHER = connection(1), connection(2)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def recorded(here: Path) -> Path:
    (file,) = here.glob("*.tcpview")
    return file


def replaced(path: Path) -> None:
    """Put something else in the place of a recording: else it is made again."""
    path.unlink()
    path.mkdir()


async def ended(program: Live) -> None:
    await program.press("R")
    digest = verify(next(Path().glob("*.tcpview"))).closing
    assert digest
    assert digest in "".join(line.strip() for line in program.lines)


async def test_a_key_begins_and_ends_a_recording(here: Path) -> None:
    async with live(ONE, size=(160, 20)) as program:
        await program.press("R")
        assert "Recording to" in program.text
        await program.look(ONE, OTHER)
        await program.advance(61)
        await program.look(OTHER)
        assert "REC 1:0" in program.line_with("LIVE")
        await ended(program)
        assert "REC" not in program.line_with("LIVE")
    verdict = verify(recorded(here))
    assert (verdict.fault, verdict.events) == (None, 4)  # two opened, a gap, one closed


async def test_what_was_counted_but_was_not_due_is_there_in_the_end(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R")
        taping = program.app.session.taping
        for number, sent in ((2, 1), (3, 50_000)):
            gauges = {ONE.key: Gauge(Told(Counters(0, sent)))}
            taping.take(Snapshot(number, EPOCH + number, {ONE.key: ONE}, gauges=gauges), Difference((), (), ()))
        await ended(program)
    with closing(Reader(recorded(here))) as reader:
        assert [each.counters.sent for each in reader.events() if isinstance(each, Counted)] == [1, 50_000]


async def test_it_goes_on_while_the_view_is_frozen(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R", "space")
        await program.look(OTHER)
        await ended(program)
    assert verify(recorded(here)).events == 3


async def test_looks_are_late_by_the_interval_that_was_chosen_last(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R", "+", "+")
        interval = program.app.session.interval
        await program.advance(interval)
        await program.look(ONE, OTHER)
        await ended(program)
    with closing(Reader(recorded(here))) as reader:
        assert interval > 2
        assert not [event for event in reader.events() if isinstance(event, Gap)]


async def test_a_sleep_of_the_machine_is_a_gap_as_long_as_it_was(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R")
        program.clock.suspend(3600)
        await program.advance(1)
        await program.look(ONE, OTHER)
        await ended(program)
    with closing(Reader(recorded(here))) as reader:
        assert [event.seconds for event in reader.events() if isinstance(event, Gap)] == [3601]


def judged(here: Path) -> list[tuple[float, Hashable, list[str]]]:
    with closing(Reader(recorded(here))) as reader:
        told = [event for event in reader.events() if isinstance(event, Judged)]
        return [(event.at.wall - EPOCH, event.place[1], [each.sentence for each in event.findings]) for event in told]


async def test_what_is_found_is_recorded_when_it_is_and_what_stands_at_once(here: Path) -> None:
    async with live(ONE) as program:
        register = program.app.session.bench.register
        register.put("process", About(CURL.identity, "curl"), [(RULES[0], Hit("before"))], EPOCH)
        register.silences.hush(register.findings[0])
        await program.press("R")
        await program.advance(0.5)
        register.put("connection", About(ONE.key, "row"), [(RULES[0], Hit("meanwhile"))], EPOCH)
        program.main.post_message(FindingsArrived())
        await program.settled()
        await program.advance(0.5)
        register.put("process", About(CURL.identity, "curl"), [], EPOCH)
        await program.look(OTHER)
        await ended(program)
    assert judged(here) == [(0.0, CURL.identity, ["before"]), (0.5, 1, ["meanwhile"]), (1.0, CURL.identity, [])]


@pytest.mark.parametrize("key", ["R", "q"])
async def test_what_was_found_after_the_last_look_is_recorded(here: Path, key: str) -> None:
    async with live(ONE) as program:
        await program.press("R")
        register = program.app.session.bench.register
        register.put("connection", About(ONE.key, "row"), [(RULES[0], Hit("last"))], EPOCH)
        await program.press(key)
    assert judged(here) == [(0.0, 1, ["last"])]


@pytest.mark.parametrize("is_judged", [True, False])
async def test_leaving_waits_for_what_is_being_judged_and_says_when_that_takes_too_long(
    here: Path, monkeypatch: pytest.MonkeyPatch, is_judged: bool
) -> None:
    async with live(ONE) as program:
        bench = program.app.session.bench
        await program.press("R")

        def settle() -> bool:
            bench.register.put("connection", About(ONE.key, "row"), [(RULES[0], Hit("late"))], EPOCH)
            return is_judged

        monkeypatch.setattr(bench, "settle", settle)
    assert judged(here) == [(0.0, 1, ["late"])]
    assert (UNSETTLED in program.app.farewell) == (not is_judged)


async def test_what_could_not_be_judged_is_recorded(here: Path) -> None:
    async with live(ONE) as program:
        bench = program.app.session.bench
        bench.register.silences.problem = "The file is damaged."
        await program.press("R")
        await program.look(ONE)
        bench.register.silences.problem = None
        await program.look(ONE)
        await ended(program)
    with closing(Reader(recorded(here))) as reader:
        told = [event for event in reader.events() if isinstance(event, Unseen) and event.code == Code.JUDGING]
    assert [event.problem and event.problem.detail for event in told] == ["The file is damaged.", None]


async def test_leaving_ends_it(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R")
    assert verify(recorded(here)).events == 1
    assert not list(here.glob("*-wal"))


async def test_leaving_tells_what_could_not_be_written(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R")
        await program.until(lambda: verify(recorded(here)).events == 1)
        replaced(recorded(here))
        await program.look(OTHER)
        await program.press("q")
    gone, lost, digest = program.app.farewell
    assert gone.endswith("is not there any more, with all that was written to it.")
    assert lost.endswith("rows were never written.")
    assert "it was not closed in good order" in digest
    assert program.app.session.taping.losses == (gone, lost)


async def test_a_disk_that_is_too_slow_has_lost_the_end(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = threading.Event()
    monkeypatch.setattr(taping, "_PATIENCE", 0.0)
    monkeypatch.setattr(File, "write", lambda *_: stuck.wait())
    async with live(ONE) as program:
        await program.press("R", "q")
    stuck.set()
    for thread in threading.enumerate():
        if thread.name == "taping":
            thread.join()
    assert "What happened last could not be written" in program.app.farewell[0]


async def test_what_cannot_be_made_is_said(here: Path) -> None:
    async with live(ONE, size=(160, 20)) as program:
        await program.press("R")
        await ended(program)
        await program.press("R")  # within the same second of the clock: the same name
        assert "Nothing is recorded" in program.text
        assert "is there already" in program.text
        assert "REC" not in program.line_with("LIVE")


async def test_a_file_that_is_gone_is_signed(here: Path) -> None:
    async with live(ONE, size=(160, 20)) as program:
        await program.press("R")
        await program.until(lambda: verify(recorded(here)).events == 1)
        replaced(recorded(here))
        await program.look(OTHER)
        await program.until(lambda: program.app.session.taping.problem is not None)
        await program.advance(1)
        await program.look(OTHER)
        assert "REC: not written" in program.line_with("LIVE")


async def test_what_is_done_to_the_machine_is_recorded(here: Path) -> None:
    async with live(ONE) as program:
        await program.press("R", "d", "right", "enter")
        await program.until(lambda: len(program.app.session.log) == 1)
        await ended(program)
    with closing(Reader(recorded(here))) as reader:
        (acted,) = [event for event in reader.events() if isinstance(event, Acted)]
    assert "10.0.0.5:50000" in acted.sentence
