"""Whole states: of a bounded size, for who writes one and for who reads one."""

from __future__ import annotations

import tracemalloc
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record import states
from tcpview_tui.record.event import Changed, Closed, Judged, Opened
from tcpview_tui.record.history import History
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.states import NOTHING, Keeper, Whole, restored
from tests.fakes import CURL, connection
from tests.record.judged import found
from tests.record.streams import HERE, later
from tests.record.tapes import taped

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.process import Process
    from tcpview_tui.record.event import Event


def told_by(keeper: Keeper, connections: int) -> bytes | None:
    keeper.take([Opened(HERE, connection(each), preexisting=True) for each in range(connections)])
    return keeper.state(connections, lambda key: int(str(key)), lambda _: 1, lambda _: None)


def process(_: int) -> Process:
    return CURL


def read(data: bytes) -> Whole:
    return restored(data, process)


def test_what_is_written_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = told_by(Keeper(), 100)
    assert body is not None
    assert len(read(body).rows) == 100
    monkeypatch.setattr(states, "MOST", len(zlib.decompress(body)))
    assert told_by(Keeper(), 100) == body
    assert len(read(body).rows) == 100


def test_what_was_found_is_in_it_also_of_a_connection_that_is_over_or_has_no_number() -> None:
    keeper = Keeper()
    of_curl: Place = ("process", CURL.identity)
    of_rows: list[Place] = [("connection", key) for key in ("open", "late", "lost")]
    keeper.take([Opened(HERE, connection("open")), *(Judged(HERE, *found(place)) for place in (of_curl, *of_rows))])
    keeper.take([Judged(later(1), ("process", (7, 7.0))), Judged(later(1), *found(("process", (8, 8.0))))])
    keeper.take([Judged(later(2), ("process", (8, 8.0)))])
    numbers = {of_rows[0]: 1, of_rows[1]: 2}
    body = keeper.state(1, lambda _: 1, lambda _: 1, numbers.get)
    assert body is not None
    of_rows = [("connection", key) for key in (1, 2, "lost")]
    assert read(body).findings == dict([found(of_curl), *map(found, of_rows)])
    assert read(body).looks().findings == read(body).findings


def test_what_no_reader_takes_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    body = told_by(Keeper(), 100)
    assert body is not None
    monkeypatch.setattr(states, "MOST", len(zlib.decompress(body)) - 1)
    assert told_by(Keeper(), 100) is None
    with pytest.raises(ValueError, match="too large"):
        read(body)


def test_a_bomb_is_refused_before_it_has_taken_the_memory() -> None:
    packing = zlib.compressobj()
    zeros = bytes(1 << 20)
    bomb = b"".join(packing.compress(zeros) for _ in range(1 << 10)) + packing.flush()
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="too large"):
            read(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 * states.MOST
    finally:
        tracemalloc.stop()


CALLS = [connection(each, local=("10.0.0.5", 40000 + each)) for each in range(20)]


def history(path: Path) -> list[int]:
    """Record a look of twenty, most of which close; return the event of each state, and where a replay begins."""
    events: list[Event] = [Opened(HERE, each, preexisting=True) for each in CALLS]
    events += [Closed(later(1), each.key) for each in CALLS[2:]]
    events += [Changed(later(number), CALLS[0]) for number in range(2, 40)]
    with closing(Reader(taped(path, events))) as reader:
        found = [event for (event,) in reader.ask("SELECT event FROM state ORDER BY id")]
        history = History(reader)
        assert history.whole(reader.last) != (0, NOTHING) or not found
        return [*found, history.start().event]


def test_where_the_first_state_is_too_large_there_is_none_and_the_replay_begins_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "EVERY", 10)
    assert history(tmp_path / "a.tcpview")[:2] == [20, 38]
    monkeypatch.setattr(states, "MOST", 1000)
    assert history(tmp_path / "b.tcpview") == [0]
