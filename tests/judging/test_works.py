import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.file import change, load
from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging.digests import is_there
from tcpview_tui.judging.verdict import News, Rules
from tcpview_tui.judging.works import Works
from tcpview_tui.model.column import Context
from tcpview_tui.model.row import Row
from tcpview_tui.model.snapshot import Code
from tests.fakes import EPOCH, FakeClock
from tests.findings.baseline.lessons import DAY, lesson, listening, talk
from tests.findings.processes import copied, folder, process_of, sleeping
from tests.judging.cases import row
from tests.lookup.geo.mmdb import mmdb
from tests.sources.net import linux, until


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    made = Works(FakeClock(), tmp_path, None, Rules())
    yield made
    made.close()


def take(works: Works, **rows: object) -> None:
    for panel in works.panels[:3]:
        panel.take(News({each.key: each for each in rows.values()}, {}, EPOCH))  # type: ignore[attr-defined, misc]
        list(panel.due(EPOCH))


def test_without_a_baseline_no_row_is_outside(works: Works) -> None:
    assert (works.outside, works.problems()) == (None, [])
    assert "without a baseline" in works.scope()


def test_what_was_learned_is_kept_and_the_rows_are_judged_by_it(works: Works, tmp_path: Path) -> None:
    known, new = row(1), row(2, remote=("198.51.100.7", 9999))
    assert "1 row of 1 program" in works.learn([known], Context(), EPOCH)
    assert load(tmp_path / "baseline.json").programs
    take(works, known=known, new=new)
    assert works.outside == 1


@pytest.mark.parametrize(
    ("learned", "told"),
    [
        (
            lesson(listening("0.0.0.0:80")),
            ("the baseline was learned 84 days ago", "What updates have changed since is outside of it."),
        ),
        (Baseline(), ("the baseline knows nothing yet", "Everything is outside of it.")),
    ],
)
def test_of_a_baseline_that_is_old_or_empty_it_is_said_which(
    tmp_path: Path, learned: Baseline, told: tuple[str, str]
) -> None:
    change(tmp_path / "baseline.json", learned.joined)
    clock = FakeClock()
    clock.advance(84 * DAY)
    works = Works(clock, tmp_path, None, Rules())
    assert [(problem.summary, problem.detail) for problem in works.problems()] == [told]
    works.close()


def test_a_damaged_baseline_is_a_problem_and_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text("{")
    works = Works(FakeClock(), tmp_path, None, Rules())
    assert [problem.code for problem in works.problems()] == [Code.JUDGING]
    assert works.learn([row(1)], Context(), EPOCH).startswith("Nothing was learned.")
    assert file.read_text() == "{"


@linux
def test_a_program_that_is_another_one_than_was_learned_is_found(works: Works, tmp_path: Path) -> None:
    with folder() as place:
        program = copied("sleep", place / "agent")
        with sleeping(program) as pid:
            before = row(1, process_of(pid))
            works.learn([before], Context(), EPOCH)
            assert row_rules(works, before) == []
        content = program.read_bytes()
        program.unlink()
        program.write_bytes(content + b"\0")
        program.chmod(0o755)
        with sleeping(program) as pid:
            after = row(2, process_of(pid))
            assert row_rules(works, after) == ["changed-program"]
            assert works.is_outside(after)
            works.learn([after], Context(), EPOCH)
            assert row_rules(works, after) == []
            assert not works.is_outside(after)
    assert len(next(iter(load(tmp_path / "baseline.json").programs.values())).sha256) == 2


def row_rules(works: Works, seen: Row) -> list[str]:
    """Let a row be judged, and return what is found of it."""
    panel, register = works.panels[1], Register(Silences(None))
    panel.take(News({seen.key: seen}, {}, EPOCH))
    for verdict in panel.due(EPOCH):
        register.put(verdict.of, verdict.about, verdict.answers, EPOCH)
    return [each.rule for each in register.of(seen)]


def test_what_another_program_learned_is_in_force_with_the_next_look(works: Works, tmp_path: Path) -> None:
    seen = row(1)
    take(works, seen=seen)
    assert not works.is_outside(seen)
    change(tmp_path / "baseline.json", lambda _: lesson(listening("0.0.0.0:80")))
    take(works)
    assert works.is_outside(seen)
    change(tmp_path / "baseline.json", lambda before: before.joined(lesson(talk("93.184.216.34:443"))))
    take(works)
    assert works.outside == 0
    (tmp_path / "baseline.json").write_text("{")
    take(works)
    assert works.outside == 0
    assert "What it held before still counts." in works.problems()[0].detail


def test_lists_are_read_while_it_works(works: Works, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "bad.txt").write_text("93.184.216.34\n")
    take(works, seen=row(1))
    until(lambda: works._lists.version)
    assert works._lists.address("93.184.216.34", 443)


def test_rules_that_failed_are_told(works: Works) -> None:
    works._rules.failed["scan"] = 2
    assert [(problem.code, "scan (2)" in problem.detail) for problem in works.problems()] == [(Code.RULES, True)]


def test_a_process_is_there_until_it_ends_and_is_no_other_with_its_pid() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = process_of(child.pid)
    assert is_there(seen)
    assert not is_there(replace(seen, started=(seen.started or 0) - 100))
    child.communicate()
    assert not is_there(seen)
    assert is_there(process_of(os.getpid()))


def test_of_when_the_databases_of_addresses_are_is_told(tmp_path: Path) -> None:
    (tmp_path / "country.mmdb").write_bytes(
        mmdb({"9.9.9.0/24": {"country": {"iso_code": "CH"}}}, "GeoLite2-Country", int(EPOCH) - 3 * 86_400)
    )
    works = Works(FakeClock(), tmp_path, None, Rules(), str(tmp_path))
    try:
        assert works.places.wait(30)
        (problem,) = works.origins()
        assert problem.code is Code.PLACES
        assert "country.mmdb" in problem.detail
        assert "3 days old" in problem.detail
        assert works.places.look_up("9.9.9.9")
    finally:
        works.close()
