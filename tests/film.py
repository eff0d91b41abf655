"""A fixed recording, as the pictures show it: ``python -m tests.film FILE``."""

from __future__ import annotations

import random
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import diff
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.model.traffic import Gauge
from tcpview_tui.record.journal import Journal
from tcpview_tui.record.recording import Recording
from tests.fakes import FakeClock, connection
from tests.scenes import AFTER, BEFORE, NGINX, TRAFFIC, WEB, carried

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.model.connection import Connection, Key

SECONDS, INCIDENT = 360, 231
"""How long it is, and when what the pictures tell of happens."""

FACTS = (
    ("host", "web1"),
    ("program", "tcpview-tui"),
    ("source", "sockdiag"),
    ("options", '{"interval":1.0}'),
    ("started", "2026-01-01T00:00:00.000Z"),
)


def record(path: Path) -> None:
    """Write it: visitors come and go, more of them in waves, until somebody comes who does not only visit."""
    clock, journal, chance = FakeClock(), Journal(1.0), random.Random(4)
    before: dict[Key, Connection] = {}
    visitors: list[Connection] = []
    with closing(Recording(path, FACTS, clock)) as recording:
        for second in range(SECONDS):
            visitors = _visiting(visitors, second, chance)
            there = {each.key: each for each in (*(BEFORE if second < INCIDENT else AFTER), *visitors)}
            gauges = {key: Gauge(each) for key, each in carried(second / SECONDS, *TRAFFIC).items() if key in there}
            snapshot = Snapshot(second + 1, clock.wall(), there, gauges=gauges if second % 10 == 0 else {})
            recording.write(journal.take(snapshot, diff(before, there), clock.monotonic()))
            before = there
            clock.advance(1)


def _visiting(visitors: Sequence[Connection], second: int, chance: random.Random) -> list[Connection]:
    """Return who visits now: each stays for some seconds."""
    stay = [each for each in visitors if chance.random() < 0.8]
    wave = 4 if 80 < second < 110 or INCIDENT - 8 < second < INCIDENT + 30 else 1
    come = [
        connection(
            (second, number),
            State.ESTABLISHED,
            WEB,
            (f"203.0.113.{chance.randrange(90, 250)}", 40000 + second),
            (NGINX,),
        )
        for number in range(chance.randrange(wave + 1))
    ]
    return [*stay, *come]


if __name__ == "__main__":
    record(Path(sys.argv[1]))
