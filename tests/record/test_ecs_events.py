from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given

from tcpview_tui.findings.pair import Pair, program_of
from tcpview_tui.findings.register import Place
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.connection import State
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Opened
from tcpview_tui.record.identity import identify_by, key_id
from tests.fakes import EPOCH, NGINX
from tests.model.rows import make_process
from tests.record.ecs_fields import faults
from tests.record.judged import finding, found
from tests.record.streams import (
    BOX,
    CALL,
    CURL,
    EVERYTHING,
    HERE,
    LIFE,
    SPOKEN,
    SSHD,
    documents,
    histories,
    later,
)

PAIR_OF_CURL = Pair(program_of(CURL), "tcp", "192.0.2.7", 443, None)


def alerts(*events: Event) -> list[dict[str, Any]]:
    return [each for each in documents(events) if each["event"]["action"].startswith("finding")]


def test_what_was_found_is_an_alert_with_rule_technique_and_process() -> None:
    place: Place = ("process", CURL.identity)
    light = finding(place, "of no package", rule="unpackaged", severity=Severity.LOW, technique="T1036.005", version=3)
    (alert, over) = alerts(
        Opened(HERE, CALL), Judged(later(1), place, (light, finding(place))), Judged(later(2), place)
    )
    assert alert["event"] == {
        "kind": "alert",
        "category": ["intrusion_detection"],
        "type": ["info"],
        "action": "finding",
        "severity": 3,
    }
    assert alert["rule"] == {"id": "exe-place", "name": "Unusual place", "version": "1"}
    assert alert["threat"]["technique"]["id"] == ["T1036", "T1036.005"]
    assert alert["message"] == "started from /dev/shm/x; of no package"
    assert (alert["process"]["pid"], alert["process"]["executable"]) == (4242, "/usr/bin/curl")
    assert (alert["user"], alert["host"]) == ({"name": "alice"}, {"name": "box"})
    assert [each["rule"] for each in alert["tcpview"]["finding"]] == ["unpackaged", "exe-place"]
    assert "network" not in alert
    assert (over["event"]["kind"], over["event"]["action"]) == ("event", "finding-over")
    assert over["message"] == "nothing is found of curl (4242) any more"
    assert {"rule", "threat"} & set(over) == set()


def test_an_alert_about_a_connection_tells_its_ends_also_when_it_has_just_closed() -> None:
    place: Place = ("connection", CALL.key)
    told = Judged(later(3), *found(place))
    opened, ended = Opened(HERE, CALL), Closed(later(2), CALL.key)
    lives: list[list[Event]] = [[opened, told], [opened, ended, told]]
    for events in lives:
        (alert,) = alerts(*events)
        assert (alert["destination"]["ip"], alert["destination"]["port"]) == ("192.0.2.7", 443)
        assert (alert["process"]["name"], alert["tcpview"]["key"]) == ("curl", identify_by(BOX)(CALL, EPOCH))
    (unknown,) = alerts(told)
    assert "process" not in unknown
    assert unknown["tcpview"]["key"] == key_id(CALL.key)


def test_an_alert_about_a_program_tells_whom_it_calls_and_which_process_does() -> None:
    (alert,) = alerts(Opened(HERE, CALL), Judged(HERE, *found(("activity", PAIR_OF_CURL))))
    assert alert["destination"] == {"ip": "192.0.2.7", "port": 443}
    assert alert["network"] == {"type": "ipv4", "transport": "tcp"}
    assert alert["process"]["pid"] == 4242
    (alert,) = alerts(Judged(HERE, *found(("machine", ("hidden-process", 77)))))
    assert alert["process"] == {"pid": 77}


def test_each_event_of_a_suspicious_connection_says_so_for_as_long_as_it_is() -> None:
    place: Place = ("process", CURL.identity)
    counted = Counted(later(1), CALL.key, Counters(1, 1))
    events: list[Event] = [Opened(HERE, CALL), Judged(HERE, *found(place)), counted, Judged(later(2), place), counted]
    told = [each for each in documents(events) if each["event"]["action"] == "connection-counted"]
    assert [each.get("rule", {}).get("id") for each in told] == ["exe-place", None]
    assert [len(each["tcpview"].get("finding", [])) for each in told] == [1, 0]


