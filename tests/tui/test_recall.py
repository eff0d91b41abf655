"""What a person changed comes back in the next run."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui import memory as memory_module
from tcpview_tui.config import build
from tcpview_tui.memory import FILE_NAME, Memory, save
from tcpview_tui.remembered import Remembered, SavedFilter, merged
from tcpview_tui.sources.base import Sampler
from tcpview_tui.tui.app import TcpviewApp
from tcpview_tui.tui.recall import THINGS
from tests.fakes import FakeClock, FakeSource, connection, listener
from tests.tui.gestures import CTRL_A, DOWN_ARROW, END, ESC, RIGHT_ARROW, click, drag, edge, keys, table_lines
from tests.tui.harness import Live
from tests.tui.steady import Steady

ONE, TWO = (connection(n, remote=(f"203.0.113.{n}", 443)) for n in (1, 2))
WEB = listener(10, 80)
ALL = (ONE, TWO, WEB)


@asynccontextmanager
async def run(folder: Path | None, cache: Path, **given: Any) -> AsyncIterator[Live]:
    """One run of the program, with options as the command line merges them."""
    clock, source, memory = FakeClock(), FakeSource(*ALL), Memory(folder)
    settings = merged(build({"theme": "dark", "offline": True} | given), memory.remembered, given)
    app = TcpviewApp(Sampler(source, clock), clock, settings, cache, memory=memory)
    async with app.run_test(size=(120, 40)):
        program = Live(app, Steady(app), source, clock)
        await program.until(lambda: app.session.snapshot is not None)
        yield program
    if app.failure is not None:
        raise app.failure


async def written(program: Live) -> None:
    """Let the program write what was changed, as it does when a person pauses."""
    program.main._remember()
    await program.until(lambda: not program.main._is_remembering)


def load(folder: Path) -> Remembered:
    return Memory(folder).remembered


async def test_all_that_was_changed_comes_back(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as program:
        session = program.app.session
        await program.burst(f"+/tcp\rFnmine\r\r/203\rg{DOWN_ARROW}\r")
        await program.burst(f"s{DOWN_ARROW * 2}\rs\rLx")
        await program.burst(f"S{DOWN_ARROW * 3} \r")
        await program.burst(f"c{DOWN_ARROW} {DOWN_ARROW * 2}++K\r")
        await program.burst(f"T{END}\r")
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
        assert " 2 s " in program.line_with("Endpoints")


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
        await written(program)
        assert load(tmp_path).hidden
        await program.burst("l")
        await written(program)
        assert not load(tmp_path).hidden


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


async def test_a_change_that_cannot_be_written_is_said_once_and_tried_again_with_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "no-folder"
    folder.write_text("a file")
    async with run(folder, tmp_path) as program:
        await program.burst("l")
        await written(program)
        assert "not remembered" in program.text
        for _ in range(2):
            await program.burst(DOWN_ARROW)
            await written(program)
            assert "not remembered" not in program.text
        await program.burst("x")
        await written(program)
        assert "not remembered" in program.text
        folder.unlink()
        await program.burst(f"g{DOWN_ARROW}\r")
        await written(program)
        assert "not remembered" not in program.text
        found = load(folder)
        assert (bool(found.hidden), found.keep_closed, bool(found.group)) == (True, True, True)


async def test_what_could_not_be_written_is_tried_again_when_leaving(tmp_path: Path) -> None:
    folder = tmp_path / "no-folder"
    folder.write_text("a file")
    async with run(folder, tmp_path) as program:
        await program.burst("l")
        await written(program)
        folder.unlink()
    assert load(folder).hidden


async def test_a_slow_disk_holds_up_no_key_and_gets_the_last_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, states = threading.Event(), threading.Event(), []

    def slowly(folder: Path, remembered: Remembered) -> None:
        states.append((remembered.keep_closed, threading.current_thread() is threading.main_thread()))
        begun.set()
        go_on.wait(10)
        save(folder, remembered)

    monkeypatch.setattr(memory_module, "save", slowly)
    async with run(tmp_path, tmp_path) as program:
        await program.burst("x")
        program.main._remember()
        await program.until(begun.is_set)
        await program.burst("x")
        assert not program.app.session.live.keeps_closed
        program.main._remember()
        await program.burst("l")
        program.main._remember()
        assert states == [(True, False)]
        go_on.set()
        await program.until(lambda: not program.main._is_remembering)
        assert states == [(True, False), (False, False)]
        assert load(tmp_path).hidden
        await program.burst("x")
    assert states[2:] == [(True, True)]


async def test_filters_saved_in_two_programs_that_run_stay(tmp_path: Path) -> None:
    async with run(tmp_path, tmp_path) as one, run(tmp_path, tmp_path) as other:
        await one.burst("/tcp\rFnweb\r\r")
        await written(one)
        await other.burst("/udp\rFndns\r\rs\r")
        await written(other)
        await one.burst("F \r")
        await written(one)
    assert load(tmp_path).filters == {"web": SavedFilter("tcp", on=False), "dns": SavedFilter("udp")}


async def test_a_file_that_cannot_be_read_is_said_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    save(tmp_path, Remembered(interval=5.0))
    with monkeypatch.context() as patch:
        patch.setattr(memory_module, "read_content", refuse)
        async with run(tmp_path, tmp_path) as program:
            assert "nothing of this run will be" in program.text
            await program.burst("l")
    assert load(tmp_path) == Remembered(interval=5.0)


def test_everything_that_is_remembered_is_in_the_table_once() -> None:
    assert tuple(thing.name for thing in THINGS) == Remembered.__struct_fields__


async def test_without_a_memory_nothing_is_read_or_written(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('hidden = ["listeners"]\n')
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    async with run(None, tmp_path / "cache") as program:
        assert keys(program) == [1, 2, 10]
        await program.burst(f"l/203\rg{DOWN_ARROW}\r\r")
        await written(program)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
