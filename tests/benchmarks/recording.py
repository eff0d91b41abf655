"""What recording and replaying cost: `python -m tests.benchmarks.recording [EVENTS]`.

A machine of 1,000 sockets is made up, of which 20 change in each second; what the source would read is not measured.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import diff
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.history import History
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.looks import Told
from tcpview_tui.record.playback import Playback, RecordedClock
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.verify import verify
from tests.benchmarks.report import Figure, Spent, measured, show
from tests.fakes import EPOCH, FakeClock, connection

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Key

SOCKETS, CHANGES, BUSY = 1_000, 20, 5
"""Sockets; changes a look, of which `OPENED` open, as many close, and the rest change state; sockets that always carry
something, while each other one does so in the look before it closes."""

OPENED = 7

HOUR = 3600
"""Looks of an hour, one a second."""

JUMPS = 40


class Machine:
    """Sockets of which some change with each look."""

    def __init__(self) -> None:
        self._chance, self._number = random.Random(1), itertools.count(1)
        self.connections: dict[Key, Connection] = {each.key: each for each in map(self._new, range(SOCKETS))}
        self._busy = list(self.connections)[:BUSY]
        self._next = self._choose()

    def change(self) -> None:
        keys, self._next = self._next, []
        for key in keys[:OPENED]:
            del self.connections[key]
        for key in keys[OPENED:]:
            each = self.connections[key]
            state = State.CLOSE_WAIT if each.state is State.ESTABLISHED else State.ESTABLISHED
            self.connections[key] = replace(each, state=state)
        for each in map(self._new, range(OPENED)):
            self.connections[each.key] = each
        self._next = self._choose()

    def gauges(self, look: int) -> dict[Key, Gauge]:
        counters = Counters(look * 1000, look * 100, look, look + 1, 0, 0.012345, 0, 0, "cubic")
        return {key: Gauge(Told(counters)) for key in (*self._busy, *self._next[:OPENED])}

    def _choose(self) -> list[Key]:
        return self._chance.sample(list(self.connections)[BUSY:], CHANGES - OPENED)

    def _new(self, _: int) -> Connection:
        key = next(self._number)
        far = (f"198.51.{key % 20}.{key // 20 % 250}", 443)
        made = connection(key, local=("10.0.0.5", 32768 + key % 28000), remote=far)
        return replace(made, user="alice", direction="out", opened_at=EPOCH + (key - SOCKETS) / OPENED)


def record(path: Path, looks: Iterator[int], *, counts: bool) -> tuple[Spent, int, int]:
    """Record so many looks; return what the writing took, and how many events and looks there were."""
    machine, clock, journal = Machine(), FakeClock(), Journal(1.0)
    before: dict[Key, Connection] = {}
    total, events, look = Spent(), 0, 0
    with closing(Recording(path, [("host", "made up")], clock)) as recording:
        for look in looks:
            gauges = machine.gauges(look) if counts else {}
            snapshot = Snapshot(look, clock.wall(), dict(machine.connections), gauges=gauges)
            difference = diff(before, snapshot.connections)
            with measured() as spent:
                told = journal.take(snapshot, difference, clock.monotonic())
                recording.write(told)
            total.cpu, total.wall, events = total.cpu + spent.cpu, total.wall + spent.wall, events + len(told)
            before = dict(snapshot.connections)
            clock.advance(1)
            machine.change()
    return total, events, look


def recorder(folder: Path) -> None:
    """An hour of recording, with and without counters."""
    for counts, name in ((False, "without counters"), (True, "each carries something")):
        path = folder / f"{counts}.tcpview"
        spent, events, looks = record(path, iter(range(1, HOUR + 1)), counts=counts)
        size = path.stat().st_size
        figures = [
            Figure("processor time of a look", spent.cpu / looks, "ms", 30.0),
            Figure("wall time of a look, the disk included", spent.wall / looks, "ms"),
            Figure("an hour", size / 1e6, "MB", 5.0),
            Figure("an event", size / events, "bytes"),
        ]
        show(f"An hour of {SOCKETS:,} sockets, {CHANGES} changes a second, {name}", figures)


def jump(history: History, playback: Playback, event: int) -> None:
    """Be where a replay would be."""
    begin, whole = history.whole(event, history.place(event).clock - playback.table.memory)
    playback.leap(whole)
    for events in history.told(begin + 1, event):
        playback.take(events)


def replay(path: Path, wanted: int) -> None:
    """Open a recording of so many events, and go to places in it."""
    _, events, _ = record(path, iter(range(1, 10 + wanted // (CHANGES + 1))), counts=False)
    with measured() as opening:
        reader = Reader(path)
        history, clock = History(reader), RecordedClock()
        playback = Playback(clock, LiveTable(clock))
        jump(history, playback, history.start().event)
        start, end = history.start(), history.end()
        length = end.clock - start.clock
        history.activity([start.clock + length * part / 120 for part in range(121)])
    chance, jumps = random.Random(2), []
    for _ in range(JUMPS):
        with measured() as spent:
            jump(history, playback, chance.randrange(start.event, end.event))
        jumps.append(spent.wall)
    reader.close()
    with measured() as verifying:
        verify(path)
    figures = [
        Figure("opened, with the time line", opening.wall, "ms", 1000.0),
        Figure("gone to a place, median", statistics.median(jumps), "ms", 200.0),
        Figure(f"gone to a place, longest of {JUMPS}", max(jumps), "ms", 200.0),
        Figure("verified", verifying.wall, "ms"),
        Figure("size", path.stat().st_size / 1e6, "MB"),
    ]
    show(f"{events:,} events of {SOCKETS:,} sockets", figures)


def main(wanted: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recorder(Path(folder))
        replay(Path(folder) / "many.tcpview", wanted)


if __name__ == "__main__":
    main(int((*sys.argv[1:], "1000000")[0]))
