"""What the benchmarks print: figures beside their budgets, as ratios where a machine's speed would show."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Figure:
    """One measured number. `budget` is DESIGN's, in the same unit; `per` is what a ratio is taken of."""

    what: str
    value: float
    unit: str
    budget: float | None = None
    per: float | None = None


@dataclass
class Spent:
    """What a block took, in milliseconds of processor (all threads) and of wall time."""

    cpu: float = 0.0
    wall: float = 0.0


@contextmanager
def measured() -> Iterator[Spent]:
    spent = Spent()
    cpu, wall = time.process_time(), time.perf_counter()
    yield spent
    spent.cpu, spent.wall = (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3


def show(title: str, figures: list[Figure]) -> None:
    """Print one table."""
    print(f"\n{title}\n{'':<52}{'measured':>18}{'budget':>12}{'ratio':>9}")
    for figure in figures:
        budget = "" if figure.budget is None else f"{figure.budget:,g}"
        ratio = "" if not figure.per else f"{figure.value / figure.per:.1f}x"
        missed = figure.budget is not None and figure.value > figure.budget
        value = f"{figure.value:,.0f}" if abs(figure.value) >= 100 else f"{figure.value:,.2f}"
        print(f"{figure.what:<52}{value:>11} {figure.unit:<6}{budget:>12}{ratio:>9}{'  MISSED' if missed else ''}")
