"""What remembering activity costs: `python -m tests.benchmarks.findings_activity`.

A machine with 10,000 sockets, of which 20 change each second: each look is fed, each minute is judged. The budget is a
tenth of the time that looks take, of which a dump of the kernel at 10,000 sockets is the least: 12 ms.
"""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Callable
from functools import partial
from time import perf_counter

from tcpview_tui.findings.activity import Activity
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.rules.beacon import BEACON
from tcpview_tui.findings.rules.burst import BRUTE_FORCE, FAILING, SCAN
from tcpview_tui.findings.rules.lasting import DAY, LONG, UPLOAD, Standing
from tcpview_tui.findings.series import INTERVALS, PAIRS, Chronicle
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters
from tests.benchmarks.report import Figure, show
from tests.fakes import EPOCH
from tests.findings.workload import gone, outgoing

SOCKETS, CHANGES, MINUTES = 10_000, 20, 20
LOOK_MS = 12.0
PROGRAMS = [Process(n, 1.0, f"worker-{n}", "www-data", f"/usr/bin/worker-{n}") for n in range(100)]


def anybody(pick: random.Random, at: float) -> Row:
    end = f"203.0.{pick.randrange(64)}.{pick.randrange(256)}", pick.choice((443, 5432, 8080))
    return outgoing(at, end, pick.choice(PROGRAMS))


def steady() -> list[Figure]:
    pick, activity = random.Random(1), Activity()
    first = [outgoing(0, (f"198.51.{n >> 8}.{n & 255}", 443), preexisting=True) for n in range(SOCKETS)]
    begun = timed(lambda: activity.take(first, [], [], EPOCH))
    looks, dues, last = [], [], first[:CHANGES]
    for now in range(1, 60 * MINUTES + 1):
        opened = [anybody(pick, now) for _ in range(CHANGES)]
        closed = [gone(row) for row in last]
        looks.append(timed(partial(activity.take, opened, closed, opened, EPOCH + now)))
        last = opened
        if now % 60 == 0:
            dues.append(timed(partial(judge, activity, EPOCH + now)))
    return [
        Figure(f"take: the first look, {SOCKETS:,} sockets", begun, "ms"),
        Figure(f"take: a look with {CHANGES} changes, mean", sum(looks) / len(looks), "ms", LOOK_MS / 10, LOOK_MS),
        Figure("take: the slowest of these", max(looks), "ms"),
        Figure("due and its four rules, each minute, mean", sum(dues) / len(dues), "ms", 6 * LOOK_MS, 60 * LOOK_MS),
        Figure("due: the slowest of these", max(dues), "ms"),
    ]


def judge(activity: Activity, now: float) -> None:
    due = activity.due(now)
    for series in due.series:
        BEACON.check(series)
    for burst in due.bursts:
        for rule in (SCAN, BRUTE_FORCE, FAILING):
            rule.check(burst)


def worst() -> list[Figure]:
    """A scan of 1,000 connections a second, and a minute in which all pairs have news, which all are beacons."""
    activity = Activity()
    rows = [outgoing(n / 1000, address(n)) for n in range(60_000)]
    fed = timed(lambda: activity.take(rows, [], [], EPOCH + 60))
    scan = timed(lambda: judge(activity, EPOCH + 60))
    pairs = [pair for n in range(PAIRS) if (pair := pair_of(outgoing(0, address(n), PROGRAMS[n % 100])))]
    tracemalloc.start()
    full = Chronicle()
    for pair in pairs:
        for turn in range(INTERVALS + 1):
            full.take(pair, 60.0 * turn, 1.0, PROGRAMS[0])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    news = timed(lambda: [BEACON.check(series) for series in full.news(8)])
    return [
        Figure("take: 60,000 openings of a scan, each", fed / 60, "us"),
        Figure("due: the minute of that scan", scan, "ms"),
        Figure(f"due: {PAIRS:,} pairs with {INTERVALS} intervals, all new", news, "ms"),
        Figure("memory of these pairs", held / 2**20, "MB"),
    ]


def address(n: int) -> tuple[str, int]:
    return f"203.{n >> 16}.{n >> 8 & 255}.{n & 255}", 443


def lasting() -> list[Figure]:
    rows = [outgoing(0 if n % 100 else -DAY, address(n)) for n in range(SOCKETS)]
    standing = [Standing(row, Counters(1, 2), EPOCH + 60) for row in rows]
    took = timed(lambda: [(LONG.check(each), UPLOAD.check(each)) for each in standing])
    return [Figure(f"long-connection and upload, {SOCKETS:,} sockets once", took, "ms", 6 * LOOK_MS, 60 * LOOK_MS)]


def timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1e3


if __name__ == "__main__":
    show(f"Activity, {MINUTES} minutes; the ratio is to the looks of the same time", [*steady(), *worst(), *lasting()])
