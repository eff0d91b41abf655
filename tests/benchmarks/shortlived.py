"""How many short-lived TCP connections are seen, at what cost: `python -m tests.benchmarks.shortlived [SECONDS]`.

Each connection lives 2 to 20 ms and ends by reset, so that no TIME_WAIT is left to be found. All watchers look once a
second at the same connections. Seen is what a look listed or told as passed; named, what it told the process of.
"""

from __future__ import annotations

import heapq
import random
import socket
import sys
import time

from tests.benchmarks.holders import BACKLOG, RESET, files_allowed
from tests.benchmarks.network import own_network
from tests.benchmarks.watchers import Seen, result, watching

ADDRESS = "127.78.1.1"
RATES = (100, 1_000, 4_000)
SHORTEST, LONGEST = 0.002, 0.020
MOST_SECONDS = 6.0
"""At 4,000 a second, then, the ephemeral ports (ip_local_port_range) are not used up."""


class Flood:
    """Opens connections at a rate, each for its own time. `made` counts them."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._pick = random.Random(1)
        self._open: list[tuple[float, int, tuple[socket.socket, socket.socket]]] = []
        self.made = 0

    def run(self, rate: int, seconds: float) -> float:
        """Return the seconds that it took: a slow machine does not keep the rate."""
        began = time.monotonic()
        for number in range(round(rate * seconds)):
            due = began + number / rate
            self._close(due)
            self._wait(due)
            self._connect()
        self._close(float("inf"))
        return time.monotonic() - began

    def _connect(self) -> None:
        ends = socket.create_connection(self._listener.getsockname()), self._listener.accept()[0]
        ends[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.made += 1
        over = time.monotonic() + self._pick.uniform(SHORTEST, LONGEST)
        heapq.heappush(self._open, (over, self.made, ends))

    def _close(self, until: float) -> None:
        """Close, each in its moment, those whose time is over by then."""
        while self._open and self._open[0][0] <= until:
            over, _, ends = heapq.heappop(self._open)
            self._wait(over)
            for end in ends:
                end.close()

    @staticmethod
    def _wait(moment: float) -> None:
        rest = moment - time.monotonic()
        if rest > 0:
            time.sleep(rest)


def round_at(rate: int, seconds: float) -> None:
    with socket.create_server((ADDRESS, 0), backlog=BACKLOG) as listener:
        flood = Flood(listener)
        with watching(listener.getsockname()) as children:
            took = flood.run(rate, seconds)
            results = {name: result(child) for name, child in children.items()}
    print(f"\n{flood.made:,} connections in {took:.1f} s, {flood.made / took:,.0f} a second (wanted: {rate:,})")
    print(f"{'':<28}{'seen':>8}{'share':>8}{'named':>8}{'CPU s':>8}{'looks':>7}{'longest ms':>12}")
    for name, seen in results.items():
        print(f"{name:<28}{_cells(seen, flood.made)}")


def _cells(found: Seen | None, made: int) -> str:
    if found is None:
        return "  failed, or took too long"
    trace = "   trace" if found.follows else ""
    share = f"{100 * found.seen / made:.1f} %"
    numbers = f"{found.cpu:>8.2f}{found.looks:>7}{found.longest * 1e3:>12.0f}"
    return f"{found.seen:>8,}{share:>8}{found.named:>8,}{numbers}{trace}"


def main(seconds: float) -> None:
    own_network("tests.benchmarks.shortlived", str(seconds))
    files_allowed()
    for rate in RATES:
        round_at(rate, min(seconds, MOST_SECONDS))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
