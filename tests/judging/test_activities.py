from dataclasses import replace
from typing import Any

import pytest

from tcpview_tui.findings.register import subjects
from tcpview_tui.findings.rule import Answer, Severity
from tcpview_tui.findings.rules.burst import SCAN
from tcpview_tui.judging import told as module
from tcpview_tui.judging.activities import Activities
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.model.about_findings import explained
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.row import Row
from tests.fakes import CURL, EPOCH
from tests.findings.workload import AGENT, gone, outgoing
from tests.judging.cases import Court

OTHER = ("198.51.100.9", 443)


@pytest.fixture
def court() -> Court:
    return Court(Activities(Rules(), lambda of: f"{of.pid:064x}"))


def beacon(court: Court, number: int = 12, every: int = 30, remote: tuple[str, int] = ("203.0.113.7", 443)) -> Row:
    rows = [outgoing(second, remote) for second in range(0, number * every, every)]
    for each in rows:
        court.look(each, at=each.first_seen)
        court.take(gone=[each.key], at=each.first_seen + 1)
    return rows[-1]


def scan(
    court: Court, number: int, at: float, *who: Process | None, port: int = 22, net: str = "203.0.113"
) -> list[Row]:
    """Let these processes, or the agent, connect by turns to so many addresses."""
    turns = who or (AGENT,)
    rows = [outgoing(at - EPOCH, (f"{net}.{n}", port), turns[n % len(turns)]) for n in range(number)]
    court.look(*rows, at=at)
    return rows


def python(pid: int, **facts: Any) -> Process:
    return Process(pid, 50.0 + pid, "python3", "root", "/usr/bin/python3.11", f"python3 job{pid}.py", **facts)


def test_a_beacon_marks_the_rows_of_its_pair_only(court: Court) -> None:
    last = beacon(court)
    court.look(at=last.first_seen + 60)
    assert court.rules(last) == ["beacon"]
    assert court.rules(outgoing(0, ("203.0.113.7", 443))) == ["beacon"]
    assert court.rules(outgoing(0, OTHER)) == []
    assert court.rules(outgoing(0, ("203.0.113.7", 443), CURL)) == []
    assert court.rules(outgoing(0, ("203.0.113.7", 443), direction="in")) == []


def test_a_burst_marks_the_rows_of_its_process_only(court: Court) -> None:
    court.look()
    rows = scan(court, 40, EPOCH + 50)
    court.look(at=EPOCH + 61)
    assert court.rules(rows[0]) == ["scan"]
    assert court.rules(outgoing(0, OTHER)) == ["scan"]
    assert court.rules(outgoing(0, OTHER, CURL)) == []
    assert court.register.findings[0].digest == f"{AGENT.pid:064x}"


@pytest.mark.parametrize(("port", "net", "rule"), [(445, "203.0.113", "scan"), (22, None, "many-to-one")])
def test_a_later_process_of_the_same_program_is_not_marked(court: Court, port: int, net: str | None, rule: str) -> None:
    court.look()
    ends = [(f"{net}.{n}" if net else "203.0.113.7", port) for n in range(60)]
    court.look(*(outgoing(1, end, python(4242)) for end in ends), at=EPOCH + 1)
    court.look(at=EPOCH + 61)
    for start in (62, 1800):
        later = outgoing(start, OTHER, python(5000 + start))
        court.look(later, at=EPOCH + start)
        court.look(at=EPOCH + start + 70)
        assert court.rules(later) == []
        assert court.rules(outgoing(start, ends[0], python(5000 + start))) == []
    assert court.rules(outgoing(1900, OTHER, python(4242))) == [rule]


def test_the_culprit_is_named_with_pid_user_and_command(court: Court) -> None:
    court.look()
    scan(court, 40, EPOCH + 1, python(4242))
    court.look(at=EPOCH + 61)
    (finding,) = court.register.findings
    assert (finding.subject, finding.name) == (python(4242).identity, "python3 (4242)")
    assert finding.sentence.endswith("; by python3 (4242) of root: python3 job4242.py")
    facts = {each.label: each.value for each in explained(finding, {})}
    assert facts["About"] == "python3 (4242)"
    assert "4242" in facts["Found"]


def test_two_bursts_of_two_processes_of_one_program_are_two(court: Court) -> None:
    court.look()
    scan(court, 80, EPOCH + 1, python(4242), python(4243))
    quiet = outgoing(2, ("203.0.113.7", 22), python(4244))
    court.look(quiet, at=EPOCH + 2)
    court.look(at=EPOCH + 61)
    assert {each.name for each in court.register.findings} == {"python3 (4242)", "python3 (4243)"}
    assert len({each.subject for each in court.register.findings}) == 2
    assert court.rules(quiet) == []


