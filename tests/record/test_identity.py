"""A connection is called the same in the next file, in its stream and after an import, and as no other is."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.model.connection import Endpoint, Namespace, State
from tcpview_tui.model.query import parse
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Opened
from tcpview_tui.record.identity import Called, identify_by, key_id
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.relay import Relay
from tcpview_tui.record.rotation import Rotation
from tcpview_tui.record.series import Series
from tcpview_tui.transfer.exporting import Order, export
from tcpview_tui.transfer.importing import Source, take_in
from tests.fakes import EPOCH, FakeClock
from tests.record.streams import BOX, CALL, SSHD, later, streamed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tcpview_tui.model.connection import Connection

ASKS = replace(
    CALL, key=(4026531840, 78), transport="udp", state=State.NONE, local=Endpoint("0.0.0.0", 50001), remote=None
)
TWIN = replace(SSHD, key=(4026531840, 79))
BEGINNING: list[Event] = [
    Opened(later(0.0004999), SSHD, preexisting=True),
    Opened(later(0.0004999), TWIN, preexisting=True),
    Opened(later(1.9).at(EPOCH + 1.2345678), replace(CALL, opened_at=EPOCH + 1.2345678)),
    Opened(later(2.2515), ASKS),
    Changed(later(3), replace(ASKS, local=Endpoint("10.0.0.5", 50001), remote=Endpoint("192.0.2.53", 53))),
    Counted(later(4), CALL.key, Counters(1, 2)),
]
END: list[Event] = [Closed(later(5), each.key) for each in (SSHD, CALL, ASKS, TWIN)]


def keys(text: str) -> list[str]:
    """Return the key of each line of JSON Lines but the first."""
    return [json.loads(line)["tcpview"]["key"] for line in text.splitlines()[1:]]


def recorded(path: Path, *looks: Iterable[Event]) -> Path:
    with closing(Recording(path, BOX.items(), FakeClock())) as recording:
        for look in looks:
            recording.write(look)
    return path


def exported(path: Path, **order: Any) -> str:
    out = path.with_suffix(".jsonl")
    out.unlink(missing_ok=True)
    assert export(Order(path, output=out, **order), FakeClock()) == 0
    return out.read_text(encoding="utf-8")


def imported(text: str, path: Path) -> Path:
    assert take_in(Source(text.splitlines(keepends=True), "a.jsonl"), path, FakeClock(), None) == 0
    return path


def test_each_connection_has_one_key_and_no_two_the_same() -> None:
    told = keys(streamed("jsonl", BEGINNING, END))
    sshd, twin, call, asks = told[:4]
    assert len({sshd, twin, call, asks}) == 4
    assert told[4:] == [asks, call, sshd, call, asks, twin]
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in told)


def test_a_stream_a_recording_and_what_was_imported_call_it_the_same(tmp_path: Path) -> None:
    text = streamed("jsonl", BEGINNING, END)
    here = recorded(tmp_path / "a.tcpview", BEGINNING, END)
    assert keys(exported(here)) == keys(text)
    assert keys(exported(imported(text, tmp_path / "b.tcpview"))) == keys(text)
    assert b'"key"' not in imported(exported(here), tmp_path / "c.tcpview").read_bytes(), "nothing has to be kept"


@pytest.mark.parametrize("order", [{"query": parse("proto:udp")}, {"query": parse("proto:udp"), "since": "+2.9s"}])
def test_a_part_calls_it_the_same_also_after_an_import(order: dict[str, Any], tmp_path: Path) -> None:
    text = exported(recorded(tmp_path / "a.tcpview", BEGINNING, END), **order)
    assert set(keys(text)) == {keys(streamed("jsonl", BEGINNING, END))[3]}
    again = imported(text, tmp_path / "b.tcpview")
    assert keys(exported(again)) == keys(text)
    assert keys(exported(again, since="-0s")) == keys(text)[-1:]


def test_the_next_file_of_a_rotation_calls_it_the_same(tmp_path: Path) -> None:
    clock = FakeClock()

    def begin(path: Path, more: Iterable[tuple[str, str]]) -> Recording:
        return Recording(path, [*BOX.items(), *more], clock)

    relay = Relay(Series(tmp_path), Rotation(seconds=4.1234567), begin, clock, lambda _: None)
    with closing(relay):
        relay.write(BEGINNING)
        for _ in range(3):
            clock.advance(4.1234567)
            relay.write([])
        relay.write(END)
    first, *_, last = sorted(tmp_path.glob("*.tcpview"), key=lambda each: each.stat().st_mtime_ns)
    assert first != last
    expected = keys(streamed("jsonl", BEGINNING, END))
    assert keys(exported(first))[:6] == expected[:6]
    assert keys(exported(last))[-4:] == expected[-4:]


@pytest.mark.parametrize(
    "other",
    [
        replace(CALL, namespace=Namespace(7)),
        replace(CALL, local=Endpoint("10.0.0.5", 50009)),
        replace(CALL, remote=None),
        replace(CALL, transport="udp"),
        replace(CALL, opened_at=EPOCH + 1),
    ],
)
def test_what_differs_is_called_something_else(other: Connection) -> None:
    identify = identify_by(BOX)
    assert identify(other, EPOCH) != identify(CALL, EPOCH) == identify(replace(CALL, key=5, owners=()), EPOCH + 0.0001)
    assert identify(CALL, EPOCH + 0.001) != identify(CALL, EPOCH)


def test_another_machine_and_another_start_of_it_call_it_something_else() -> None:
    names = ({"boot_id": "1"}, {"boot_id": "2"}, {"host": "a"}, {"host": "b"})
    assert len({identify_by(facts)(CALL, EPOCH) for facts in names}) == 4
    assert identify_by({"boot_id": "1", "host": "a"})(CALL, 0.0) == identify_by({"boot_id": "1"})(CALL, 0.0)


def test_an_id_is_free_again_when_its_connection_is_forgotten() -> None:
    called = Called(lambda *_: "same")
    assert called.name(SSHD, 0.0) == "same" != called.name(TWIN, 0.0)
    called.forget(SSHD.key)
    assert (called.get(SSHD.key), called.name(CALL, 0.0)) == ("", "same")
    assert called.name(CALL, 1.0) == "same", "its key may be another connection's from now on"


def test_of_what_nobody_told_the_key_stands_for_it() -> None:
    assert key_id((4026531840, 77)) == key_id((4026531840, 77)) != key_id((4026531840, 78))
    assert re.fullmatch(r"[0-9a-f]{16}", key_id((4026531840, 77)))
    assert key_id(key_id(5)) == key_id(5)
