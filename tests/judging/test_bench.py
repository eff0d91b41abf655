from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.rule import MARKED
from tcpview_tui.judging.bench import Bench
from tcpview_tui.model.column import Context
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Code
from tcpview_tui.sources.base import Sampler
from tests.fakes import EPOCH, FakeClock, connection
from tests.findings.processes import copied, folder, process_of, sleeping
from tests.judging.cases import row
from tests.sources.net import linux, until
from tests.tui.harness import live

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row


@contextmanager
def judging(bench: Bench) -> Iterator[threading.Event]:
    heard = threading.Event()
    bench.start(heard.set)
    try:
        yield heard
    finally:
        bench.stop()


@contextmanager
def talking(program: Path, delete: bool = False) -> Iterator[int]:
    """The pid of a real program that has one end of a real connection over loopback, and no file if it is deleted."""
    with socket.create_server(("127.0.0.1", 0)) as waiting, ExitStack() as stack:
        end = stack.enter_context(socket.create_connection(waiting.getsockname()))
        stack.enter_context(waiting.accept()[0])
        pid = stack.enter_context(sleeping(program, pass_fds=[end.fileno()]))
        end.close()
        if delete:
            program.unlink()
        yield pid


@contextmanager
def deleted_and_twin() -> Iterator[tuple[int, int]]:
    with folder() as place, ExitStack() as stack:
        pid = stack.enter_context(talking(copied("sleep", place / "updater"), delete=True))
        twin = stack.enter_context(talking(copied("sleep", place / "sleep")))
        yield pid, twin


class Machine:
    """Real looks at this machine, as far as they are about two processes."""

    def __init__(self, sampler: Sampler, bench: Bench, *pids: int) -> None:
        self.table = LiveTable(SystemClock())
        self._sampler, self._bench, self._pids = sampler, bench, pids

    def look(self) -> None:
        snapshot = self._sampler.sample()
        update = self.table.apply(snapshot)
        mine = {key: row for key, row in update.items() if row is None or self._is_mine(row)}
        self._bench.take(mine, snapshot.gauges, snapshot.taken_at, None)

    def sees_all(self) -> bool:
        self.look()
        return all(map(self.row_of, self._pids))

    def row_of(self, pid: int) -> Row | None:
        return next((row for row in self.table.rows.values() if row.owner and row.owner.pid == pid), None)

    def _is_mine(self, row: Row) -> bool:
        return row.owner is not None and row.owner.pid in self._pids


@linux
def test_a_deleted_program_with_a_connection_is_found_and_its_normal_twin_is_not(tmp_path: Path) -> None:
    from tcpview_tui.sources.sockdiag import SockDiagSource

    clock, bench = SystemClock(), Bench(SystemClock(), tmp_path)
    with deleted_and_twin() as (pid, twin), closing(Sampler(SockDiagSource(clock), clock)) as sampler:
        machine = Machine(sampler, bench, pid, twin)
        with judging(bench):
            until(machine.sees_all)
            marked, normal = machine.row_of(pid), machine.row_of(twin)
            assert marked
            assert normal
            until(lambda: bench.register.of(marked))
            found = next(each for each in bench.register.of(marked) if each.rule == "deleted-exe")
            assert "updater" in found.sentence
            assert found.digest is not None
            # Nobody's package: found, and low, or not to be told; either way it was judged.
            until(lambda: bench.register.of(normal) or bench.register.unchecked_of(normal))
            assert not any(each.severity >= MARKED for each in bench.register.of(normal))
            assert not bench.problems()


@linux
async def test_the_row_on_the_screen_has_its_mark_and_loses_it(tmp_path: Path) -> None:
    with deleted_and_twin() as (pid, twin):
        bad, good = process_of(pid), process_of(twin)
        accepted = connection(1, local=("127.0.0.1", 50001), remote=("127.0.0.1", 4444), owners=[bad])
        handed = connection(1, local=("127.0.0.1", 50001), remote=("127.0.0.1", 4444), owners=[good])
        async with live(accepted, bench=lambda clock: Bench(clock, tmp_path), linger=0.0) as program:
            register = program.app.session.bench.register
            await program.until(lambda: "!" in program.line_with("50001"))
            assert any(each.rule == "deleted-exe" for each in register.findings)
            await program.look(handed)
            await program.until(lambda: "!" not in program.line_with("50001"))
            await program.advance(61)
            await program.sample()
            await program.until(lambda: not any(each.rule == "deleted-exe" for each in register.findings))


