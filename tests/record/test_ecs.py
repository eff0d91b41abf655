from __future__ import annotations

import ipaddress
import json
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from tcpview_tui.findings.finding import Unchecked
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import Namespace, State
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.ecs import listed
from tcpview_tui.record.export import write_json
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.record.values import UNCHECKED, cell
from tests.model.findings import found, make_finding
from tests.model.rows import make_process, make_row, rows
from tests.record.ecs_fields import faults

AT = 1_767_225_600.25
CURL = Process(
    4242, 900.5, "curl", "alice", "/usr/bin/curl", "curl https://example.org/", "session-3.scope",
    (Ancestor(100, "bash"), Ancestor(1, "init")),
)  # fmt: skip


def document(row: Row, **names: str) -> dict[str, Any]:
    return listed(row, Context(AT, names), AT, "box")


class Told(NamedTuple):
    """A measure that was read."""

    counters: Counters


def carried(row: Row, counters: Counters) -> dict[str, Any]:
    return listed(row, Context(AT, gauges={row.connection.key: Gauge(Told(counters))}), AT, "box")


def every_value(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value, *(inner for item in value.values() for inner in every_value(item))]
    if isinstance(value, list):
        return [value, *(inner for item in value for inner in every_value(item))]
    return [value]


def test_a_connection_that_was_opened_here_goes_from_here_to_there() -> None:
    row = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL, direction="out", first_seen=1000.5, closed_at=1003.0)
    assert document(row) == {
        "@timestamp": "2026-01-01T00:00:00.250Z",
        "ecs": {"version": "9.4.0"},
        "event": {
            "kind": "state",
            "category": ["network"],
            "type": ["connection", "info"],
            "action": "connection-listed",
            "start": "1970-01-01T00:16:40.500Z",
            "end": "1970-01-01T00:16:43.000Z",
            "duration": 2_500_000_000,
        },
        "network": {
            "transport": "tcp",
            "type": "ipv4",
            "direction": "egress",
            "community_id": "1:px6bo1/z4vAmTQx7TAtQhejbPH8=",
        },
        "source": {"ip": "10.0.0.5", "port": 50000},
        "destination": {"ip": "192.0.2.7", "port": 443},
        "process": {
            "pid": 4242,
            "name": "curl",
            "executable": "/usr/bin/curl",
            "command_line": "curl https://example.org/",
            "start": "1970-01-01T00:15:00.500Z",
            "entity_id": "box/4242/900.50",
            "parent": {"pid": 100},
        },
        "user": {"name": "alice"},
        "host": {"name": "box"},
        "tcpview": {
            "state": "ESTABLISHED",
            "status": "closed",
            "local": {"ip": "10.0.0.5", "port": 50000},
            "remote": {"ip": "192.0.2.7", "port": 443},
            "first_seen": "1970-01-01T00:16:40.500Z",
            "preexisting": False,
            "owner_past": False,
            "service": "session-3.scope",
        },
    }


def test_a_connection_that_came_in_goes_from_there_to_here() -> None:
    made = document(make_row("[::1]:22", "[2001:db8::7]:50000", direction="in"), **{"2001:db8::7": "far.example"})
    assert made["source"] == {"ip": "2001:db8::7", "port": 50000, "domain": "far.example"}
    assert made["destination"] == {"ip": "::1", "port": 22}
    assert made["network"] == {
        "transport": "tcp",
        "type": "ipv6",
        "direction": "ingress",
        "community_id": "1:++PUoOhBgHGqg9vSyYnvNKz4/X0=",
    }


@pytest.mark.parametrize(
    ("direction", "source", "destination"), [("out", 30, 7000), ("in", 7000, 30), (None, 30, 7000)]
)
def test_the_bytes_of_each_end_are_those_it_sent(direction: Any, source: int, destination: int) -> None:
    row = make_row("10.0.0.5:50000", "192.0.2.7:443", CURL, direction=direction)
    made = carried(row, Counters(received=7000, sent=30))
    assert (made["source"]["bytes"], made["destination"]["bytes"]) == (source, destination)
    assert made["network"]["bytes"] == 7030


@pytest.mark.parametrize("counters", [Counters(), Counters(receive_queue=12)])
def test_bytes_that_nobody_counts_are_left_out(counters: Counters) -> None:
    made = carried(make_row("10.0.0.5:53", "192.0.2.7:53"), counters)
    assert not any("bytes" in made[part] for part in ("network", "source", "destination"))


def test_a_connection_that_has_carried_nothing_says_so() -> None:
    made = carried(make_row("10.0.0.5:50000", "192.0.2.7:443"), Counters(received=0, sent=0))
    assert [made[part]["bytes"] for part in ("network", "source", "destination")] == [0, 0, 0]


def test_a_listener_has_no_bytes() -> None:
    made = carried(make_row("0.0.0.0:22", None, state=State.LISTEN), Counters(received=0, sent=0))
    assert not any("bytes" in made[part] for part in ("network", "source"))


def test_a_listener_has_only_a_source_and_no_direction() -> None:
    made = document(make_row("0.0.0.0:22", None, state=State.LISTEN, direction="listening"))
    assert made["event"]["action"] == "listener-listed"
    assert made["source"] == {"ip": "0.0.0.0", "port": 22}
    assert "destination" not in made
    assert "direction" not in made["network"]


