"""A bench for who waits: all there is to judge of a look is judged when the call returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.rule import MARKED
from tcpview_tui.judging import bench as benches
from tcpview_tui.judging.sitting import TURNS, Sitting
from tcpview_tui.model.column import Context
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Code
from tcpview_tui.sources.base import Sampler
from tests.fakes import EPOCH, FakeClock
from tests.judging.cases import row
from tests.judging.test_bench import deleted_and_twin
from tests.lookup.geo.mmdb import mmdb
from tests.sources.net import linux


@contextmanager
def sitting(folder: Path, geo: Path | str = "") -> Iterator[Sitting]:
    bench = Sitting(FakeClock(), folder, None, str(geo))
    try:
        bench.start()
        yield bench
    finally:
        bench.stop()


@linux
def test_one_look_finds_a_deleted_program_and_not_its_normal_twin(tmp_path: Path) -> None:
    from tcpview_tui.sources.sockdiag import SockDiagSource

    clock = SystemClock()
    with (
        deleted_and_twin() as (pid, twin),
        closing(Sampler(SockDiagSource(clock), clock)) as sampler,
        sitting(tmp_path) as bench,
    ):
        sampler.sample()  # which may still be looking for a process
        snapshot, table = sampler.sample(), LiveTable(clock)
        context = bench.join(table.apply(snapshot), Context(now=snapshot.taken_at, gauges=snapshot.gauges))
        found = {row.owner.pid: context.findings(row) for row in table.rows.values() if row.owner}
        assert "deleted-exe" in [each.rule for each in found[pid]]
        assert not any(each.severity >= MARKED for each in found[twin])


def test_lists_and_databases_are_read_before_the_first_look(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "bad.txt").write_text("93.184.216.34\n")
    (tmp_path / "country.mmdb").write_bytes(
        mmdb({"93.184.216.0/24": {"country": {"iso_code": "CH"}}}, "GeoLite2-Country", int(EPOCH))
    )
    with sitting(tmp_path, tmp_path) as bench:
        listed, other = row(1), row(2, remote=("198.51.100.7", 443))
        context = bench.join({1: listed, 2: other}, Context(now=EPOCH))
        assert [each.rule for each in context.findings(listed)] == ["listed-address"]
        assert context.findings(other) == ()
        place = context.place("93.184.216.34")
        assert place
        assert place.country == "CH"


def test_the_first_look_looks_at_all_of_the_machine_and_a_later_one_takes_one_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sitting(tmp_path) as bench:
        assert bench._judge
        turns = []
        work = bench._judge.work

        def counted() -> None:
            turns.append(1)
            work()

        monkeypatch.setattr(bench._judge, "work", counted)
        bench.join({}, Context(now=EPOCH))
        assert len(turns) >= TURNS
        turns.clear()
        bench.join({}, Context(now=EPOCH + 1))
        assert turns == [1]


def test_without_a_baseline_nothing_is_outside_and_with_one_what_it_does_not_know(tmp_path: Path) -> None:
    known, new = row(1), row(2, remote=("198.51.100.7", 9999))
    with sitting(tmp_path) as bench:
        assert not bench.join({2: new}, Context(now=EPOCH)).is_outside(new)
        bench.learn([known], Context(), EPOCH)
    with sitting(tmp_path) as bench:
        context = bench.join({1: known, 2: new}, Context(now=EPOCH))
        assert [context.is_outside(each) for each in (known, new)] == [False, True]


def test_rules_that_cannot_be_loaded_are_a_problem_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(benches.Bench, "_prepare", fail)
    with sitting(tmp_path) as bench:
        context = bench.join({1: row(1)}, Context(now=EPOCH))
        assert context.findings(row(1)) == ()
        assert context.place("93.184.216.34") is None
        assert [problem.code for problem in bench.problems()] == [Code.JUDGING]
