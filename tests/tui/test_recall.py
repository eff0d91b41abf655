"""What a person changed comes back in the next run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.config import build
from tcpview_tui.remembered import FILE_NAME, Memory, merged
from tcpview_tui.sources.base import Sampler
from tcpview_tui.tui.app import TcpviewApp
from tests.fakes import FakeClock, FakeSource, connection, listener
from tests.tui.gestures import CTRL_A, DOWN_ARROW, END, ESC, HOME, RIGHT_ARROW, click, drag, edge, keys, table_lines
from tests.tui.harness import Live

ONE, TWO = (connection(n, remote=(f"203.0.113.{n}", 443)) for n in (1, 2))
WEB = listener(10, 80)
ALL = (ONE, TWO, WEB)


@asynccontextmanager
async def run(folder: Path | None, cache: Path, **given: Any) -> AsyncIterator[Live]:
    """One run of the program, with options as the command line merges them."""
    clock, source, memory = FakeClock(), FakeSource(*ALL), Memory(folder)
    settings = merged(build({"theme": "dark", "offline": True} | given), memory.remembered, given)
    app = TcpviewApp(Sampler(source, clock), clock, settings, cache, memory=memory)
    async with app.run_test(size=(120, 40)) as pilot:
        program = Live(app, pilot, source, clock)
        await program.until(lambda: app.session.snapshot is not None)
        yield program
    if app.failure is not None:
        raise app.failure


async def test_all_that_was_changed_comes_back(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        session = program.app.session
        await program.burst(f"+/tcp\rFnmine\r\r/203\rg{DOWN_ARROW}\r")
        await program.burst(f"s{DOWN_ARROW * 2}\rs\rLx")
        await program.burst(f"S{DOWN_ARROW * 3} \r")
        await program.burst(f"c{DOWN_ARROW} {DOWN_ARROW * 2}++K\r")
        await program.burst(f"T{HOME}{DOWN_ARROW}\r")
        await program.burst(f"{END}{RIGHT_ARROW}{DOWN_ARROW}\r")
        assert session.details
        lines, theme, arrangement = table_lines(program), program.app.theme_name, session.arrangement
        sieve = session.sieve
    async with run(tmp_path, tmp_path) as program:
        again = program.app.session
        assert again.interval == program.app.feed.interval == session.interval == 2.0
        assert again.sieve.query is not None
        assert again.sieve.query.text == "203"
        assert [(each.name, each.query.text, each.on) for each in again.sieve.named] == [("mine", "tcp", True)]
        assert (again.sieve.off, again.sieve.states) == (sieve.off, sieve.states)
        assert again.sieve.off
        assert again.sieve.states
        assert again.arrangement == arrangement
        assert again.view.order == session.view.order
        assert again.view.order.by
        assert again.view.grouping is session.view.grouping
        assert again.view.grouping is not None
        assert again.live.keeps_closed
        assert program.app.theme_name == theme != "dark"
        assert program.main.details.display
        assert lines
        for word in ("Filter  203", "Saved  mine", "Hidden", "Groups", "Closed kept"):
            assert word in program.lines[-4]
        assert "Interval: 2 s" in program.text


async def test_what_is_switched_off_again_stays_off(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst("/203\rxl\r")
    async with run(tmp_path, tmp_path) as program:
        assert program.main.details.display
        await program.burst("x")
        for _ in range(2):
            await program.press("escape")
    async with run(tmp_path, tmp_path) as program:
        session = program.app.session
        assert (session.sieve.query, session.sieve.off) == (None, frozenset())
        assert not session.details
        assert not session.live.keeps_closed
        assert keys(program) == [1, 2, 10]


async def test_an_option_is_for_this_run_only_unless_it_is_changed_in_it(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst("/curl\r+")
    async with run(tmp_path, tmp_path, filter="listen", interval=5.0, theme="light") as program:
        assert keys(program) == [10]
        assert program.app.feed.interval == 5.0
        await program.burst("l")
    async with run(tmp_path, tmp_path) as program:
        session = program.app.session
        assert session.sieve.query is not None
        assert session.sieve.query.text == "curl"
        assert (session.interval, session.theme) == (2.0, "dark")
        assert len(session.sieve.off) == 1
    async with run(tmp_path, tmp_path, interval=5.0) as program:
        await program.burst("+")
    async with run(tmp_path, tmp_path) as program:
        assert program.app.feed.interval == 10.0


async def test_what_is_typed_and_taken_back_is_not_remembered(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst("/secret")
        await program.press("escape")
        await program.burst("llxx+-")
        await program.burst(f"g{DOWN_ARROW}{ESC}")
        await program.burst(f"S  {ESC}c++0{ESC}")
    assert not (tmp_path / FILE_NAME).exists()


async def test_moving_selecting_pinning_and_marks_are_not_remembered(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst(f"{DOWN_ARROW}pmn {CTRL_A}")
    assert not (tmp_path / FILE_NAME).exists()


async def test_the_mouse_is_remembered_too(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        at = edge(program, "process")
        await program.burst(drag((at, 0), (at + 5, 0)))
        await program.burst(click(program.lines[0].index("State"), 0))
        header = program.lines[0]
    async with run(tmp_path, tmp_path) as program:
        assert program.lines[0] == header
        assert dict(program.app.session.arrangement.widths).keys() == {"process"}


async def test_it_is_written_while_the_program_runs(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst("l")
        program.main._remember()
        assert Memory(tmp_path).remembered.hidden
        await program.burst("l")
        program.main._remember()
        assert not Memory(tmp_path).remembered.hidden


async def test_a_filter_in_force_is_remembered_also_when_it_was_still_being_typed(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        await program.burst("/203.0.113.2")
        program.app.exit(0)
    assert Memory(tmp_path).remembered.filter == "203.0.113.2"


@pytest.mark.parametrize(
    "content", ["interval = [", "\udcff", 'interval = "soon"'], ids=["not TOML", "not UTF-8", "text"]
)
async def test_a_damaged_memory_is_said_and_the_program_starts(tmp_path: Path, content: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_bytes(content.encode(errors="surrogateescape"))
    async with run(tmp_path, tmp_path) as program:
        assert "Nothing is remembered" in program.text
        assert keys(program) == [1, 2, 10]
        await program.burst("l")
        assert "Nothing is remembered" not in program.text
    assert Memory(tmp_path).problem is None
    assert Memory(tmp_path).remembered.hidden
    assert (tmp_path / "remembered.damaged.toml").exists()


async def test_a_value_without_meaning_is_said_and_the_rest_counts(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('group = "colour"\nsort = ["-pid"]\nfilter = "rport:"\n')
    async with run(tmp_path, tmp_path) as program:
        assert "means nothing" in program.text
        assert program.app.session.view.grouping is None
        assert [by.column for by in program.app.session.view.order.by] == ["pid"]
        assert keys(program) == [1, 2, 10]


async def test_a_folder_that_cannot_be_written_is_said_once_and_hurts_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "no-folder"
    folder.write_text("a file")
    async with run(folder, tmp_path) as program:
        await program.burst("l")
        program.main._remember()
        assert "not remembered" in program.text
        await program.burst(DOWN_ARROW)
        assert "not remembered" not in program.text


async def test_without_a_memory_nothing_is_read_or_written(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('hidden = ["listeners"]\n')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    async with run(None, tmp_path / "cache") as program:
        assert keys(program) == [1, 2, 10]
        await program.burst(f"l/203\rg{DOWN_ARROW}\r\r")
        program.main._remember()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
