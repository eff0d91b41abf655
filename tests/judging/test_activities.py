from dataclasses import replace

import pytest

from tcpview_tui.findings.register import subjects
from tcpview_tui.findings.rule import Severity
from tcpview_tui.judging import activities as module
from tcpview_tui.judging.activities import Activities
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.model.process import Process
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


def scan(court: Court, number: int, at: float, who: Process = AGENT, port: int = 22) -> list[Row]:
    rows = [outgoing(at - EPOCH, (f"203.0.113.{n}", port), who) for n in range(number)]
    court.look(*rows, at=at)
    return rows


def test_a_beacon_marks_the_rows_of_its_pair_only(court: Court) -> None:
    last = beacon(court)
    court.look(at=last.first_seen + 60)
    assert court.rules(last) == ["beacon"]
    assert court.rules(outgoing(0, ("203.0.113.7", 443))) == ["beacon"]
    assert court.rules(outgoing(0, OTHER)) == []
    assert court.rules(outgoing(0, ("203.0.113.7", 443), CURL)) == []
    assert court.rules(outgoing(0, ("203.0.113.7", 443), direction="in")) == []


def test_a_burst_marks_the_rows_of_its_program_only(court: Court) -> None:
    court.look()
    rows = scan(court, 40, EPOCH + 50)
    court.look(at=EPOCH + 61)
    assert court.rules(rows[0]) == ["scan"]
    assert court.rules(outgoing(0, OTHER)) == ["scan"]
    assert court.rules(outgoing(0, OTHER, CURL)) == []
    assert court.register.findings[0].digest == f"{AGENT.pid:064x}"


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
        scan(court, 40, EPOCH + 1, replace(AGENT, executable=f"/opt/{number}"))
    court.look(at=EPOCH + 60)
    panel = court.panel
    assert isinstance(panel, Activities)
    assert len(court.register.findings) == len(panel._told) == len(panel._hits) == 3


def test_a_row_names_every_place_where_answers_about_it_stand() -> None:
    seen = outgoing(0, owners_past=False)
    kinds = {of for of, _ in subjects(seen)}
    assert kinds == {"process", "machine", "connection", "activity"}
