"""What the Elastic Common Schema 9.4.0 says of the fields that are used, and whether a document agrees.

Names and types are those of generated/csv/fields.csv, values those of schemas/event.yml and schemas/network.yml, in
https://github.com/elastic/ecs/tree/v9.4.0 (Apache License 2.0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

FIELDS = {
    "@timestamp": "date",
    "message": "match_only_text",
    "ecs.version": "keyword",
    "event.kind": "keyword",
    "event.category": "keyword[]",
    "event.type": "keyword[]",
    "event.action": "keyword",
    "event.start": "date",
    "event.end": "date",
    "event.duration": "long",
    "event.severity": "long",
    "network.transport": "keyword",
    "network.type": "keyword",
    "network.direction": "keyword",
    "network.community_id": "keyword",
    "network.bytes": "long",
    "source.ip": "ip",
    "source.port": "long",
    "source.bytes": "long",
    "source.domain": "keyword",
    "destination.ip": "ip",
    "destination.port": "long",
    "destination.bytes": "long",
    "destination.domain": "keyword",
    "process.pid": "long",
    "process.name": "keyword",
    "process.executable": "keyword",
    "process.command_line": "wildcard",
    "process.start": "date",
    "process.entity_id": "keyword",
    "process.hash.sha256": "keyword",
    "process.parent.pid": "long",
    "user.name": "keyword",
    "container.id": "keyword",
    "container.name": "keyword",
    "host.name": "keyword",
    "host.boot.id": "keyword",
    "host.os.kernel": "keyword",
    "related.ip": "ip[]",
    "rule.id": "keyword",
    "rule.name": "keyword",
    "rule.version": "keyword",
    "threat.technique.id": "keyword[]",
    "related.hosts": "keyword[]",
}
"""Types by name; ``[]`` where the reference asks for an array."""

REQUIRED = {"@timestamp", "ecs.version", "event.kind", "event.category", "event.type", "event.action", "host.name"}
"""The first two the reference requires of every document; the others are what every document here promises."""

ALLOWED = {
    "event.kind": {"alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"},
    "event.category": {"host", "intrusion_detection", "network"},
    "event.type": {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
    "network.direction": {"ingress", "egress"},
    "network.transport": {"tcp", "udp", "udplite"},
    "network.type": {"ipv4", "ipv6"},
}
"""The values that may stand there. Types are those expected of the category; directions those of a host that reports
on itself; transports keywords of the IANA registry of protocol numbers in lower case."""

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _is_date(value: Any) -> bool:
    return bool(_DATE.fullmatch(value)) and datetime.fromisoformat(value).utcoffset() == timedelta(0)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and "%" not in value and str(ip_address(value)) == value


def _is_long(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


_TYPES: dict[str, Callable[[Any], bool]] = {
    "date": _is_date,
    "ip": _is_address,
    "long": _is_long,
    "keyword": _is_text,
    "wildcard": _is_text,
    "match_only_text": _is_text,
}


def faults(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the fields of a document that are none of ECS, not of their type, or hold what may not stand there."""
    told = dict(_leaves(document))
    missing = [(name, None) for name in sorted(REQUIRED - set(told))]
    inner = [part for name in ("owners", "past_owners") for part in document.get("tcpview", {}).get(name, [])]
    processes = [{"process": {k: v for k, v in part.items() if k not in _BESIDE}} | _beside(part) for part in inner]
    told_inside = [leaf for part in processes for leaf in _leaves(part)]
    return missing + [(name, value) for name, value in (*told.items(), *told_inside) if not _holds(name, value)]


_BESIDE = ("user", "container", "tcpview")
"""What stands in the document of an owner, and beside `process` in that of an event."""


def _beside(part: dict[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in _BESIDE if name in part}


def _holds(name: str, value: Any) -> bool:
    kind = FIELDS.get(name, "")
    if kind.endswith("[]") != isinstance(value, list):
        return False
    values = value if isinstance(value, list) else [value]
    check, allowed = _TYPES.get(kind.removesuffix("[]")), ALLOWED.get(name)
    return bool(values) and check is not None and all(check(v) and (allowed is None or v in allowed) for v in values)


def _leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each field; what is under `tcpview` is our own and no matter of ECS."""
    if not isinstance(part, dict):
        yield path, part
        return
    for name, value in part.items():
        if name != "tcpview":
            yield from _leaves(value, f"{path}.{name}".lstrip("."))
