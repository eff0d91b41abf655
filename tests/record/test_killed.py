"""kill -9 at any moment: the file opens, is intact, and holds every look that was written."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.verify import verify
from tests.sources.net import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

WRITES = """
import sys
from pathlib import Path
from tcpview_tui.clock import SystemClock
from tcpview_tui.record.event import Closed, Moment, Opened
from tcpview_tui.record.recording import Recording
from tests.fakes import connection
clock = SystemClock()
recording = Recording(Path(sys.argv[1]), [("host", "h")], clock)
look = 0
while True:
    look += 1
    at = Moment(clock.wall(), clock.monotonic(), look)
    rows = [connection((look, each)) for each in range(20)]
    recording.write([*(Opened(at, row) for row in rows), *(Closed(at, row.key) for row in rows)])
    print(look, flush=True)
"""

TIMES = 50


@pytest.mark.parametrize("part", range(5))
def test_what_was_written_is_there_whenever_it_is_killed(part: int, tmp_path: Path) -> None:
    chance = random.Random(part)
    for number in range(TIMES // 5):
        path = tmp_path / f"{number}.tcpview"
        child = subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child:
            looks = [int(child.stdout.readline()) for _ in range(chance.randrange(1, 40))]
            child.kill()
            looks += map(int, child.stdout)
            child.wait(PATIENCE)
        verdict = verify(path)
        assert verdict.fault is None
        assert verdict.events >= 40 * looks[-1]
        assert verdict.events % 40 == 0
