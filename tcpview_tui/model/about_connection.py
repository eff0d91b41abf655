"""What is known of the connection of a row: its ends, its states and its times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import address_class
from tcpview_tui.model.columns import BY_ID
from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, State
from tcpview_tui.model.container import namespace_label
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.text import age, duration, endpoint, local_time

if TYPE_CHECKING:
    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import Direction, Endpoint, Namespace, Transport
    from tcpview_tui.model.row import Row

_DIRECTIONS: Mapping[Direction, str] = {
    "in": "in: a listener had the local port",
    "out": "out: no listener had the local port",
    "listening": "listening: waits for others",
}
_KNOWN: Mapping[Direction, str] = {
    "in": "in: the other end opened it",
    "out": "out: this end opened it",
    "listening": _DIRECTIONS["listening"],
}
"""For a direction that the kernel tells."""


def about_connection(row: Row, context: Context) -> Section:
    """Return the same labels for every row; a missing value is a word."""
    connection, closed = row.connection, row.closed_at
    is_exact = connection.opened_at is not None
    transport, remote = connection.transport, connection.remote
    far = None if remote is None else _far(remote, transport, context)
    name = None if remote is None else context.names.get(remote.address)
    place = None if remote is None else context.place(remote.address)
    facts = (
        Fact("Protocol", connection.protocol),
        Fact("State", _state(row)),
        Fact("Direction", (_KNOWN if connection.direction else _DIRECTIONS)[row.direction]),
        Fact("Local", _end(connection.local, transport, context), cut="middle"),
        fact("Remote", far, "none: nobody is connected", cut="middle"),
        fact("Remote name", name, cut="start"),
        fact("Network", None if place is None else _network(place)),
        _namespace(connection.namespace),
        Fact("Opened", _opened(row)),
        fact("Closed", None if closed is None else local_time(closed, fine=is_exact), "still open"),
        Fact("Duration", _duration(row, context)),
        Fact("History", _history(row), cut="start"),
    )
    return Section("Connection", facts)


def _namespace(namespace: Namespace | None) -> Fact:
    if namespace is None:
        return Fact("Namespace", "that of this program", quiet=True)
    label = namespace_label(namespace)
    is_named = namespace.name and namespace != UNKNOWN_NAMESPACE
    return Fact("Namespace", f"{label} (netns:{namespace.inode})" if is_named else label)


def _end(end: Endpoint, transport: Transport, context: Context) -> str:
    service = context.service_name(transport, end.port)
    return endpoint(*end) + (f" ({service})" if service else "")


def _far(end: Endpoint, transport: Transport, context: Context) -> str:
    """Return the other end, with what kind of address it is when it is none of the Internet's."""
    kind = address_class(end.address)
    return _end(end, transport, context) + (f", {kind}" if kind else "")


def _network(place: Place) -> str:
    """Return who announces the network of an address, and of which country it is, by what."""
    number = None if place.asn is None else f"AS{place.asn}"
    country = place.country and f"{'thought to be used' if place.is_estimate else 'registered'} in {place.country}"
    announced = " ".join(filter(None, (number, place.organisation)))
    return ", ".join(filter(None, (announced, country)))


def _opened(row: Row) -> str:
    if row.preexisting:
        return "before this program started"
    if row.is_brief:
        return "between the two looks before it was known to have closed"
    return local_time(row.first_seen, fine=row.connection.opened_at is not None)


def _state(row: Row) -> str:
    state, since = row.connection.state, row.history[-1][1]
    if state is State.NONE:
        return "none: only TCP has states"
    is_first = row.preexisting and len(row.history) == 1
    return f"{state.label} {'at least since' if is_first else 'since'} {local_time(since)}"


def _history(row: Row) -> str:
    if row.is_brief:
        return "opened and closed between two looks"
    steps = [f"{local_time(since)} {state.label}" for state, since in row.history]
    if row.preexisting:
        steps[0] = f"before {steps[0]}"
    if row.closed_at is not None:
        steps.append(f"{local_time(row.closed_at)} closed")
    return ", ".join(steps)


def _duration(row: Row, context: Context) -> str:
    if row.closed_at is None:
        return _so_far(row, context)
    if row.is_brief:
        return "unknown: shorter than the time between two looks"
    prefix = "more than " if row.preexisting else ""
    return prefix + duration(max(row.closed_at - row.first_seen, 0.0))


def _so_far(row: Row, context: Context) -> str:
    seen = BY_ID["age"].value(row, context)
    if not row.preexisting:
        return f"{BY_ID['age'].text(row, context)} so far"
    return f"more than {age(seen)} so far" if seen >= 60 else "unknown: it was open before the first look"
