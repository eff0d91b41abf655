"""What is judged of the looks of a run, and what of it is said beside the rows; with findings made up."""

from __future__ import annotations

from typing import Any

import pytest

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.beacon import BEACON
from tcpview_tui.findings.rules.deleted import DELETED_EXE
from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS
from tcpview_tui.findings.rules.interpreter import SHELL_ON_SOCKET
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.judging.sitting import Sitting
from tcpview_tui.listing.docket import Docket
from tcpview_tui.listing.watch import Watch
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import Connection
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Row
from tcpview_tui.record.lines import WORDS
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection, snapshot

HIT = Hit("a sentence")


class Bench(Sitting):
    """Judges nothing by itself: what it is told to find is found."""

    def __init__(self) -> None:
        super().__init__(FakeClock())
        self.gone: list[object] = []

    def find(self, rule: Rule[Any], subject: object, answer: Answer = HIT) -> None:
        self.register.put(rule.of, About(subject, "something"), [(rule, answer)], EPOCH)

    def join(self, update: dict[object, object], context: Context) -> Context:  # type: ignore[override]
        self.gone += [key for key, row in update.items() if row is None]
        return super().join(update, context)  # type: ignore[arg-type]


class Looks:
    """A watch with findings, that a test shows one look after the other."""

    def __init__(self, expression: str = "") -> None:
        self.bench, self.clock = Bench(), FakeClock()
        self.watch = Watch(parse(expression), 1.0, docket=Docket(self.bench, self.clock))
        self._look = 0

    def see(self, *connections: Connection) -> list[str]:
        self._look += 1
        self.clock.advance(1)
        told = self.watch.take(snapshot(self._look, EPOCH + self._look, *connections), 1000.0 + self._look)
        self.found = [each.rule for each in told[-1].context.findings(told[-1].row)] if told and told[-1].row else []
        return [f"{WORDS[type(each.event)]} {each.row and each.row.key}" for each in told]


def test_that_more_is_found_is_a_change() -> None:
    looks = Looks()
    assert looks.see(connection(1), connection(2, owners=[NGINX])) == ["opened 1", "opened 2"]
    assert looks.see(connection(1), connection(2, owners=[NGINX])) == []
    looks.bench.find(DELETED_EXE, CURL.identity)
    assert looks.see(connection(1), connection(2, owners=[NGINX])) == ["changed 1"]
    assert looks.found == ["deleted-exe"]
    assert looks.see(connection(1), connection(2, owners=[NGINX])) == []


def test_what_many_connections_have_is_told_of_one_that_matches() -> None:
    looks = Looks("is:suspicious rport:22")
    there = (connection(1), connection(2, remote=("10.0.0.9", 22)), connection(3, remote=("10.0.0.9", 22)))
    assert looks.see(*there) == []
    looks.bench.find(DELETED_EXE, CURL.identity)
    assert looks.see(*there) == ["changed 2"]
    looks.bench.find(SHELL_ON_SOCKET, CURL.identity)
    assert looks.see(connection(3, remote=("10.0.0.9", 22))) == ["closed 2"]
    assert looks.see() == ["closed 3"]


def test_what_is_found_with_the_opening_is_told_with_it_and_once() -> None:
    looks = Looks("is:suspicious")
    looks.bench.find(DELETED_EXE, CURL.identity)
    assert looks.see(connection(1), connection(2, owners=[NGINX])) == ["opened 1"]
    assert looks.see(connection(1), connection(3)) == ["opened 3"]
    assert looks.see(connection(3)) == ["closed 1"]


def test_a_connection_that_becomes_suspicious_is_told_by_the_filter_for_it() -> None:
    looks = Looks("is:suspicious")
    assert looks.see(connection(1)) == []
    looks.bench.find(DELETED_EXE, CURL.identity)
    assert looks.see(connection(1)) == ["changed 1"]
    assert looks.see() == ["closed 1"]
    assert looks.bench.gone == []
    looks.see()
    assert looks.bench.gone == [1]


def test_rows_are_asked_anew_only_when_one_of_them_or_what_was_found_differs(
    docket: Docket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = docket._bench
    assert isinstance(bench, Bench)
    asked, of = list[object](), bench.register.of

    def counted(row: Row) -> tuple[Finding, ...]:
        asked.append(row.key)
        return of(row)

    monkeypatch.setattr(bench.register, "of", counted)
    docket.follow(snapshot(1, EPOCH, connection(1)))
    assert (docket.news(), asked) == ([], [])
    bench.find(DELETED_EXE, CURL.identity)
    assert (docket.news(), asked) == ([[1]], [1])
    docket.follow(snapshot(2, EPOCH, connection(1)))
    assert (docket.news(), list(docket.beside()), asked) == ([], [], [1])
    docket.follow(snapshot(3, EPOCH, connection(1), connection(2)))
    assert (docket.news(), asked) == ([], [1, 1, 2])


@pytest.fixture
def docket() -> Docket:
    return Docket(Bench(), FakeClock())


def test_what_no_row_shows_is_said_once_and_what_is_low_is_not(docket: Docket) -> None:
    bench = docket._bench
    assert isinstance(bench, Bench)
    docket.follow(snapshot(1, EPOCH, connection(1)))
    bench.find(DELETED_EXE, CURL.identity)
    bench.find(DELETED_EXE, NGINX.identity)  # whose connections have ended: it was told with these
    bench.find(HIDDEN_PROCESS, ("hidden-process", 7), Hit("process 7 answers"))
    bench.find(SNIFFER, ("sniffer", CURL.identity))
    bench.find(SNIFFER, ("sniffer", (9, 9.0)), Hit("usual", severity=Severity.LOW))
    (told,) = docket.beside()
    assert told == "Found beside the connections: Process that is in no list (high): process 7 answers"
    assert list(docket.beside()) == []


def test_what_could_not_be_judged_is_one_sentence_with_the_usual_reason(docket: Docket) -> None:
    bench = docket._bench
    assert isinstance(bench, Bench)
    assert list(docket.unjudged()) == []
    bench.find(DELETED_EXE, CURL.identity, Unknown("Only root may look."))
    assert list(docket.unjudged()) == [
        "Not all could be judged: 1 rule could not be checked of 1 process or connection: Only root may look."
    ]
    bench.find(DELETED_EXE, NGINX.identity, Unknown("Only root may look."))
    bench.find(BEACON, 3, Unknown("it has ended"))
    assert list(docket.unjudged()) == [
        "Not all could be judged: 2 rules could not be checked of 3 processes and connections, mostly: "
        "Only root may look."
    ]
