"""Connections that stay, and connections that carry much more away than they bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.reach import is_nearby, stays_here
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.text import count, duration, endpoint, local_time, size

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Counters

DAY = 24 * 3600.0
"""Seconds: longer than a working day, and than most providers leave an address to a home."""

UPLOAD_BYTES = 10 * 1024 * 1024
"""Bytes sent: more than a page, a form or a letter takes."""

UPLOAD_RATIO = 10
"""Bytes sent for each received: an acknowledgement by the service above TCP is short, a talk goes both ways."""


class Standing(NamedTuple):
    """A connection with its counters, `None` where the source has none of it, at the second `now` UTC."""

    row: Row
    counters: Counters | None
    now: float


def _long(standing: Standing) -> Answer:
    row, connection = standing.row, standing.row.connection
    lasts = standing.now - row.first_seen
    if lasts < DAY or connection.remote is None or connection.state is not State.ESTABLISHED or row.is_closed:
        return None
    if is_nearby(connection.remote.address):
        return None
    when = "was there already at" if row.preexisting else "opened at"
    return Hit(
        f"open to {endpoint(*connection.remote)} for {_at_least(row)}{duration(lasts)}: "
        f"it {when} {local_time(row.first_seen)}",
        "Sessions of SSH, chat, push messages and tunnels stay for days.",
    )


def _upload(standing: Standing) -> Answer:
    row, remote = standing.row, standing.row.connection.remote
    if row.direction != "out" or remote is None or row.connection.transport != "tcp" or stays_here(row.connection):
        return None
    counters = standing.counters
    if counters is None or counters.sent is None or counters.received is None:
        if row.connection.state in KERNEL_STATES:
            return None  # what the kernel keeps there has no counters (struct inet_timewait_sock), in any source
        return Unknown("the source in use does not count the bytes of this connection")
    if counters.sent < UPLOAD_BYTES or counters.sent < UPLOAD_RATIO * counters.received:
        return None
    nearby = is_nearby(remote.address)
    return Hit(
        f"sent {_bytes(counters.sent)} to {endpoint(*remote)} and received {_bytes(counters.received)}"
        f"{_in_time(standing)}",
        f"{remote.address} is in a local network." if nearby else "Backups and uploads that somebody wants look so.",
        Severity.LOW if nearby else None,
    )


def _at_least(row: Row) -> str:
    """Of what was there before the first look, nobody knows since when."""
    return "at least " if row.preexisting else ""


def _bytes(number: int) -> str:
    """Return a size for a sentence: ``0 bytes``, ``1.2 kB``, ``340 MB``, with the figures of the column."""
    shown = size(number)
    return f"{shown[:-1]} {shown[-1]}B" if shown[-1].isalpha() else count(number, "byte")


def _in_time(standing: Standing) -> str:
    """Say in what time, where that is known: a second may lie between two looks."""
    row = standing.row
    if row.preexisting:
        return f"; it was there already at {local_time(row.first_seen)}"
    lasted = (standing.now if row.closed_at is None else row.closed_at) - row.first_seen
    is_known = lasted >= 1 or (lasted > 0 and row.connection.opened_at is not None)
    return f" in {duration(lasted)}" if is_known else ""


LONG = Rule(
    id="long-connection",
    version=1,
    title="Connection for over a day",
    of="connection",
    reads="since when the connection has been seen, and its state",
    severity=Severity.LOW,
    technique="T1071",
    benign="Sessions of SSH, chat and push services, tunnels, replication.",
    check=_long,
)

UPLOAD = Rule(
    id="upload",
    version=1,
    title="Far more sent than received",
    of="connection",
    reads="the counters of the connections that programs here have opened (tcp_info)",
    severity=Severity.MEDIUM,
    technique="T1048",
    benign="Backups, synchronisation, sending of logs, uploads by people.",
    check=_upload,
)