def test_what_was_there_at_the_first_look_has_no_start() -> None:
    event = document(make_row(preexisting=True, closed_at=2000.0))["event"]
    assert "start" not in event
    assert "duration" not in event
    assert event["end"] == timestamp(2000.0)


def test_all_owners_are_kept_and_one_who_let_go_is_told_apart() -> None:
    made = document(make_row("10.0.0.5:22", "192.0.2.7:1", CURL, make_process("sshd", 7), owners_past=True))
    assert [owner["pid"] for owner in made["tcpview"]["owners"]] == [4242, 7]
    assert made["tcpview"]["owners"][0]["user"] == {"name": "alice"}
    assert made["tcpview"]["owner_past"] is True


@pytest.mark.parametrize(
    ("container", "told"),
    [
        ("docker:0123456789ab", {"id": "0123456789ab"}),
        ("kubernetes:9f1c2d3e/0123456789ab", {"id": "0123456789ab"}),
        ("lxc:web:1", {"name": "web:1"}),
    ],
)
def test_a_container_is_told_by_id_or_name(container: str, told: dict[str, str]) -> None:
    other = replace(CURL, pid=7, container=None)
    made = document(make_row("10.0.0.5:22", None, replace(CURL, container=container), other))
    assert made["container"] == told
    assert [owner.get("container") for owner in made["tcpview"]["owners"]] == [told, None]


def test_only_a_foreign_namespace_is_told() -> None:
    row = make_row("10.0.0.5:22", None, CURL)
    inside = replace(row, connection=replace(row.connection, namespace=Namespace(4026532245, "blue")))
    assert document(inside)["tcpview"]["namespace"] == 4026532245
    assert "namespace" not in document(row)["tcpview"]
    assert "container" not in document(inside)


def test_a_row_without_owner_has_no_process() -> None:
    made = document(make_row())
    assert {"process", "user"} & set(made) == set()


def test_a_zone_is_no_part_of_an_address() -> None:
    made = document(make_row("[fe80::1%eth0]:22", "[fe80::2%eth0]:5", direction="out"))
    assert made["source"] == {"ip": "fe80::1", "port": 22}
    assert made["tcpview"]["remote"] == {"ip": "fe80::2", "port": 5, "zone": "eth0"}


def test_findings_are_told_by_the_gravest_rule_all_techniques_and_each_in_full() -> None:
    row, grave = make_row(), make_finding()._replace(technique="T1070.004", version=2, digest="ab" * 32)
    low = make_finding(Severity.LOW, "unpackaged", "Of no package")
    told = listed(row, found(row, grave, low, now=AT), AT, "box")
    assert told["rule"] == {"id": "deleted-exe", "name": "deleted", "version": "2"}
    assert told["threat"] == {"technique": {"id": ["T1070.004"]}}
    assert [each["severity"] for each in told["tcpview"]["finding"]] == ["high", "low"]
    assert told["tcpview"]["finding"][0] == {
        "rule": "deleted-exe", "version": 2, "title": "deleted", "severity": "high", "technique": "T1070.004",
        "sentence": "It was found.", "about": "sshd (100)", "since": "1970-01-01T00:16:40.000Z", "sha256": "ab" * 32,
    }  # fmt: skip
    assert faults(told) == []


def test_what_could_not_be_checked_is_told_by_rule_with_its_reason() -> None:
    gaps = [Unchecked(("deleted-exe", "exe-place"), "Only root may look.", 1, "curl (1)")]
    row, context = make_row(), Context(AT, unchecked=lambda _: gaps)
    told = listed(row, context, AT, "box")["tcpview"]["unchecked"]
    assert told == [{"rules": ("deleted-exe", "exe-place"), "reason": "Only root may look.", "about": "curl (1)"}]
    assert cell(UNCHECKED, row, context) == "deleted-exe, exe-place: Only root may look."


def test_nothing_is_told_of_a_row_without_findings() -> None:
    assert not {"rule", "threat"} & document(make_row()).keys()


@pytest.mark.parametrize(("epoch", "text"), [(0.0, "1970-01-01T00:00:00.000Z"), (1.9999, "1970-01-01T00:00:01.999Z")])
def test_times_are_utc_with_milliseconds(epoch: float, text: str) -> None:
    assert timestamp(epoch) == text


@given(rows())
def test_every_document_is_json_without_empty_values_and_with_true_addresses(row: Row) -> None:
    made = document(row)
    assert json.loads(json.dumps(made, ensure_ascii=False)) == made
    assert not [value for value in every_value(made) if value in (None, "") or (value == {}) or value == []]
    for end in ("source", "destination"):
        if end in made:
            ipaddress.ip_address(made[end]["ip"])
    assert datetime.fromisoformat(made["@timestamp"]).timestamp() == AT
    assert made["event"].get("duration", 0) >= 0
    assert faults(made) == []


def test_the_file_is_one_array_with_a_line_for_each_document() -> None:
    mine = [make_row(), make_row("10.0.0.5:80", "192.0.2.9:5", make_process("Straße\\x1b"))]
    text = write_json(mine, COLUMNS, Context(AT), AT, "box")
    assert json.loads(text) == [document(row) for row in mine]
    assert len(text.splitlines()) == 4
    assert json.loads(write_json([], COLUMNS, Context(AT), AT, "box")) == []
