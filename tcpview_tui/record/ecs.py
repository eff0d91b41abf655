"""Rows as documents with the names of the Elastic Common Schema (ECS); what it has no name for is under `tcpview`.

Field reference: https://www.elastic.co/docs/reference/ecs. Every document stands alone: it says where and when.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.traffic import Counters

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import Endpoint
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

Document = dict[str, Any]

_DIRECTIONS = {"in": "ingress", "out": "egress"}
"""ECS `network.direction`: these two are the words of a host that reports on itself."""

_NANOSECONDS = 1_000_000_000
"""ECS `event.duration` is in nanoseconds."""


@lru_cache(4096)
def timestamp(epoch: float) -> str:
    """Return `epoch` (seconds UTC) as ISO 8601 in UTC with milliseconds, ``2026-01-31T23:59:59.250Z``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def listed(row: Row, context: Context, at: float, host: str) -> Document:
    """Return the document of a row as it was at `at` (seconds UTC) on `host`. What is unknown is left out."""
    counters = _counters(row, context)
    document = {
        "@timestamp": timestamp(at),
        "event": _event(row),
        "network": _network(row, counters),
        **_ends(row, context, counters),
        "process": row.owner and _process(row.owner, host),
        "user": {"name": row.owner and row.owner.user},
        "container": row.owner and _container(row.owner),
        "host": {"name": host},
        "tcpview": _own(row, host),
    }
    return _known(document)


def _event(row: Row) -> Document:
    """Return what is known of the event; a connection that was there at the first look has no known start."""
    start, end = None if row.preexisting or row.is_brief else row.first_seen, row.closed_at
    kind = "listener" if row.connection.is_listening else "connection"
    lasted = None if start is None or end is None else max(end - start, 0)
    return {
        "kind": "state",
        "category": ["network"],
        "type": ["info"],
        "action": f"{kind}-listed",
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
        "transport": connection.transport,
        "type": f"ipv{connection.family}",
        "direction": None if connection.remote is None else _DIRECTIONS.get(row.direction),
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


def _process(process: Process, host: str) -> Document:
    started = process.started
    return {
        "pid": process.pid,
        "name": process.name,
        "executable": process.executable,
        "command_line": process.command_line,
        "start": None if started is None else timestamp(started),
        "entity_id": None if started is None else f"{host}/{process.pid}/{started:.2f}",
        "parent": {"pid": process.parents[0].pid if process.parents else None},
    }


def _container(process: Process) -> Document:
    """Return the container by its id; those of LXC have a name alone."""
    engine, _, known = (process.container or "").partition(":")
    return {"name": known} if engine == "lxc" else {"id": known.rpartition("/")[2]}


def _owner(process: Process, host: str) -> Document:
    return _process(process, host) | {"user": {"name": process.user}, "container": _container(process)}


def _own(row: Row, host: str) -> Document:
    connection = row.connection
    owners = [_known(_owner(owner, host)) for owner in row.owners]
    return {
        "state": connection.state.value or None,
        "status": "closed" if row.is_closed else "open",
        "local": _zoned(connection.local),
        "remote": _zoned(connection.remote),
        "first_seen": timestamp(row.first_seen),
        "preexisting": row.preexisting,
        "owner_past": row.owners_past if owners else None,
        "owners": owners if len(owners) > 1 else None,
        "service": row.owner and row.owner.service,
        "namespace": connection.namespace and connection.namespace.inode,
    }


def _known(document: Document) -> Document:
    """Return `document` without what is unknown (`None`, an empty text) and without parts that hold nothing else."""
    known = {name: _known(value) if isinstance(value, dict) else value for name, value in document.items()}
    return {name: value for name, value in known.items() if value not in (None, "", {})}
