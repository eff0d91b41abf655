"""Rows compared with what was learned: what is outside and what is not, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import EVERYWHERE, Comparison, Outside
from tcpview_tui.findings.baseline.departures import Departure
from tcpview_tui.findings.baseline.traits import AsnOf, Networks
from tcpview_tui.findings.baseline.unusual import LEAST, REGULAR
from tcpview_tui.findings.rule import Unknown
from tcpview_tui.model.column import Context
from tcpview_tui.model.row import Row
from tcpview_tui.text import safe
from tests.fakes import EPOCH
from tests.findings.baseline.lessons import (
    CURL,
    DAY,
    NGINX,
    baselines,
    call,
    habitual,
    joined_with,
    lesson,
    listening,
    talk,
    utc_hour,
)
from tests.model.rows import make_process, make_row, rows

FORTNIGHT = range(REGULAR)
STRANGER = make_process("x", executable="/tmp/x")


def departures(baseline: Baseline, row: Row, context: Context | None = None) -> dict[str, Departure]:
    """Return in what a row is outside, by kind."""
    found = Comparison(baseline, hour_of=utc_hour).verdict(row, context or Context())
    return {each.kind: each for each in found.departures} if isinstance(found, Outside) else {}


@given(st.lists(habitual(), max_size=5), baselines(), st.sampled_from([None, lambda address: 64496]))
def test_what_was_learned_is_never_outside(taught: list[Row], other: Baseline, asn_of: AsnOf | None) -> None:
    for baseline in (lesson(*taught, asn_of=asn_of), lesson(*taught, asn_of=asn_of).joined(other)):
        comparison = Comparison(baseline, Networks(asn_of), utc_hour)
        assert not any(comparison.is_outside(row) for row in taught)
        assert not any(isinstance(comparison.verdict(row, Context()), Outside) for row in taught)


@given(st.lists(habitual(), max_size=5), rows())
def test_a_verdict_is_the_same_when_asked_again_and_agrees_with_the_flag(taught: list[Row], row: Row) -> None:
    comparison = Comparison(lesson(*taught), hour_of=utc_hour)
    verdict = comparison.verdict(row, Context())
    assert comparison.verdict(row, Context()) == verdict
    kinds = {each.kind for each in verdict.departures} if isinstance(verdict, Outside) else set()
    assert comparison.is_outside(row) == bool(kinds - {"hour", "volume"})
    texts = [text for each in getattr(verdict, "departures", ()) for text in (each.sentence, each.against)]
    assert all(text and safe(text, 10_000) == text for text in texts)


KNOWN = lesson(
    talk("203.0.113.7:443"), talk("10.1.2.3:5432", NGINX), call("10.9.9.9:50000", 22), call("1.1.1.1:50000", 80),
    listening("0.0.0.0:80"), listening("10.0.0.5:8080"), days=FORTNIGHT,
)  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        talk("203.0.113.99:443"),
        talk("203.0.113.7:443", replace(CURL, pid=9, started=5.0, service="session-99.scope")),
        call("8.8.8.8:1025", 80),
        call("10.9.9.1:40000", 22),
        listening("[::]:80"),
        listening("10.0.0.6:8080"),
        listening("127.0.0.1:80"),
    ],
    ids=lambda row: row.connection.ends,
)
def test_the_twins_of_what_was_learned_are_not_outside(row: Row) -> None:
    assert departures(KNOWN, row) == {}


@pytest.mark.parametrize(
    ("row", "kind", "words"),
    [
        (talk("203.0.114.7:443"), "network", ["/usr/bin/curl", "never talked to", "203.0.114.0/24", "tcp/443"]),
        (talk("203.0.113.7:4444"), "network", ["203.0.113.7", "tcp/4444"]),
        (talk("203.0.113.7:443", replace(CURL, service="nginx.service")), "program", ["session-*.scope only"]),
        (
            talk("203.0.113.7:443", make_process(executable="/tmp/x")),
            "program",
            ["/tmp/x was never seen anywhere. It has TCP", "203.0.113.7:443"],
        ),
        (call("10.9.8.9:50000", 22), "network", ["was never called by 10.9.8.9", "10.9.8.0/24"]),
        (call("1.1.1.1:50000", 22), "network", ["1.1.1.1 of the Internet", "tcp/22"]),
        (listening("0.0.0.0:4444"), "listener", ["listens at 0.0.0.0:4444", "any tcp/80, one tcp/8080"]),
        (listening("0.0.0.0:8080"), "listener", ["0.0.0.0:8080"]),
        (listening("127.0.0.1:9000"), "listener", ["127.0.0.1:9000"]),
        (listening("0.0.0.0:43210"), "listener", ["0.0.0.0:43210"]),
    ],
    ids=lambda value: value.connection.ends if isinstance(value, Row) else None,
)
def test_what_was_not_learned_is_outside_and_said_why(row: Row, kind: str, words: list[str]) -> None:
    found = departures(KNOWN, row)
    assert list(found) == [kind]
    assert [word for word in words if word not in found[kind].sentence] == []
    assert "learned on 14 days until 2026-01-14" in found[kind].against


@pytest.mark.parametrize("local", ["0.0.0.0:4444", "127.0.0.1:9000", "0.0.0.0:80"])
def test_a_listener_of_an_unknown_program_was_never_learned_either(local: str) -> None:
    found = departures(KNOWN, listening(local, STRANGER))
    assert list(found) == ["program", "listener"]
    assert found["listener"].sentence == f"/tmp/x listens at {local}; the baseline has no such program."
    assert found["listener"].against.startswith("The baseline was learned on 14 days")


@pytest.mark.parametrize(
    "row",
    [
        talk("203.0.113.7:443", STRANGER),
        call("10.9.9.9:50000", 22, STRANGER),
        listening("0.0.0.0:40000", STRANGER, transport="udp"),
    ],
    ids=lambda row: row.connection.ends,
)
def test_what_else_an_unknown_program_has_is_told_with_it(row: Row) -> None:
    assert list(departures(KNOWN, row)) == ["program"]


def test_where_nothing_was_ever_learned_no_listener_is_new() -> None:
    row = listening("0.0.0.0:4444")
    assert list(departures(Baseline(), row)) == ["program"]
    assert list(departures(lesson(), row)) == ["program", "listener"]  # on that day nothing was there


def test_what_is_not_known_is_neither_inside_nor_outside() -> None:
    comparison = Comparison(KNOWN)
    for row, word in (
        (make_row(), "Nobody knows its process"),
        (make_row("10.0.0.5:1", "1.1.1.1:1", make_process()), "executable"),
    ):
        verdict = comparison.verdict(row, Context())
        assert isinstance(verdict, Unknown)
        assert word in verdict.reason
        assert not comparison.is_outside(row)


def test_one_process_of_several_is_enough() -> None:
    shared = listening("0.0.0.0:80")
    assert departures(KNOWN, replace(shared, owners=(NGINX, STRANGER))).keys() == {"program", "listener"}


def test_networks_by_number_and_by_prefix_are_told_apart() -> None:
    by_number = lesson(talk("1.1.1.1:443"), asn_of=lambda _: 13335)
    by_prefix = lesson(talk("1.1.1.1:443"))
    elsewhere = talk("1.0.0.1:443")

    def judged(baseline: Baseline, row: Row, asn_of: Callable[[str], int | None] | None) -> object:
        return type(Comparison(baseline, Networks(asn_of)).verdict(row, Context()))

    assert judged(by_number, elsewhere, lambda _: 13335) is type(None)
    assert judged(by_number, elsewhere, lambda _: 15169) is Outside
    assert judged(by_number, elsewhere, None) is Unknown
    assert judged(by_prefix, talk("1.1.1.2:443"), lambda _: 13335) is type(None)
    assert judged(by_prefix, elsewhere, None) is Outside


def test_who_talks_to_everybody_has_no_first_contact() -> None:
    everywhere = lesson(*(talk(f"203.0.{number}.7:443") for number in range(EVERYWHERE)))
    assert departures(everywhere, talk("198.51.100.1:443")) == {}
    assert departures(everywhere, talk("198.51.100.1:80")).keys() == {"network"}
    fewer = lesson(*(talk(f"203.0.{number}.7:443") for number in range(EVERYWHERE - 1)))
    found = departures(fewer, talk("198.51.100.1:443"))["network"]
    assert "99 of its 99 networks were seen on one day only" in found.against


def test_a_short_lesson_and_a_program_that_has_gone_are_what_speaks_against_it() -> None:
    short = departures(lesson(talk("203.0.113.7:443")), talk("192.0.2.1:22"))["network"]
    assert "less than a week" in short.against
    gone = lesson(talk("203.0.113.7:443")).joined(lesson(listening("0.0.0.0:80"), days=(90,)))
    assert "not there any more" in departures(gone, talk("192.0.2.1:22"))["network"].against


@pytest.mark.parametrize(("hour", "odd"), [(3, True), (8, False), (9, False), (11, False), (12, True), (20, True)])
def test_an_hour_is_odd_when_it_is_not_beside_a_usual_one(hour: int, odd: bool) -> None:
    taught = [talk("203.0.113.7:443", at=EPOCH + 3600 * each) for each in (9, 10)]
    row = talk("203.0.113.7:443", at=EPOCH + 60 * DAY + 3600 * hour)
    assert departures(lesson(*taught, days=FORTNIGHT), row).keys() == ({"hour"} if odd else set())
    assert departures(lesson(*taught, days=FORTNIGHT[1:]), row) == {}
    assert not Comparison(lesson(*taught, days=FORTNIGHT), hour_of=utc_hour).is_outside(row)
    assert departures(lesson(*taught, days=FORTNIGHT), replace(row, preexisting=True)) == {}


def test_midnight_is_beside_the_last_hour() -> None:
    baseline = lesson(talk("203.0.113.7:443", at=EPOCH + 23 * 3600), days=FORTNIGHT)
    assert departures(baseline, talk("203.0.113.7:443", at=EPOCH + DAY)) == {}


@pytest.mark.parametrize(
    ("before", "sent", "odd"),
    [
        (LEAST, LEAST * 11, True),
        (LEAST, LEAST * 9, False),
        (100, LEAST - 1, False),
        (100, LEAST, True),
        (0, LEAST, False),
    ],
)
def test_an_amount_is_odd_when_it_is_far_above_the_most_there_ever_was(before: int, sent: int, odd: bool) -> None:
    row, baseline = talk("203.0.113.7:443"), Baseline()
    baseline.learn([row], joined_with(row, before), "web1", EPOCH, hour_of=utc_hour)
    found = departures(baseline, row, joined_with(row, sent))
    assert found.keys() == ({"volume"} if odd else set())
    if odd:
        assert "to 203.0.113.0/24 tcp/443" in found["volume"].sentence
    assert not Comparison(baseline).is_outside(row)
