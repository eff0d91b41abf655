"""What a look at N sockets costs, beside other tools: `python -m tests.benchmarks.sampling [SOCKETS]`.

All readers look in turn, so that what else the machine does meets all of them. As root the sockets are in a network
namespace of their own; whoever is not root opens them beside everybody's, and no reader finds the owners of others.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

from tests.benchmarks.holders import MOST, Holders, files_allowed, holding
from tests.benchmarks.network import is_own, own_network
from tests.benchmarks.readers import LOOKERS, Look, Ours, Reader, Tool
from tests.benchmarks.report import Figure, show

OURS, RAW = "SockDiagSource", "raw dump"
TOOLS = ("ss -tunap", "ss -tunapi", "lsof -nPi")
ONCE = "lsof -nPi"
CHURN = {"0 %": 0.0, "1 %": 0.01, "10 %": 0.1}
FIRSTS, ROUNDS = 3, 5
INTERVAL = 1.0
"""Seconds between the rounds, as between the looks of the program: what is young is looked at again by time."""

SETTLING = 10
"""Looks after the first until it is steady: what is young is followed for five seconds, and a socket without a process
is sought among all files three times. Tools remember nothing, and have nothing to settle."""

ENOUGH = 10_000.0
"""Milliseconds of looks after which a reader is not asked again in a column."""

BUDGETS = (("steady, 0 %", "0 %", "ss -tunapi", 1 / 15), ("steady, 0 %", "0 %", "PsutilSource", 1 / 6),
           ("steady, 0 %", "0 %", RAW, 2.0), ("first", "first", "ss -tunap", 1.0))  # fmt: skip
"""DESIGN's, for 100,000 sockets: what ours may take for each millisecond of the other."""


@dataclass
class Results:
    """The looks of one reader, by column."""

    looks: dict[str, list[Look]] = field(default_factory=dict)

    def add(self, column: str, look: Look | None) -> None:
        self.looks.setdefault(column, []).extend([look] if look else [])

    def had_enough(self, column: str) -> bool:
        return sum(look.wall for look in self.looks.get(column, ())) > ENOUGH

    def wall(self, column: str) -> float | None:
        return _median(look.wall for look in self.looks.get(column, ()))

    @property
    def cpu(self) -> float | None:
        return _median(look.cpu for look in self.looks.get("0 %", ()))

    @property
    def megabytes(self) -> float | None:
        return max((look.memory / 1e6 for looks in self.looks.values() for look in looks), default=None)

    @property
    def sockets(self) -> int | None:
        return next((look.sockets for looks in reversed(self.looks.values()) for look in looks), None)


def _median(values: Iterator[float]) -> float | None:
    found = [*values]
    return statistics.median(found) if found else None


@contextmanager
def readers() -> Iterator[list[Reader]]:
    with ExitStack() as stack:
        there = [tool for tool in TOOLS if shutil.which(tool.split()[0])]
        found: list[Reader] = [*map(Ours, LOOKERS), *map(Tool, there)]
        yield [stack.enter_context(closing(reader)) for reader in found]


def measure(holders: Holders) -> dict[str, Results]:
    results: dict[str, Results] = {}
    for _ in range(FIRSTS - 1):
        with readers() as fresh:
            _ask(fresh, "first", results)
    with readers() as asked:
        _ask(asked, "first", results)
        _settle(asked)
        for column, share in CHURN.items():
            for _ in range(ROUNDS):
                time.sleep(INTERVAL)
                holders.replace(share)
                _ask(asked, column, results)
    return results


def _settle(asked: list[Reader]) -> None:
    for _ in range(SETTLING):
        time.sleep(INTERVAL)
        for reader in asked:
            if isinstance(reader, Ours):
                reader.look()


def _ask(asked: list[Reader], column: str, results: dict[str, Results]) -> None:
    """A tool's first look is as any other: it remembers nothing."""
    for reader in asked:
        result = results.setdefault(reader.name, Results())
        done = reader.name == ONCE and result.looks
        if not done and not result.had_enough(column):
            result.add(column, reader.look())


def table(results: dict[str, Results]) -> None:
    ours = results[OURS]
    columns = ("first", *CHURN)
    heads = "".join(f"{name:>10}{'ratio':>8}" for name in columns)
    print(f"{'':<16}{heads}{'CPU, 0 %':>10}{'MB':>6}{'found':>9}")
    for name, result in results.items():
        cells = "".join(_cell(result.wall(column), ours.wall(column)) for column in columns)
        print(f"{name:<16}{cells}{_number(result.cpu):>10}{_number(result.megabytes):>6}{_number(result.sockets):>9}")


def _cell(wall: float | None, ours: float | None) -> str:
    ratio = f"{wall / ours:.1f}x" if wall and ours else ""
    return f"{_number(wall):>10}{ratio:>8}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def budgets(results: dict[str, Results]) -> list[Figure]:
    figures = []
    for what, column, other, budget in BUDGETS:
        ours = results[OURS].wall(column)
        theirs = results[other].wall(column) if other in results else None
        if ours and theirs:
            name = f"{what}, for each ms of {other}"
            figures.append(Figure(name, ours / theirs, "ms", round(budget, 3)))
    return figures


def main(number: int) -> None:
    own_network("tests.benchmarks.sampling", str(number))
    files_allowed()
    with holding(number) as holders:
        where = "a network namespace of their own" if is_own() else "everybody's network namespace"
        print(f"{holders.sockets:,} TCP sockets in {where}; processes that hold them: {len(holders.children)}.")
        results = measure(holders)
    print("Wall time of a look in ms (medians) after so many sockets were replaced, and its ratio to SockDiagSource,")
    print("which alone reads every network namespace: what it found besides is of others.")
    table(results)
    for missing in (tool for tool in TOOLS if tool not in results):
        print(f"{missing:<16} left out: this machine does not have it")
    if number == MOST:
        show(f"SockDiagSource: the budgets for {MOST:,} sockets", budgets(results))
    else:
        print(f"The budgets are for {MOST:,} sockets.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
