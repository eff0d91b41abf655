from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.columns import BY_ID, COLUMNS, Context
from tcpview_tui.model.connection import Namespace, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.model.traffic_columns import TRAFFIC
from tcpview_tui.text import local_time
from tests.model.findings import found, make_finding
from tests.model.rows import make_process, make_row

NOW = Context(now=100_000.0)


def test_closed_is_the_time_of_the_look_that_missed_it_and_empty_before() -> None:
    closed = BY_ID["closed"]
    assert closed.text(make_row(), NOW) == ""
    assert closed.value(make_row(), NOW) is None
    assert closed.text(make_row(closed_at=2000.0), NOW) == local_time(2000.0)
    assert closed.value(make_row(closed_at=2000.0), NOW) == 2000.0


@pytest.mark.parametrize(
    ("lived", "shown"), [(0.4, "0s"), (14.9, "14s"), (59.9, "59s"), (60, "1m"), (432, "7m"), (11_000, "3h")]
)
def test_the_age_of_a_closed_row_is_how_long_it_lived(lived: float, shown: str) -> None:
    age = BY_ID["age"]
    assert age.text(make_row(first_seen=1000.0, closed_at=1000.0 + lived), NOW) == shown
    assert age.text(make_row(first_seen=1000.0, closed_at=1000.0 + lived, preexisting=True), NOW) == f">{shown}"
    assert len(shown) < age.width


@pytest.mark.parametrize(("seconds", "shown"), [(14, "<1m"), (432, "7m")])
def test_the_age_of_an_open_row_does_not_count_seconds(seconds: float, shown: str) -> None:
    row = make_row(first_seen=NOW.now - seconds)
    assert BY_ID["age"].text(row, NOW) == shown


BLUE, NAMELESS = Namespace(4026532245, "blue"), Namespace(4026532245)
DOCKER = make_process(container="docker:0123456789ab")


def living(namespace: Namespace | None, *owners: Process) -> Row:
    row = make_row("10.0.0.5:22", None, *owners)
    return replace(row, connection=replace(row.connection, namespace=namespace))


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (living(None), None),
        (living(None, make_process()), None),
        (living(None, DOCKER), "docker:0123456789ab"),
        (living(BLUE, DOCKER), "docker:0123456789ab"),
        (living(BLUE, make_process()), "blue"),
        (living(BLUE), "blue"),
        (living(NAMELESS), "4026532245"),
    ],
)
def test_the_container_comes_before_the_name_and_the_inode_of_a_foreign_namespace(row: Row, shown: str | None) -> None:
    container = BY_ID["container"]
    assert container.value(row, NOW) == shown
    assert container.text(row, NOW) == (shown or "")


def test_no_two_columns_have_one_priority() -> None:
    assert len({column.priority for column in COLUMNS}) == len(COLUMNS)


class Counted(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters


COUNTERS = Counters(1_234_567, 512, 70_000, 3, 2, 0.0123, 0, 4096)
SHOWN = {
    "rate_in": "1.2k", "rate_out": "0", "recv": "1.2M", "sent": "512", "precv": "70000", "psent": "3", "retrans": "2",
    "rtt": "12", "recvq": "0", "sendq": "4.0k",
}  # fmt: skip


def test_traffic_is_shown_short_sorted_by_number_and_empty_where_it_is_unknown() -> None:
    row, udp = make_row(), make_row(transport="udp", state=State.NONE)
    gauges = {row.key: Gauge(Counted(COUNTERS), 1234.5), udp.key: Gauge(Counted(Counters()))}
    context = Context(gauges=gauges)
    assert {name: BY_ID[name].text(row, context) for name in sorted(TRAFFIC)} == dict(sorted(SHOWN.items()))
    assert BY_ID["recv"].sort_key(row, context) == 1_234_567
    assert BY_ID["rtt"].value(row, context) == pytest.approx(12.3)
    for name in TRAFFIC:
        assert (BY_ID[name].value(udp, context), BY_ID[name].text(udp, context)) == (None, "")
        assert (BY_ID[name].value(make_row(), context), BY_ID[name].text(make_row(), context)) == (None, "")


LOW, MEDIUM, HIGH = (make_finding(severity, f"rule-{severity}", f"is {severity.label}") for severity in Severity)


def test_a_finding_is_shown_by_the_title_of_the_gravest_and_how_many_more_there_are() -> None:
    finding, row = BY_ID["finding"], make_row()
    assert finding.text(row, found(row, LOW)) == finding.value(row, found(row, LOW)) == "is low"
    assert finding.text(row, found(row, HIGH, MEDIUM, LOW)) == "is high +2"
    assert (finding.value(make_row(), found(row, HIGH)), finding.text(make_row(), found(row, HIGH))) == (None, "")


def test_rows_sort_by_the_gravest_finding_first_and_the_same_ones_stand_together() -> None:
    key, row = BY_ID["finding"].sort_key, make_row()
    other = make_finding(Severity.HIGH, "beacon", "A beacon")
    keys = [key(row, found(row, *told)) for told in ((other, LOW), (HIGH,), (MEDIUM, LOW), (LOW,))]
    assert keys == sorted(keys)
    assert key(row, NOW) is None


@pytest.mark.parametrize(("gravest", "is_so"), [(LOW, False), (MEDIUM, True), (HIGH, True)])
def test_a_row_is_suspicious_from_medium_on(gravest: Finding, is_so: bool) -> None:
    row = make_row()
    assert found(row, gravest, LOW).is_suspicious(row) is is_so
    assert not found(row, gravest).is_suspicious(make_row())
    assert not NOW.is_suspicious(row)