@linux
async def test_it_is_judged_while_the_view_is_frozen(tmp_path: Path) -> None:
    with deleted_and_twin() as (pid, twin):
        bad, good = process_of(pid), process_of(twin)
        normal = connection(1, local=("127.0.0.1", 50001), remote=("127.0.0.1", 4444), owners=[good])
        other = connection(2, local=("127.0.0.1", 50002), remote=("127.0.0.1", 4444), owners=[bad])
        async with live(normal, bench=lambda clock: Bench(clock, tmp_path), linger=0.0) as program:
            await program.press("space")
            await program.look(normal, other)
            register = program.app.session.bench.register
            await program.until(lambda: any(each.rule == "deleted-exe" for each in register.findings))
            assert "50002" not in program.text
            await program.press("space")
            await program.until(lambda: "!" in program.line_with("50002"))


async def test_a_filter_for_what_is_new_says_that_there_is_no_baseline_and_not_before_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, prepare = threading.Event(), Bench._prepare
    monkeypatch.setattr(Bench, "_prepare", lambda self, *pids: loading.wait(20) and prepare(self, *pids))
    async with live(connection(1), bench=lambda clock: Bench(clock, tmp_path), size=(200, 20)) as program:
        await program.burst("/is:new-to-baseline\r")
        assert "no baseline" not in program.text
        loading.set()
        await program.until(lambda: "no baseline to compare with" in program.text)


def test_without_a_folder_nothing_is_judged_and_nothing_is_started() -> None:
    bench = Bench(FakeClock())
    with judging(bench):
        bench.take({1: row(1)}, {}, EPOCH, None)
    assert (bench.is_on, bench.outside, bench.problems()) == (False, None, [])
    assert bench.scope() == "Nothing is judged in this run."
    assert bench.learn([], Context(), EPOCH).startswith("Nothing was learned")


def test_what_fails_is_told_as_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.judging.works.watches", lambda _: 1 / 0)
    bench = Bench(FakeClock(), tmp_path)
    with judging(bench) as heard:
        assert heard.wait(20)
        (problem,) = bench.problems()
    assert (problem.code, problem.summary) == (Code.JUDGING, "no more is judged of everything")


def test_silences_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "silences.json").write_text("{")
    (problem,) = Bench(FakeClock(), tmp_path).problems()
    assert "nothing of it is silent" in problem.detail


def test_each_of_what_is_amiss_has_a_title_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "silences.json").write_text("{")
    (tmp_path / "baseline.json").write_text("{")
    (tmp_path / "lists").mkdir()
    for name in ("one.txt", "two.txt"):
        (tmp_path / "lists" / name).write_bytes(b"\0" * 64)
    bench = Bench(FakeClock(), tmp_path)
    with judging(bench) as heard:
        assert heard.wait(20)
        bench.take({1: row(1)}, {}, EPOCH, None)
        until(lambda: bench._works and not bench._works._lists.unread and len(bench._works._lists.problems) == 2)
        monkeypatch.setattr("tcpview_tui.judging.judge.Judge.late", 23.0)
        assert bench._judge
        bench._judge.failed = ("processes", "connections")
        summaries = [problem.summary for problem in bench.problems()]
        details = " ".join(problem.detail for problem in bench.problems())
    assert sorted(summaries) == [
        "judging is behind by 20 seconds or more",
        "no more is judged of processes, connections",
        "reputation lists are not, or not wholly, used",
        "silences could not be read or written",
        "the baseline could not be read",
    ]
    assert all(name in details for name in ("one.txt", "two.txt", "silences.json", "baseline.json"))
