"""From a snapshot to painted cells, beside Textual's DataTable: `python -m tests.benchmarks.table [ROWS ROWS]`."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Callable

from textual import events

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.diff import diff
from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import parse
from tcpview_tui.tui.screens.main import MainScreen
from tests.benchmarks.machine import Machine
from tests.benchmarks.painted import TEN, Line, cells, data_table, fill, ours, sent
from tests.benchmarks.report import Figure, Spent, measured, show

CHANGED = 0.02
ROUNDS = 5
PAINT_MS = 10.0
HUGE_MS = 150.0
KEY_MS = 100.0


def main(size: int, huge: int) -> None:
    asyncio.run(_beside_data_table(size))
    asyncio.run(_huge(huge))


async def _beside_data_table(size: int) -> None:
    changed, bytes_changed = await _ours(size, lambda machine: machine.change(round(size * CHANGED)))
    replaced, bytes_replaced = await _ours(size, lambda machine: machine.replace(round(size * CHANGED / 2)))
    cell, bytes_cell = await _update_cell(size)
    again, bytes_again = await _clear_and_add(size)
    show(
        f"{size:,} rows x 10 columns, 2 % differ: snapshot to painted, processor time",
        [
            Figure("this table, 2 % changed", changed, "ms", PAINT_MS),
            Figure("this table, 1 % gone and 1 % new", replaced, "ms", PAINT_MS),
            Figure("DataTable.update_cell, 2 % changed", cell, "ms", per=changed),
            Figure("DataTable.clear and add_row", again, "ms", per=changed),
            Figure("this table, 2 % changed", bytes_changed, "bytes"),
            Figure("this table, 1 % gone and 1 % new", bytes_replaced, "bytes"),
            Figure("DataTable.update_cell", bytes_cell, "bytes", per=bytes_changed),
            Figure("DataTable.clear and add_row", bytes_again, "bytes", per=bytes_changed),
        ],
    )


async def _ours(size: int, differ: Callable[[Machine], object]) -> tuple[float, float]:
    machine = Machine(size)
    times, bytes_ = [], []
    async with ours(machine.look()) as (screen, line):
        for _ in range(ROUNDS):
            differ(machine)
            look = machine.look()
            with measured() as spent:
                screen.session.take(look)
                screen.draw()
                number = await sent(line)
            times.append(spent.cpu)
            bytes_.append(number)
    return statistics.median(times), statistics.median(bytes_)


async def _update_cell(size: int) -> tuple[float, float]:
    machine, live = Machine(size), LiveTable(SystemClock())
    live.apply(machine.look())
    times, bytes_ = [], []
    async with data_table(live) as (table, line):
        for _ in range(ROUNDS):
            machine.change(round(size * CHANGED))
            look = machine.look()
            with measured() as spent:
                for key, row in live.apply(look).items():
                    if row is not None:
                        for column, text in zip(TEN, cells(row), strict=True):
                            if table.get_cell(str(key), column.id) != text:
                                table.update_cell(str(key), column.id, text)
                number = await sent(line)
            times.append(spent.cpu)
            bytes_.append(number)
    return statistics.median(times), statistics.median(bytes_)


async def _clear_and_add(size: int) -> tuple[float, float]:
    machine, live = Machine(size), LiveTable(SystemClock())
    live.apply(machine.look())
    async with data_table(live) as (table, line):
        machine.change(round(size * CHANGED))
        look = machine.look()
        with measured() as spent:
            live.apply(look)
            table.clear()
            fill(table, live)
            number = await sent(line)
    return spent.cpu, number


async def _huge(size: int) -> None:
    machine = Machine(size)
    first = machine.look()
    with measured() as applied:
        LiveTable(SystemClock()).apply(first)
    async with ours(first) as (screen, line):
        steps = [
            ("2 % changed: applied and merged", *await _next(screen, line, machine, "change")),
            ("1 % gone, 1 % new: applied and merged", *await _next(screen, line, machine, "replace")),
            ("filter that matches all", *await _step(screen, line, lambda: _filter(screen, "tcp"))),
            ("filter that matches none", *await _step(screen, line, lambda: _filter(screen, "nothing-has-this"))),
            ("the filter taken off", *await _step(screen, line, lambda: screen.session.filter(None))),
            ("sorted by remote address", *await _step(screen, line, lambda: _sort(screen, "remote"))),
            ("sorted by process, reversed", *await _step(screen, line, lambda: _sort(screen, "process", reverse=True))),
        ]
        steps += await _arranged(screen, line, machine)
        keys = [await _key(screen, line, key) for key in ("down", "down", "pagedown", "end", "up", "home", "down")]
        during = await _key_during_look(screen, line, machine)
    figures = [Figure("first look applied to an empty table", applied.cpu, "ms")]
    for what, work, paint in steps:
        figures += [Figure(what, work.cpu, "ms", HUGE_MS), Figure("    and painted", paint.cpu, "ms")]
    figures += [
        Figure("key to painted, median", statistics.median(keys), "ms", KEY_MS),
        Figure("key to painted, worst", max(keys), "ms", KEY_MS),
        Figure("key to painted while a look is taken in", during, "ms", KEY_MS),
    ]
    show(f"{size:,} rows: processor time, keys in wall time", figures)


async def _arranged(screen: MainScreen, line: Line, machine: Machine) -> list[tuple[str, Spent, Spent]]:
    """The same with everything that a day's work adds: closed rows that are kept, groups, a pin, a mark."""
    session, view = screen.session, screen.session.view
    session.keep_closed(True)
    steps = [("kept: 1 % gone, 1 % new", *await _next(screen, line, machine, "replace"))]
    for name in ("process", "remote", "network"):
        grouping = GROUPING_BY_ID[name]
        steps.append((f"grouped by {name}", *await _step(screen, line, lambda g=grouping: view.group(g))))  # type: ignore[misc]
        steps.append(("    2 % changed", *await _next(screen, line, machine, "change")))
        steps.append(("    1 % gone, 1 % new", *await _next(screen, line, machine, "replace")))
    steps.append(("a group opened", *await _step(screen, line, lambda: view.unfold(is_open=True))))
    steps.append(("no groups", *await _step(screen, line, lambda: view.group(None))))
    steps.append(("a row pinned", *await _step(screen, line, lambda: view.pin([view.targets()[0].key]))))
    steps.append(("marked", *await _step(screen, line, session.mark)))
    steps.append(("    2 % changed", *await _next(screen, line, machine, "change")))
    return steps


