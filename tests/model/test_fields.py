from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

import pytest

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model import choices, columns, fields
from tcpview_tui.model.connection import Namespace, State
from tcpview_tui.model.lexer import tokenize
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.traffic import Counters, Gauge
from tests.model.findings import found, make_finding
from tests.model.rows import make_process, make_row


@pytest.mark.parametrize("field", fields.FIELDS, ids=lambda field: field.name)
def test_a_field_explains_itself_with_an_example_that_works(field: fields.Field) -> None:
    query = parse(field.example)
    assert field.name in field.example
    assert query.volatile == field.volatile
    assert query.needs_names == field.needs_names
    assert field.help.endswith(".")


def test_the_names_are_the_agreed_ones() -> None:
    agreed = "process pid user service proto state local remote host port lport rport dir path cmd container age is"
    agreed += " recv sent rate rtt retrans queue finding severity country asn org"
    assert set(fields.BY_NAME) == set(agreed.split())


def test_every_field_but_five_is_a_column() -> None:
    assert set(fields.BY_NAME) - set(columns.BY_ID) == {"port", "is", "rate", "queue", "severity"}


def test_no_name_looks_like_the_beginning_of_an_ipv6_address() -> None:
    assert not [name for name in fields.BY_NAME if re.fullmatch("[0-9a-f]{1,4}", name)]


def test_every_name_is_read_as_a_field() -> None:
    assert all(tokenize(f"{name}:x")[0].kind == "field" for name in fields.BY_NAME)


def test_every_state_and_choice_can_be_asked_for() -> None:
    for state in set(State) - {State.NONE}:
        row = make_row(state=state)
        for spelling in (state.value, state.lower(), state.replace("_", "-"), state.replace("_", "")):
            assert parse(f"state:{spelling}").matches(row, columns.Context())
    for field in fields.FIELDS:
        spellings = [name for choice in field.choices for name in (choice.name, *choice.aliases)]
        assert len({choices.plain(name) for name in spellings}) == len(spellings)
        for name in spellings:
            parse(f"{field.name}:{name}")