def test_children_that_each_try_a_little_are_found_together(court: Court) -> None:
    court.look()
    children = [python(5000 + n, parents=(Ancestor(4200, "xargs"), Ancestor(1, "init"))) for n in range(40)]
    rows = scan(court, 40, EPOCH + 1, *children)
    apart = outgoing(2, OTHER, python(6000))
    court.look(apart, at=EPOCH + 2)
    court.look(at=EPOCH + 61)
    (finding,) = court.register.findings
    assert finding.name == "python3 (5000, 5001, 5002 and 37 more)"
    assert (
        "; by 40 processes (python3) of root, all below xargs (4200): 5000, 5001, 5002 and 37 more" in finding.sentence
    )
    assert [court.rules(each) for each in rows] == [["scan"]] * 40
    assert court.rules(apart) == []
    assert court.rules(outgoing(90, OTHER, python(7000, parents=children[0].parents))) == []


@pytest.mark.parametrize(("other", "entries"), [("parallel", [4301, 4201]), ("xargs", [4301])])
def test_children_of_two_jobs_are_two_entries_and_two_runs_of_one_are_one(
    court: Court, other: str, entries: list[int]
) -> None:
    court.look()
    for turn, (parent, name) in enumerate([(4200, "xargs"), (4300, other)]):
        children = [python(parent + 1 + n, parents=(Ancestor(parent, name),)) for n in range(40)]
        scan(court, 40, EPOCH + 1 + 200 * turn, *children, net=f"198.51.{turn}")
        court.look(at=EPOCH + 70 + 200 * turn)
    told = [each.name for each in court.register.findings]
    assert told == [f"python3 ({first}, {first + 1}, {first + 2} and 37 more)" for first in entries]


def test_workers_that_each_stay_just_below_are_found_together(court: Court) -> None:
    court.look()
    rows = scan(court, 100, EPOCH + 1, *(python(4200 + n) for n in range(4)))
    court.look(at=EPOCH + 61)
    (finding,) = court.register.findings
    assert finding.name == "python3 (4200, 4201, 4202 and 1 more)"
    assert {tuple(court.rules(each)) for each in rows} == {("scan",)}


def test_when_nobody_knows_the_process_the_ends_are_marked(court: Court) -> None:
    court.look()
    rows = scan(court, 40, EPOCH + 1, None)
    court.look(at=EPOCH + 61)
    assert [each.name for each in court.register.findings] == ["unknown process"]
    assert court.rules(rows[0]) == ["scan"]
    assert court.rules(outgoing(90, OTHER, None)) == []


def test_a_rule_that_fails_is_said_to_have_failed(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> Answer:
        raise ValueError("a fault")

    monkeypatch.setattr("tcpview_tui.judging.activities.OF_BURST", (replace(SCAN, check=fail),))
    court.look()
    scan(court, 40, EPOCH + 1)
    court.look(at=EPOCH + 61)
    assert [(each.rules, each.name) for each in court.register.unchecked] == [(("scan",), "agent")]


def test_they_are_judged_once_a_minute(court: Court) -> None:
    court.look()
    scan(court, 40, EPOCH + 1)
    assert court.look(at=EPOCH + 59) == 0
    assert court.look(at=EPOCH + 60) == 1
    assert court.look(at=EPOCH + 61) == 0


def test_a_burst_is_told_for_the_rest_of_the_run_by_the_gravest(court: Court) -> None:
    court.look()
    rows = scan(court, 40, EPOCH + 1)
    court.look(*(gone(each) for each in rows), at=EPOCH + 2)
    court.look(at=EPOCH + 60)
    first = court.register.findings
    court.look(gone=[each.key for each in rows], at=EPOCH + 400)
    scan(court, 40, EPOCH + 600, port=25)
    court.look(at=EPOCH + 700)
    assert (court.register.findings, [each.rule for each in first]) == (first, ["scan"])
    assert (first[0].since, first[0].severity) == (EPOCH + 60, Severity.MEDIUM)


def test_a_connection_with_the_key_of_one_that_is_over_has_opened_too(court: Court) -> None:
    for number in range(12):
        each = outgoing(30 * number)
        kept = replace(each, connection=replace(each.connection, key="same"))
        court.look(kept, at=each.first_seen)
        court.look(gone(kept), at=each.first_seen + 1)
    court.look(at=EPOCH + 400)
    assert [each.rule for each in court.register.findings] == ["beacon"]


def test_that_rows_are_gone_from_the_screen_is_no_look(court: Court) -> None:
    for second in range(0, 60, 10):
        court.look(outgoing(second), at=EPOCH + second)
        court.take(gone=[second], at=EPOCH + second + 3)
    panel = court.panel
    assert isinstance(panel, Activities)
    assert set(panel._activity._gaps) == {10.0}


def test_what_is_told_is_bounded(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    court.look()
    for number in range(6):
        scan(court, 40, EPOCH + 1, replace(AGENT, pid=number, executable=f"/opt/{number}"))
    court.look(at=EPOCH + 60)
    panel = court.panel
    assert isinstance(panel, Activities)
    assert len(court.register.findings) == len(panel._told) == 3


def test_a_row_names_every_place_where_answers_about_it_stand() -> None:
    seen = outgoing(0, owners_past=False)
    kinds = {of for of, _ in subjects(seen)}
    assert kinds == {"process", "machine", "connection", "activity"}
