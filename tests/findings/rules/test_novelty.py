"""What is new, and the twins of it that are not."""

from __future__ import annotations

import socket
from dataclasses import dataclass, replace

import pytest

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.departures import Departure
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.novelty import RULES, Verdict
from tcpview_tui.glance import glance
from tcpview_tui.model.column import Context
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Row
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.fakes import EPOCH, FakeClock
from tests.findings.baseline.lessons import DAY, joined_with, lesson, listening, talk, utc_hour
from tests.model.rows import make_process, make_row

KNOWN = lesson(talk("203.0.113.7:443"), listening("0.0.0.0:80"), days=range(20))


@dataclass
class Judged:
    row: Row
    verdict: Verdict = None
    marked: float | None = None
    content: Departure | Unknown | None = None


def hits(evidence: Judged) -> dict[str, Hit]:
    """Return what the rules find, by their id."""
    found = {rule.id: rule.check(evidence) for rule in RULES}
    return {name: answer for name, answer in found.items() if isinstance(answer, Hit)}


def against(row: Row, baseline: Baseline = KNOWN, context: Context | None = None) -> Judged:
    return Judged(row, Comparison(baseline, hour_of=utc_hour).verdict(row, context or Context()))


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (talk("203.0.113.7:443", make_process(executable="/tmp/x")), "new-program"),
        (talk("192.0.2.1:443"), "first-contact"),
        (listening("0.0.0.0:4444"), "new-listener"),
        (talk("203.0.113.7:443", at=EPOCH + 30 * DAY + 12 * 3600), "unusual-hour"),
    ],
)
def test_each_rule_finds_its_own_and_nothing_else(row: Row, rule: str) -> None:
    found = hits(against(row))
    assert list(found) == [rule]
    assert "learned on 20 days until 2026-01-20" in found[rule].against


def test_a_volume_is_found() -> None:
    row, baseline = talk("203.0.113.7:443"), Baseline()
    baseline.learn([row], joined_with(row, 1 << 20), "web1", EPOCH, hour_of=utc_hour)
    found = hits(against(row, baseline, joined_with(row, 200 << 20)))
    assert "has sent 200MB to 203.0.113.0/24 tcp/443, 200 times the 1.0MB" in found["unusual-volume"].sentence


def test_another_content_is_found_and_what_cannot_be_read_is_neither_yes_nor_no() -> None:
    row = talk("203.0.113.7:443")
    for grave in (None, Severity.HIGH):
        changed = Departure("content", "curl is another one.", "It updates itself.", grave)
        assert hits(Judged(row, content=changed)) == {
            "changed-program": Hit("curl is another one.", "It updates itself.", grave)
        }
    unread = Judged(row, content=Unknown("It cannot be read."))
    assert [rule.id for rule in RULES if isinstance(rule.check(unread), Unknown)] == ["changed-program"]


@pytest.mark.parametrize("row", [talk("203.0.113.9:443"), listening("[::]:80"), listening("127.0.0.1:9999")])
def test_what_is_known_or_reached_from_here_only_is_no_finding(row: Row) -> None:
    assert hits(against(row)) == {}


def test_an_unknown_program_that_listens_is_a_new_listener_as_a_known_one_is() -> None:
    stranger = make_process("perl", executable="/usr/bin/perl")
    severities = {rule.id: rule.severity for rule in RULES}
    found = hits(against(listening("0.0.0.0:8888", stranger)))
    assert found.keys() == {"new-listener", "new-program"}
    assert (found["new-listener"].severity or severities["new-listener"]) is Severity.MEDIUM
    assert (found["new-program"].severity or severities["new-program"]) is Severity.LOW
    for twin in (
        listening("127.0.0.1:8888", stranger),
        listening("[::1]:8888", stranger),
        talk("192.0.2.1:1", stranger),
    ):
        assert hits(against(twin)).keys() == {"new-program"}


def test_what_nobody_can_tell_is_said_by_every_rule_that_asks_the_baseline() -> None:
    judged = against(make_row())
    asks = {rule.id for rule in RULES} - {"new-listener", "changed-program"}
    assert {rule.id for rule in RULES if isinstance(rule.check(judged), Unknown)} == asks


def test_a_listener_has_no_network_hour_or_amount_that_could_be_unknown() -> None:
    judged = against(replace(listening("127.0.0.1:80"), owners=()))
    assert [rule.id for rule in RULES if isinstance(rule.check(judged), Unknown)] == ["new-program"]


def test_without_baseline_and_mark_nothing_is_new() -> None:
    assert hits(Judged(listening("0.0.0.0:4444"))) == hits(Judged(talk("192.0.2.1:443"))) == {}


def test_a_listener_since_the_mark_is_new_also_when_the_baseline_cannot_tell() -> None:
    row = listening("0.0.0.0:4444", at=EPOCH + 60)
    for verdict in (None, Unknown("Nobody knows.")):
        (found,) = hits(Judged(row, verdict, marked=EPOCH)).values()
        assert "nginx (100) listens at 0.0.0.0:4444" in found.sentence
    twins = (
        (row, EPOCH + 61),
        (replace(row, preexisting=True), EPOCH),
        (listening("127.0.0.1:4444", at=EPOCH + 60), EPOCH),
        (talk("192.0.2.1:443", at=EPOCH + 60), EPOCH),
    )
    assert [hits(Judged(twin, None, mark)) for twin, mark in twins] == [{}] * 4


def test_a_real_listener_is_new_until_it_is_learned() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:
        seen = glance(parse(f"lport:{server.getsockname()[1]}"), Sampler(PsutilSource(), FakeClock()), FakeClock())
        (row,) = seen.rows
        baseline = lesson(talk("203.0.113.7:443", row.owners[0]))
        assert list(hits(against(row, baseline))) == ["new-listener"]
        baseline.learn(seen.rows, seen.context, "here", EPOCH)
        assert hits(against(row, baseline)) == {}


@pytest.mark.parametrize(
    ("address", "rules"), [("0.0.0.0", {"new-program", "new-listener"}), ("127.0.0.1", {"new-program"})]
)
def test_a_real_listener_of_an_unknown_program_is_new_where_others_reach_it(address: str, rules: set[str]) -> None:
    with socket.create_server((address, 0)) as server:
        seen = glance(parse(f"lport:{server.getsockname()[1]}"), Sampler(PsutilSource(), FakeClock()), FakeClock())
        (row,) = seen.rows
        assert hits(against(row)).keys() == rules
        baseline = KNOWN.joined(lesson(row))
        assert hits(against(row, baseline)) == {}


def test_each_rule_says_what_is_known_to_look_like_it() -> None:
    assert all(rule.benign and rule.technique.startswith("T1") and rule.of == "connection" for rule in RULES)
    assert max(rule.severity for rule in RULES) is Severity.MEDIUM