class Counted(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters = Counters()


SSHD = make_process()
FLAGS = {
    "new": make_row(mark=Mark.NEW),
    "changed": make_row(mark=Mark.CHANGED),
    "closed": make_row(closed_at=2000.0),
    "busy": make_row(),
    "suspicious": make_row(),
    "new-to-baseline": make_row(),
    "listening": make_row("0.0.0.0:22", None, SSHD, state=State.LISTEN),
    "loopback": make_row("127.0.0.1:22", "127.0.0.1:50000", SSHD),
    "ipv4": make_row(),
    "ipv6": make_row("[::]:22", "[2001:db8::1]:5"),
    "past": make_row("10.0.0.5:22", "192.0.2.7:1", SSHD, state=State.TIME_WAIT, owners_past=True),
    "unknown": make_row(),
}


def _findings_of_flags(row: Row) -> tuple[Finding, ...]:
    return (make_finding(Severity.MEDIUM),) if row is FLAGS["suspicious"] else ()


@pytest.mark.parametrize("flag", choices.FLAGS, ids=lambda flag: flag.name)
def test_a_flag_holds_for_its_row_and_not_for_another(flag: choices.Choice) -> None:
    context = columns.Context(
        gauges={FLAGS["busy"].key: Gauge(Counted(), is_busy=True)},
        findings=_findings_of_flags,
        is_outside=lambda row: row is FLAGS["new-to-baseline"],
    )
    assert flag.covers(choices.Seen(FLAGS[flag.name], context))
    other = FLAGS["ipv6"] if flag.name == "ipv4" else make_row("10.0.0.5:22", "192.0.2.7:50000", SSHD)
    assert not flag.covers(choices.Seen(other, context))


def test_a_row_that_nobody_owns_by_design_is_not_unknown() -> None:
    assert not parse("is:unknown").matches(make_row(state=State.TIME_WAIT), columns.Context())


def test_the_container_of_every_owner_and_the_shown_namespace_can_be_asked_for() -> None:
    docker, plain = make_process(container="docker:0123456789ab"), make_process("runc", 7)
    shared = make_row("10.0.0.5:22", None, plain, docker)
    inside = replace(shared, connection=replace(shared.connection, namespace=Namespace(7, "blue")))
    assert parse("container:docker").matches(shared, columns.Context())
    assert not parse("container:blue").matches(shared, columns.Context())
    assert parse("container:blue container:0123").matches(inside, columns.Context())
    assert parse("-container:docker").matches(make_row(), columns.Context())


def _carrying(counters: Counters, **rates: float) -> tuple[Row, columns.Context]:
    row = make_row()
    return row, columns.Context(gauges={row.key: Gauge(Counted(counters), **rates)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("recv>1M", True), ("recv>2M", False), ("recv:1048577", True), ("recv>=1.5m", False), ("recv:1k-1G", True),
        ("sent:0", True), ("sent<1b", True), ("sent>0", False),
        ("rate>100k", True), ("rate>200KiB", False), ("rate<0.1M", False),
        ("rtt>100", True), ("rtt>0.12s", False), ("rtt<120000us", True), ("rtt:100ms-1s", True),
        ("retrans>2", True), ("retrans:3", True), ("queue>63k", True), ("queue>65k", False), ("queue:0", True),
    ],
)  # fmt: skip
def test_traffic_is_asked_for_in_units(query: str, is_so: bool) -> None:
    counters = Counters(2**20 + 1, 0, retransmits=3, rtt=0.11, receive_queue=0, send_queue=2**16)
    assert parse(query).matches(*_carrying(counters, receiving=100_000.0, sending=50_000.0)) is is_so


@pytest.mark.parametrize("query", ["recv>=0", "sent:0", "rate:0", "rtt>0", "retrans:0", "queue:0"])
def test_what_is_not_counted_matches_nothing(query: str) -> None:
    assert not parse(query).matches(make_row(), columns.Context())
    udp = make_row(transport="udp")
    context = columns.Context(gauges={udp.key: Gauge(Counted(Counters()))})
    assert not parse(query).matches(udp, context)


@pytest.mark.parametrize("query", ["recv>1X", "rate>k", "rtt>1h", "sent:-1", "queue:1M-1k"])
def test_a_size_that_is_none_is_refused_with_what_was_expected(query: str) -> None:
    with pytest.raises(QueryError, match=r"expected"):
        parse(query)


FOUND = (
    make_finding(Severity.MEDIUM, "deleted-exe", "Program was deleted"),
    make_finding(Severity.LOW, "long-connection", "Open for long"),
)


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("severity>=medium", True), ("severity>=HIGH", False), ("severity>medium", False), ("severity<medium", True),
        ("severity:medium", True), ("severity:high", False), ("severity:high,low", True), ("severity!=high", True),
        ("severity:medium-high", True), ("severity!=low", False),
        ("finding:deleted-exe", True), ("finding:long", True), ("finding:was", True), ("finding:beacon", False),
        ("finding:/^deleted/", True), ("-finding:deleted", False),
        ("is:suspicious", True), ("is:new-to-baseline", False),
    ],
)  # fmt: skip
def test_each_finding_of_a_row_is_asked_by_its_id_its_title_and_its_severity(query: str, is_so: bool) -> None:
    row = make_row()
    assert parse(query).matches(row, found(row, *FOUND)) is is_so


@pytest.mark.parametrize("query", ["severity>=low", "severity:low-high", "finding:/./", "is:suspicious"])
def test_a_row_without_findings_has_no_severity(query: str) -> None:
    assert not parse(query).matches(make_row(), columns.Context())


def test_what_is_low_is_not_suspicious() -> None:
    row = make_row()
    low = found(row, make_finding(Severity.LOW))
    assert not parse("is:suspicious").matches(row, low)
    assert parse("severity:low").matches(row, low)


@pytest.mark.parametrize(
    "query", ["severity>=grave", "severity:2", "severity:", "severity:high-low", "severity>low,high"]
)
def test_a_severity_that_is_none_is_refused_at_its_place(query: str) -> None:
    with pytest.raises(QueryError, match=r"expected") as caught:
        parse(query)
    assert caught.value.start < caught.value.end <= len(query)


@pytest.mark.parametrize("query", ["severity>=grave", "severity:2", "severity:"])
def test_who_writes_a_severity_that_is_none_reads_which_there_are(query: str) -> None:
    with pytest.raises(QueryError, match=r"low, medium or high"):
        parse(query)
