"""kill -9 while files are begun all the time: each is intact, and together they hold each connection once."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

from tcpview_tui.record.reader import Reader
from tcpview_tui.record.series import Series
from tcpview_tui.record.verify import verify
from tests.sources.net import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

WRITES = """
import sys
from pathlib import Path
from tcpview_tui.clock import SystemClock
from tcpview_tui.record.event import Closed, Moment, Opened
from tcpview_tui.record.host import host_name
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.relay import Relay
from tcpview_tui.record.rotation import Rotation
from tcpview_tui.record.series import Series
from tests.fakes import connection
clock, first = SystemClock(), int(sys.argv[2])
def begin(path, facts):
    return Recording(path, [("host", host_name()), *facts], clock)
relay = Relay(Series(Path(sys.argv[1])), Rotation(seconds=0), begin, clock, lambda _: None)
for look in range(first, first + 100_000):
    at = Moment(clock.wall(), clock.monotonic(), look)
    opened = [Opened(at, connection((look, each), local=("10.0.0.5", 10 * look + each))) for each in range(5)]
    relay.write([*opened, *(Closed(at, (look - 1, each)) for each in range(5 if look > first else 0))])
    print(look, flush=True)
"""

ROUNDS = 10
EACH = 1_000_000
"""Looks of a round are numbered from so many times its number, so that no two rounds know the same connection."""


def killed(folder: Path, first: int, looks: int, longer: int) -> int:
    """Write as many looks and a little `longer`, then kill; return the last look that was said to be written."""
    child = subprocess.Popen([sys.executable, "-c", WRITES, str(folder), str(first)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child:
        written = [int(child.stdout.readline()) for _ in range(looks)]
        for _ in range(longer):  # up to some milliseconds, so that it is killed anywhere between two lines
            pass
        child.kill()
        written += map(int, child.stdout)
        child.wait(PATIENCE)
    return written[-1]


def is_begun(path: Path) -> bool:
    """Return whether anything was ever sealed: what is killed while it makes its tables has recorded nothing."""
    with closing(sqlite3.connect(path)) as file:
        (tables,) = file.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'seal'").fetchone()
        return bool(tables and file.execute("SELECT count(*) FROM seal").fetchone()[0])


def test_whenever_it_is_killed_every_file_is_intact_and_holds_its_part(tmp_path: Path) -> None:
    roll = random.Random(5).randrange
    last = [killed(tmp_path, EACH * each, roll(1, 25), roll(1_000_000)) for each in range(1, ROUNDS + 1)]
    made = list(tmp_path.glob("*.tcpview"))
    unborn = [path for path in made if not is_begun(path)]
    assert not unborn
    with closing(Series(tmp_path)) as series:
        parts = series.parts()
    assert len(parts) == len(made) - len(unborn)
    assert len(parts) > 2 * ROUNDS, "it has not rotated"
    opened: Counter[int] = Counter()
    for part in parts:
        assert verify(part.path).fault is None
        with closing(Reader(part.path)) as reader:
            found = reader.ask("SELECT happened.local_port FROM happened JOIN connection ON connection.id = connection "
                               "WHERE kind = 'opened' AND NOT preexisting")  # fmt: skip
            opened.update(port for (port,) in found)
    assert set(opened.values()) == {1}
    for number, look in enumerate(last, 1):
        of_round = {port for port in opened if number * EACH <= port // 10 < (number + 1) * EACH}
        assert of_round >= {10 * each + end for each in range(EACH * number, look + 1) for end in range(5)}
    check_chain([part.path for part in parts])


def check_chain(paths: list[Path]) -> None:
    for before, after in pairwise(paths):
        with closing(Reader(after)) as reader:
            facts = reader.facts
        assert (facts["continues"], facts["continues_seal"]) == (before.name, verify(before).digest)
