"""Programs whose content is another one than was learned, and those of which that is normal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.departures import Departure
from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.findings.rule import Severity, Unknown
from tcpview_tui.judging import contents as module
from tcpview_tui.judging.case import Reader
from tcpview_tui.judging.connections import Connections
from tcpview_tui.judging.contents import LATER, Content, Contents
from tcpview_tui.judging.digests import Digests, is_there
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.model.column import Context
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.sources.packages.answers import Checksum, NotOwned, Owner, Ownership
from tcpview_tui.sources.packages.provenance import Provenance, Provenances
from tests.fakes import EPOCH
from tests.findings.processes import copied, folder, process_of, running, sleeping
from tests.judging.cases import Court, Reads, process, row
from tests.sources.net import linux

OLD, NEW = "0" * 64, "1" * 64
AGENT = process(7)
NOBODYS = NotOwned(("dpkg",))
DAY = 86_400.0


def learned(*digests: str, of: Process = AGENT, days: int = 20) -> Baseline:
    """A baseline that knows these contents of a program, each a day later than the one before."""
    baseline = Baseline()
    for number in range(days):
        baseline.learn([row(1, of)], Context(), "web1", EPOCH + number * DAY)
    for number, digest in enumerate(digests):
        baseline.recognise(of, digest, "web1", (number + 1, number + 1))
    return baseline


class Machine(Reads):
    """A machine on which programs have these contents, and packages say that."""

    def __init__(self, digest: str | None, owner: Ownership = NOBODYS, intact: bool | Unread | None = None) -> None:
        super().__init__()
        self.digest, self.found = digest, Provenance("/opt/agent", owner, intact)
        self.hashed = 0

    @property
    def reader(self) -> Reader:
        return super().reader._replace(digest_of=self._digest_of, provenance=lambda pid, compare: self.found)

    def _digest_of(self, _: Process) -> str | None:
        self.hashed += 1
        return self.digest


def judged(machine: Machine, baseline: Baseline, seen: Row | None = None) -> Content:
    return Contents(machine.reader).judge(baseline, seen or row(1, AGENT), EPOCH)


class Case(NamedTuple):
    digest: str | None
    owner: Ownership
    intact: bool | Unread | None


PACKAGE = Owner("agent", "dpkg", "1.2")
UNREAD = Unread("The file has been replaced since the process started.")
SUM = Checksum("md5", "0" * 32)
STARTED = AGENT.started or 0.0


@pytest.mark.parametrize(
    "case",
    [
        Case(OLD, NOBODYS, None),
        Case(NEW, PACKAGE, True),
        Case(NEW, PACKAGE, UNREAD),
        Case(NEW, PACKAGE, None),
        Case(NEW, PACKAGE._replace(checksum=SUM, installed=STARTED - 9), True),
        Case(NEW, PACKAGE._replace(checksum=SUM, installed=STARTED + 9), UNREAD),
        Case(NEW, PACKAGE._replace(installed=STARTED - 9), UNREAD),
    ],
)
def test_what_was_learned_and_what_a_package_brought_since_are_normal(case: Case) -> None:
    assert judged(Machine(*case), learned(OLD)) is None


def test_another_content_that_no_package_brought_is_a_departure() -> None:
    found = judged(Machine(NEW), learned("2" * 64, OLD))
    assert isinstance(found, Departure)
    assert found.sentence == f"/opt/agent is another one than was learned: SHA-256 {NEW}, learned {OLD}, {'2' * 64}."
    assert (found.kind, found.severity) == ("content", None)
    assert "updates itself" in found.against
    assert "learned on 20 days" in found.against


def test_one_that_is_unlike_its_package_as_well_is_grave() -> None:
    found = judged(Machine(NEW, PACKAGE, intact=False), learned(OLD))
    assert isinstance(found, Departure)
    assert "nor is it as its package agent 1.2 (dpkg) brought it" in found.sentence
    assert found.severity is Severity.HIGH


def test_that_the_original_was_put_back_is_no_upgrade_and_grave() -> None:
    older = PACKAGE._replace(checksum=SUM, installed=STARTED - 9)
    found = judged(Machine(NEW, older, UNREAD), learned(OLD))
    assert isinstance(found, Departure)
    assert "its package agent 1.2 (dpkg) was installed before the process started" in found.sentence
    assert found.severity is Severity.HIGH


def test_each_content_is_a_finding_of_its_own_so_that_the_silence_of_one_leaves_the_next() -> None:
    first, next_ = (judged(Machine(digest), learned(OLD)) for digest in (NEW, "2" * 64))
    assert isinstance(first, Departure)
    assert isinstance(next_, Departure)
    assert first.whom is not None
    assert next_.whom is not None
    assert first.whom.subject != next_.whom.subject


def test_that_its_package_is_not_known_is_said() -> None:
    found = judged(Machine(NEW, Unread("There is no package database.")), learned(OLD))
    assert isinstance(found, Departure)
    assert "Its package is not known: There is no package database." in found.against


def test_one_that_cannot_be_read_is_neither_and_one_that_has_ended_is_nothing() -> None:
    machine = Machine(None)
    assert isinstance(judged(machine, learned(OLD)), Unknown)
    machine.ended.add(AGENT.pid)
    assert judged(machine, learned(OLD)) is None


def test_one_that_ended_before_its_package_was_asked_is_nothing() -> None:
    machine = Machine(NEW)
    machine.ended.add(AGENT.pid)
    assert judged(machine, learned(OLD)) is None


@pytest.mark.parametrize("path", ["/bin/bash", "/usr/bin/python3.11", "/usr/bin/node"])
def test_shells_and_interpreters_are_not_compared(path: str) -> None:
    shell, machine = replace(AGENT, executable=path), Machine(NEW)
    assert not has_purpose(shell)
    assert judged(machine, learned(OLD, of=shell), row(1, shell)) is None
    assert machine.hashed == 0


@pytest.mark.parametrize("baseline", [Baseline(), learned()], ids=["empty", "without hashes"])
def test_nothing_is_read_when_no_hash_was_learned(baseline: Baseline) -> None:
    machine = Machine(NEW)
    assert judged(machine, baseline) is None
    assert machine.hashed == 0


def test_a_process_is_read_once_a_minute_however_many_rows_it_has() -> None:
    machine, baseline = Machine(OLD), learned(OLD)
    contents = Contents(machine.reader)
    for second in range(0, 60, 5):
        assert [contents.judge(baseline, row(key, AGENT), EPOCH + second) for key in range(5)] == [None] * 5
    assert machine.hashed == 1
    machine.digest = NEW  # it runs another file of the same name, with the same pid: execve(2)
    assert isinstance(contents.judge(baseline, row(1, AGENT), EPOCH + 60), Departure)
    assert contents.judge(learned(OLD, NEW), row(1, AGENT), EPOCH + 61) is None


def test_who_comes_after_half_a_second_of_reading_has_its_turn_at_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "HASHING", 0.0)
    machine, baseline = Machine(OLD), learned(OLD)
    contents = Contents(machine.reader)
    other = replace(AGENT, pid=8)
    assert contents.judge(baseline, row(1, AGENT), EPOCH) is LATER
    monkeypatch.undo()
    assert contents.judge(baseline, row(1, AGENT), EPOCH + 1) is None
    monkeypatch.setattr(module, "HASHING", 0.0)
    assert contents.judge(baseline, row(1, AGENT, other), EPOCH + 1) is LATER


def test_who_waits_for_its_turn_again_is_meanwhile_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, baseline = Machine(NEW), learned(OLD)
    contents = Contents(machine.reader)
    before = contents.judge(baseline, row(1, AGENT), EPOCH)
    machine.digest = OLD
    monkeypatch.setattr(module, "HASHING", 0.0)
    assert contents.judge(baseline, row(1, AGENT), EPOCH + 60) == before
    monkeypatch.undo()
    assert contents.judge(baseline, row(1, AGENT), EPOCH + 61) is None


def court(machine: Machine) -> Court:
    """Rows that are judged by a baseline that knows one content of the agent, on this machine."""
    comparison = Comparison(learned(OLD))
    return Court(Connections(Rules(), None, lambda: comparison, lambda _: None, Contents(machine.reader)))


def test_what_looked_grave_in_the_middle_of_an_upgrade_is_over_within_two_minutes() -> None:
    machine, seen = Machine(NEW, PACKAGE, intact=False), row(1, AGENT, remote=None)
    here = court(machine)
    here.look(seen)
    assert here.rules(seen) == ["changed-program"]
    machine.found = Provenance("/opt/agent", PACKAGE, True)
    assert sum(here.look(at=EPOCH + second) for second in range(10, 121, 10)) == 1
    assert here.rules(seen) == []


def test_a_process_that_executes_another_file_of_the_same_name_is_found_within_two_minutes() -> None:
    machine, rows = Machine(OLD), [row(key, AGENT, remote=None) for key in range(20)]
    here = court(machine)
    here.look(*rows)
    assert here.rules(rows[0]) == []
    machine.digest = NEW
    for second in range(10, 121, 10):
        here.look(at=EPOCH + second)
    assert [here.rules(each) for each in rows] == [["changed-program"]] * 20
    assert machine.hashed == 3  # once a minute for the process, and not for each row


def test_one_process_of_several_is_enough() -> None:
    found = judged(Machine(NEW), learned(OLD), row(1, replace(process(9), executable="/opt/other"), AGENT))
    assert isinstance(found, Departure)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    contents, baseline = Contents(Machine(OLD).reader), learned(OLD)
    for pid in range(9):
        contents.judge(baseline, row(1, replace(AGENT, pid=pid)), EPOCH)
    assert len(contents._known) <= 3


@linux
def test_a_real_program_is_known_until_its_file_is_another_one() -> None:
    digests, packages = Digests(), Provenances()
    contents = Contents(Reader(lambda *_: Unread(""), packages.of, digests.of, is_there, packages.successor))
    with folder() as place:
        program = copied("sleep", place / "agent")
        with sleeping(program) as pid:
            seen = process_of(pid)
            baseline = learned(digests.of(seen) or "", of=seen)
            assert contents.judge(baseline, row(1, seen), EPOCH) is None
        _lengthened(program)
        with sleeping(program) as pid:
            found = contents.judge(baseline, row(1, process_of(pid)), EPOCH)
            assert isinstance(found, Departure)
            assert str(digests.of(process_of(pid))) in found.sentence


def _lengthened(program: Path) -> None:
    """Put another program in the place of this one, which does the same."""
    new = program.with_suffix(".new")
    new.write_bytes(program.read_bytes() + b"\0")
    new.chmod(0o755)
    new.replace(program)


@linux
def test_an_upgrade_of_a_real_package_is_normal() -> None:
    digests, packages = Digests(), Provenances()
    with running("sleep", "600") as asleep:
        seen = process_of(asleep.pid)
        found = packages.of(asleep.pid, True)
        if not isinstance(found.owner, Owner) or found.intact is not True:
            pytest.skip("no package of this machine can vouch for sleep(1)")
        contents = Contents(Reader(lambda *_: Unread(""), packages.of, digests.of, is_there, packages.successor))
        assert contents.judge(learned(OLD, of=seen), row(1, seen), EPOCH) is None
