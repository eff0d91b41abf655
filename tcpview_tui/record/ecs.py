"""Rows as documents with the names of the Elastic Common Schema (ECS); what it has no name for is under `tcpview`.

Field reference: https://www.elastic.co/docs/reference/ecs. Every document stands alone: it says where and when.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.community_id import community_id
from tcpview_tui.record.digests import unread
from tcpview_tui.record.ecs_findings import rules, told, unchecked
from tcpview_tui.record.timestamp import timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import Endpoint
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.digests import Digest

Document = dict[str, Any]

VERSION = "9.4.0"
"""Of ECS: `ecs.version`, which every document must have. https://github.com/elastic/ecs/tree/v9.4.0"""

_DIRECTIONS = {"in": "ingress", "out": "egress"}
"""ECS `network.direction`: these two are the words of a host that reports on itself."""

_NANOSECONDS = 1_000_000_000
"""ECS `event.duration` is in nanoseconds."""


def listed(row: Row, context: Context, at: float, host: str) -> Document:
    """Return the document of a row as it was at `at` (seconds UTC) on `host`. What is unknown is left out."""
    event = {"kind": "state", "category": ["network"], "type": types(row, "info"), "action": action(row, "listed")}
    return known({**base(at), "event": event | lifetime(row), **subject(row, context, host)})


def base(at: float) -> Document:
    """Return the fields that ECS asks of every document: when it was (`at`, seconds UTC), and the version of ECS."""
    return {"@timestamp": timestamp(at), "ecs": {"version": VERSION}}


def types(row: Row | None, kind: str) -> list[str]:
    """Return the `event.type` of what tells of a row: what has both ends is of ECS's type `connection`, too."""
    return ["connection", kind] if row and row.connection.remote is not None else [kind]


def subject(row: Row, context: Context, host: str, digest_of: Digest = unread) -> Document:
    """Return the parts of a document that tell what a row is: its flow, its ends, its process, what was found of it."""
    counters, owner, findings = _counters(row, context), row.owner, context.findings(row)
    return {
        "network": _network(row, counters),
        **_ends(row, context, counters),
        "process": owner and _process(owner, host, digest_of),
        "user": {"name": owner.user if owner else row.connection.user},
        "container": owner and _container(owner),
        "host": {"name": host},
        **rules(findings),
        "tcpview": _own(row, host, digest_of)
        | {"finding": told(findings), "unchecked": unchecked(context.unchecked(row))},
    }


def of_process(process: Process, host: str, digest_of: Digest = unread) -> Document:
    """Return the parts of a document that tell what a process is."""
    return {
        "process": _process(process, host, digest_of),
        "user": {"name": process.user},
        "container": _container(process),
    }


def action(row: Row | None, verb: str) -> str:
    """Return the `event.action` of what was done to a row, ``listener-opened``; of an unknown one, a connection."""
    return f"{'listener' if row and row.connection.is_listening else 'connection'}-{verb}"


def lifetime(row: Row) -> Document:
    """Return since and until when it was, as far as it is known: not the start of what nobody saw open."""
    start, end = None if row.preexisting or row.is_brief else row.first_seen, row.closed_at
    lasted = None if start is None or end is None else max(end - start, 0)
    return {
        "start": None if start is None else timestamp(start),
        "end": None if end is None else timestamp(end),
        "duration": None if lasted is None else round(lasted * _NANOSECONDS),
    }


def _counters(row: Row, context: Context) -> Counters:
    """Return what the connection has carried so far, as far as it is known; a listener carries nothing."""
    gauge = context.gauges.get(row.connection.key)
    return gauge.counters if gauge is not None and row.connection.remote is not None else Counters()


def _network(row: Row, counters: Counters) -> Document:
    connection, received, sent = row.connection, counters.received, counters.sent
    return {
        "transport": None if connection.transport == "raw" else connection.transport,
        "type": f"ipv{connection.family}",
        "direction": None if connection.remote is None else _DIRECTIONS.get(row.direction),
        "community_id": community_id(connection.transport, connection.local, connection.remote),
        "bytes": None if received is None or sent is None else received + sent,
    }


def _ends(row: Row, context: Context, counters: Counters) -> Document:
    """Return source and destination by who opened the connection, each with the bytes of payload that it sent; a
    listener has only a source, itself."""
    connection = row.connection
    if connection.remote is None:
        return {"source": _end(connection.local)}
    local = _end(connection.local) | {"bytes": counters.sent}
    remote = _end(connection.remote) | {"bytes": counters.received}
    remote["domain"] = context.names.get(connection.remote.address)
    opener, opened = (remote, local) if row.direction == "in" else (local, remote)
    return {"source": opener, "destination": opened}


def _end(end: Endpoint) -> Document:
    """Return an endpoint; the zone of a link-local address (RFC 4007) is not part of an ECS `ip`."""
    return {"ip": end.address.partition("%")[0], "port": end.port}


def _zoned(end: Endpoint | None) -> Document | None:
    return None if end is None else _end(end) | {"zone": end.address.partition("%")[2] or None}


def _process(process: Process, host: str, digest_of: Digest) -> Document:
    started = process.started
    return {
        "pid": process.pid,
        "name": process.name,
        "executable": process.executable,
        "command_line": process.command_line,
        "start": None if started is None else timestamp(started),
        "entity_id": None if started is None else f"{host}/{process.pid}/{started:.2f}",
        "hash": {"sha256": digest_of(process)},
        "parent": {"pid": process.parents[0].pid if process.parents else None},
    }


def _container(process: Process) -> Document:
    """Return the container by its id; those of LXC have a name alone."""
    engine, _, name = (process.container or "").partition(":")
    return {"name": name} if engine == "lxc" else {"id": name.rpartition("/")[2]}


def owners(processes: Iterable[Process], host: str, digest_of: Digest) -> list[Document] | None:
    """Return a document for each process, with all that is known of it; `None` when there is none."""
    return [_owner(process, host, digest_of) for process in processes] or None


@lru_cache(4096)
def _owner(process: Process, host: str, digest_of: Digest) -> Document:
    """Return a process with, under `tcpview`, what ECS has no name for or tells less exactly."""
    own = {
        "started": process.started,
        "service": process.service,
        "container": process.container,
        "parents": [{"pid": parent.pid, "name": parent.name} for parent in process.parents] or None,
    }
    ecs = _process(process, host, digest_of) | {"user": {"name": process.user}, "container": _container(process)}
    return known(ecs | {"tcpview": own})


def _own(row: Row, host: str, digest_of: Digest) -> Document:
    connection = row.connection
    return {
        "transport": "raw" if connection.transport == "raw" else None,  # it is no protocol, so no `network.transport`
        "state": connection.state.value or None,
        "status": "closed" if row.is_closed else "open",
        "local": _zoned(connection.local),
        "remote": _zoned(connection.remote),
        "first_seen": timestamp(row.first_seen),
        "preexisting": row.preexisting,
        "owner_past": row.owners_past if row.owners else None,
        "owners": owners(row.owners, host, digest_of) if len(row.owners) > 1 else None,
        "service": row.owner and row.owner.service,
        "container": row.owner and row.owner.container,
        "namespace": connection.namespace and connection.namespace.inode,
        "namespace_name": connection.namespace and connection.namespace.name,
    }


def known(document: Document) -> Document:
    """Return `document` without what is unknown (`None`, an empty text) and without parts that hold nothing else."""
    told: Document = {}
    for name, value in document.items():
        kept = known(value) if isinstance(value, dict) else value
        if kept is not None and kept != "" and kept != {}:
            told[name] = kept
    return told
