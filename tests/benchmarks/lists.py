"""What reputation lists cost: `python -m tests.benchmarks.lists [ENTRIES]`.

Each list is read in a process of its own, whose memory is then its own too, once alone for the processor time, and once
in the background of a thread that wants the interpreter every 10 ms, for how long that thread is kept from running.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.benchmarks.report import Figure, measured, show

if TYPE_CHECKING:
    from collections.abc import Callable

ENTRIES = 1_000_000
ASKED = 5_000
TICK = 0.01
KINDS = ("addresses", "networks", "hashes")


def write(kind: str, number: int, path: Path) -> None:
    """Write a list of so many random entries, in no order, of which one in a hundred is special."""
    pick = random.Random(1)
    entry: dict[str, Callable[[], str]] = {
        "addresses": lambda: _address(pick),
        "networks": lambda: f"{_address(pick, last=0)}/{pick.randrange(16, 33)}",
        "hashes": lambda: f"{pick.randbytes(32).hex()}  a file {pick.randrange(number)}",
    }
    with path.open("w") as stream:
        stream.writelines(f"{entry[kind]()}\n" for _ in range(number))


def _address(pick: random.Random, last: int | None = None) -> str:
    a, b, c, d = (pick.randrange(*ends) for ends in ((1, 224), (256,), (256,), (256,)))
    return f"{a}.{b}.{c}.{d if last is None else last}"


def alone(path: Path) -> None:
    """Read one list and print the figures."""
    from tcpview_tui.lookup.lists.networks import sought
    from tcpview_tui.lookup.lists.reputation import load

    before = psutil.Process().memory_info().rss
    with measured() as reading:
        found = load(path)
    memory = (psutil.Process().memory_info().rss - before) / 2**20
    pick = random.Random(2)
    addresses = [packed for _ in range(ASKED) if (packed := sought(_address(pick)))]
    digests = [pick.randbytes(32) for _ in range(ASKED)]
    with measured() as asking:
        hits = sum(len(found.address(packed, 443)) for packed in addresses)
    with measured() as hashing:
        hits += sum(len(found.digest(digest)) for digest in digests)
    show(
        f"{sum(found.entries.counts.values()):,} entries of {path.name}",
        [
            Figure("reading, processor", reading.cpu / 1e3, "s", 2.0),
            Figure("memory", memory, "MB", 100.0),
            Figure("one address looked up", asking.cpu / len(addresses) * 1e3, "µs"),
            Figure("one hash looked up", hashing.cpu / len(digests) * 1e3, "µs"),
            Figure("hits", hits, ""),
        ],
    )


def beside(path: Path) -> None:
    """Read one list in the background, and print how late a thread is that wakes every 10 ms."""
    from tcpview_tui.clock import SystemClock
    from tcpview_tui.lookup.lists.folder import Lists

    late: list[float] = []
    lists = Lists(path.parent, SystemClock())
    usual = [_late() for _ in range(50)]
    begun = time.perf_counter()
    lists.refresh()
    while not lists.wait(0):
        late.append(_late())
    show(
        f"the same in the background, {time.perf_counter() - begun:.1f} s",
        [
            Figure("another thread late, median", sorted(late)[len(late) // 2], "ms"),
            Figure("another thread late, 99th percentile", sorted(late)[len(late) * 99 // 100], "ms"),
            Figure("another thread late, at most", max(late), "ms", 10.0),
            Figure("the same when nothing is read, at most", max(usual), "ms"),
        ],
    )


def _late() -> float:
    begun = time.perf_counter()
    threading.Event().wait(TICK)
    return (time.perf_counter() - begun - TICK) * 1e3


def main(number: int) -> None:
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, kind)
            write(kind, number, path)
            for part in ("alone", "beside"):
                subprocess.run([sys.executable, "-m", "tests.benchmarks.lists", part, str(path)], check=True)


if __name__ == "__main__":
    parts = {"alone": alone, "beside": beside}
    if len(sys.argv) == 3:
        parts[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES)
