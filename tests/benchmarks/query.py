"""What filtering costs: `python -m tests.benchmarks.query [ROWS]`.

Each filter runs over the same rows twice: first as a person meets it, then again. `none/all` compares a word that
nothing contains with one that every row contains; `naive` joins the text of every column of every row each time.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.query import parse
from tests.model.rows import make_process, make_row

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

FILTERS = (
    "port:443", "port:1024-2048", "pid>300", "is:new", "state:established", "proto:tcp", "remote:10.0.0.0/8",
    "remote:203.0.113.7", "age<60", "process:worker", "cmd:/--shard=1\\d+ /", "port:443 state:established -user:root",
    "tcp", "nothing-has-this", "443", "/^work.*7$/", "/nothing.*has.*this/",
)  # fmt: skip


def table(size: int) -> list[Row]:
    pick = random.Random(1)
    owners = [
        make_process(f"worker-{n}", n, user="www-data", executable="/usr/bin/worker", service="app.service",
                     command_line=f"/usr/bin/worker --shard={n} " + "--option=value " * 10)
        for n in range(1, 500)
    ]  # fmt: skip
    return [
        make_row(
            f"10.0.0.5:{pick.choice((22, 80, 443))}",
            f"{pick.choice((10, 172, 203))}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}:{pick.randrange(1024, 65536)}",
            pick.choice(owners),
            state=pick.choice((State.ESTABLISHED, State.TIME_WAIT)),
            first_seen=float(pick.randrange(2000)),
        )
        for n in range(size)
    ]


def timed(test: Callable[[Row, Context], bool], rows: list[Row], context: Context) -> tuple[float, int]:
    start = perf_counter()
    shown = len([row for row in rows if test(row, context)])
    return perf_counter() - start, shown


def naive(word: str) -> Callable[[Row, Context], bool]:
    return lambda row, context: any(word in column.text(row, context).casefold() for column in COLUMNS)


def main(size: int) -> None:
    rows, context = table(size), Context(now=2000.0)
    print(f"{size:,} rows{'':24}first ms   again ms   µs/row    shown")
    for text in FILTERS:
        predicate = parse(text).predicate
        first, _ = timed(predicate, rows, context)
        again, shown = timed(predicate, rows, context)
        print(f"{text:38}{first * 1e3:8.1f}{again * 1e3:11.1f}{again / size * 1e6:9.2f}{shown:9,}")
    everything, nothing, slow = (
        min(timed(test, rows, context)[0] for _ in range(5))
        for test in (parse("tcp").predicate, parse("nothing-has-this").predicate, naive("nothing-has-this"))
    )
    print(f"none/all {nothing / everything:.1f}x, naive/ours {slow / nothing:.0f}x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