def test_a_life_is_told_by_documents_that_each_stand_alone() -> None:
    opened, named, counted, closed = documents(*LIFE)
    assert opened["event"] == {
        "kind": "event",
        "category": ["network"],
        "type": ["connection", "start"],
        "action": "connection-opened",
        "start": "2026-01-01T00:00:00.250Z",
    }
    assert opened["@timestamp"] == "2026-01-01T00:00:00.250Z"
    assert named["event"]["action"] == "address-named"
    assert named["related"] == {"ip": ["192.0.2.7"], "hosts": ["far.example"]}
    assert counted["event"]["action"] == "connection-counted"
    assert counted["network"]["bytes"] == closed["network"]["bytes"] == 7030
    assert closed["event"] == {
        "kind": "event",
        "category": ["network"],
        "type": ["connection", "end"],
        "action": "connection-closed",
        "start": "2026-01-01T00:00:00.250Z",
        "end": "2026-01-01T00:00:02.500Z",
        "duration": 2_250_000_000,
    }
    assert closed["source"] == {"ip": "10.0.0.5", "port": 50000, "bytes": 30}
    assert closed["destination"] == {"ip": "192.0.2.7", "port": 443, "bytes": 7000, "domain": "far.example"}
    assert closed["network"]["community_id"] == "1:px6bo1/z4vAmTQx7TAtQhejbPH8="
    assert (closed["process"]["name"], closed["user"]["name"]) == ("curl", "alice")
    assert (closed["host"], closed["container"]) == ({"name": "box"}, {"id": "0123456789ab"})
    assert closed["tcpview"]["time"] == {"wall": EPOCH + 2.5, "monotonic": 1002.5, "look": 3}
    assert len({each["tcpview"]["key"] for each in (opened, counted, closed)}) == 1


def test_a_listener_is_told_as_one_and_makes_what_comes_to_it_incoming() -> None:
    spoken, listening = documents([Opened(HERE, SPOKEN), Opened(HERE, SSHD, preexisting=True)])
    assert (spoken["event"]["action"], listening["event"]["action"]) == ("connection-opened", "listener-opened")
    assert spoken["network"]["direction"] == "ingress"
    assert "start" not in listening["event"]
    assert listening["event"]["type"] == ["start"]
    assert listening["tcpview"]["preexisting"] is True


def test_who_had_it_is_told_after_the_kernel_alone_has_it_and_when_it_is_known_only_at_the_end() -> None:
    waiting = replace(CALL, owners=(), state=State.TIME_WAIT)
    *_, changed = documents([Opened(HERE, CALL), Changed(later(1), waiting)])
    assert (changed["process"]["pid"], changed["tcpview"]["owner_past"]) == (4242, True)
    *_, closed = documents([Opened(HERE, SPOKEN), Closed(later(1), SPOKEN.key, (CURL,))])
    assert closed["process"]["pid"] == 4242


def test_without_a_process_the_user_is_that_of_the_socket() -> None:
    (opened,) = documents([Opened(HERE, SPOKEN)])
    assert opened["user"] == {"name": "root"}


def test_what_has_closed_is_forgotten() -> None:
    again = documents(*LIFE, [Counted(later(3), CALL.key, Counters(1, 1))])[-1]
    assert "source" not in again
    assert again["event"]["action"] == "connection-counted"


def test_a_reopened_key_starts_with_no_bytes() -> None:
    again = documents(*LIFE, [Opened(later(3), CALL)])[-1]
    assert "bytes" not in again["source"]


@given(histories())
@example(EVERYTHING)
def test_every_document_is_as_ecs_publishes_its_fields(history: list[Event]) -> None:
    assert [fault for document in documents(history) for fault in faults(document)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source.ip", "fe80::1%eth0"),
        ("source.port", "443"),
        ("event.type", "start"),
        ("event.type", ["change"]),
        ("event.start", "2026-01-01T00:00:00+01:00"),
        ("network.transport", "raw"),
        ("network.protocol", "tls"),
        ("process.name", ""),
        ("ecs.version", None),
    ],
)
def test_what_ecs_does_not_publish_would_be_seen(name: str, value: Any) -> None:
    (document,) = documents([Opened(HERE, CALL)])
    outer, inner = name.split(".")
    document[outer] = {**document[outer], inner: value}
    assert (name, value) in faults(document)


def test_programs_are_told_of_every_process_that_has_or_had_it() -> None:
    digests = {CURL: "c" * 64, NGINX: "a" * 64}
    both = replace(CALL, owners=(CURL, NGINX))
    history: list[Event] = [Opened(HERE, both), Closed(later(1), CALL.key, (CURL, make_process()))]
    opened, closed = documents(history, digests=digests)
    assert opened["process"]["hash"] == {"sha256": "c" * 64}
    assert [owner["hash"]["sha256"] for owner in opened["tcpview"]["owners"]] == ["c" * 64, "a" * 64]
    assert ["hash" in owner for owner in closed["tcpview"]["past_owners"]] == [True, False]
    assert faults(opened) == faults(closed) == []


def test_a_raw_socket_has_no_transport_of_ecs() -> None:
    (opened,) = documents([Opened(HERE, replace(CALL, transport="raw"))])
    assert "transport" not in opened["network"]
    assert opened["tcpview"]["transport"] == "raw"