def _filter(screen: MainScreen, text: str) -> None:
    screen.session.filter(parse(text))


def _sort(screen: MainScreen, column: str, *, reverse: bool = False) -> None:
    screen.session.view.sort(Order((By(column, reverse),)))


async def _next(screen: MainScreen, line: Line, machine: Machine, how: str) -> tuple[Spent, Spent]:
    getattr(machine, how)(round(len(machine.connections) * CHANGED / (1 if how == "change" else 2)))
    look = machine.look()
    return await _step(screen, line, lambda: screen.session.take(look))


async def _step(screen: MainScreen, line: Line, work: Callable[[], object]) -> tuple[Spent, Spent]:
    with measured() as worked:
        work()
    with measured() as painted:
        screen.draw()
        await sent(line)
    return worked, painted


async def _key(screen: MainScreen, line: Line, key: str) -> float:
    line.sent.clear()
    with measured() as spent:
        screen.app.post_message(events.Key(key, None))
        await line.sent.wait()
    await sent(line)
    return spent.wall


async def _key_during_look(screen: MainScreen, line: Line, machine: Machine) -> float:
    """The key arrives just after the look has been handed over."""
    before = dict(machine.connections)
    machine.change(round(len(machine.connections) * CHANGED))
    look = machine.look()
    screen.app._deliver(look, diff(before, look.connections), 0.0)  # type: ignore[attr-defined]
    return await _key(screen, line, "down")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3] or ("10000", "100000")))
