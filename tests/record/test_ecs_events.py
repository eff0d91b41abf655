from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from hypothesis import example, given

from tcpview_tui.model.connection import State
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.ecs_events import key_id
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Opened
from tests.fakes import EPOCH
from tests.record.streams import (
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


def test_a_life_is_told_by_documents_that_each_stand_alone() -> None:
    opened, named, counted, closed = documents(*LIFE)
    assert opened["event"] == {
        "kind": "event",
        "category": ["network"],
        "type": ["start"],
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
        "type": ["end"],
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


def test_the_id_of_a_key_is_short_and_stays() -> None:
    assert key_id((4026531840, 77)) == key_id((4026531840, 77)) != key_id((4026531840, 78))
    assert re.fullmatch(r"[0-9a-f]{16}", key_id((4026531840, 77)))
    assert key_id(key_id(5)) == key_id(5)


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each field of a document; what is our own is no matter of ECS."""
    if not isinstance(part, dict):
        yield path, part
        return
    for name, value in part.items():
        if name != "tcpview":
            yield from leaves(value, f"{path}.{name}".lstrip("."))


def is_date(value: Any) -> bool:
    return datetime.fromisoformat(value).utcoffset() == timedelta(0)


def is_address(value: Any) -> bool:
    address: str = value
    return str(ip_address(address)) == address


def is_long(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) > 0 and all(map(check, value))


def one_of(*allowed: str) -> Callable[[Any], bool]:
    return lambda value: value in allowed


FIELDS: dict[str, Callable[[Any], bool]] = {
    "@timestamp": is_date,
    "message": is_text,
    "event.kind": one_of("event"),
    "event.category": each(one_of("network")),
    "event.type": each(one_of("start", "end", "info")),
    "event.action": is_text,
    "event.start": is_date,
    "event.end": is_date,
    "event.duration": is_long,
    "network.transport": is_text,
    "network.type": one_of("ipv4", "ipv6"),
    "network.direction": one_of("ingress", "egress"),
    "network.community_id": is_text,
    "network.bytes": is_long,
    **{f"{end}.ip": is_address for end in ("source", "destination")},
    **{f"{end}.port": is_long for end in ("source", "destination")},
    **{f"{end}.bytes": is_long for end in ("source", "destination")},
    **{f"{end}.domain": is_text for end in ("source", "destination")},
    "process.pid": is_long,
    "process.name": is_text,
    "process.executable": is_text,
    "process.command_line": is_text,
    "process.start": is_date,
    "process.entity_id": is_text,
    "process.parent.pid": is_long,
    "user.name": is_text,
    "container.id": is_text,
    "container.name": is_text,
    "host.name": is_text,
    "related.ip": each(is_address),
    "related.hosts": each(is_text),
}
"""The fields that are used, with their published types (ECS 9, field reference): anything else is a mistake."""


@given(histories())
@example(EVERYTHING)
def test_every_field_is_one_of_ecs_and_of_its_type(history: list[Event]) -> None:
    told = [leaf for document in documents(history) for leaf in leaves(document)]
    assert [(path, value) for path, value in told if path not in FIELDS or not FIELDS[path](value)] == []
