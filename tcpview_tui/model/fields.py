"""The fields of the filter language, each declared once: parser, Tab completion, help and README are made from this.

A field says of what kind its facts are and where they stand in a row (`lift`). An unknown fact matches nothing, so
that ``-user:root`` keeps the rows whose user is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from tcpview_tui.model.choices import DIRECTIONS, FLAGS, PROTOCOLS, STATES, Choice, Match, Seen
from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.kinds import (
    ADDRESS,
    ASN,
    CHOICE,
    DELAY,
    DURATION,
    FLAG,
    NUMBER,
    PORT,
    SEVERITY,
    SIZE,
    TEXT,
    Kind,
)
from tcpview_tui.model.row import Row

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Endpoint

Predicate = Callable[[Row, Context], bool]
Lift = Callable[[Match], Predicate]
"""Makes a test of rows out of a test of facts."""

OWNED = {"process": "name", "path": "executable", "cmd": "command_line"} | {
    name: name for name in ("pid", "user", "service", "container")
}
"""The attribute of a process by the name of its column: a filter asks every owner, a column shows the first."""


@dataclass(frozen=True, slots=True)
class Field:
    """A name that can stand before a colon. The answer of a `volatile` one changes while the row does not."""

    name: str
    kind: Kind
    help: str
    example: str
    lift: Lift
    choices: tuple[Choice, ...] = ()
    volatile: bool = False
    needs_names: bool = False
    compares: bool = False
    """Whether its facts come from comparing looks: of a single one they are unknown, or too small."""
    judged: bool = False
    """Whether its facts are what the rules have found."""
    of_process: bool = False
    """Whether it is a fact of the process, and unknown where that is."""


def _column(name: str) -> Lift:
    read = BY_ID[name].value

    def lift(match: Match) -> Predicate:
        def predicate(row: Row, context: Context) -> bool:
            fact = read(row, context)
            return fact is not None and match(fact)

        return predicate

    return lift


def _owners(name: str) -> Lift:
    read = attrgetter(OWNED[name])

    def lift(match: Match) -> Predicate:
        def predicate(row: Row, _: Context) -> bool:
            for owner in row.owners:
                fact = read(owner)
                if fact is not None and match(fact):
                    return True
            return False

        return predicate

    return lift


def _container(match: Match) -> Predicate:
    owned, shown = _owners("container")(match), _column("container")(match)
    return lambda row, context: owned(row, context) or shown(row, context)


def _user(match: Match) -> Predicate:
    """Of a row without a known process, the user of the socket counts."""
    of_owners = _owners("user")(match)

    def predicate(row: Row, context: Context) -> bool:
        booked = row.connection.user if not row.owners else None
        return of_owners(row, context) or (booked is not None and match(booked))

    return predicate


def either_end(match: Callable[[Endpoint], bool]) -> Predicate:
    """Lift a test of endpoints to the local and the remote one."""

    def predicate(row: Row, _: Context) -> bool:
        connection = row.connection
        return match(connection.local) or (connection.remote is not None and match(connection.remote))

    return predicate


def _either_port(match: Match) -> Predicate:
    return either_end(lambda end: match(end.port))


def _age(match: Match) -> Predicate:
    """Of a row that was there at the first look only the least age is known: every greater one must fit too."""
    read = BY_ID["age"].value
    return lambda row, context: match(read(row, context)) and (not row.preexisting or match(math.inf))


def _rate(match: Match) -> Predicate:
    receiving, sending = BY_ID["rate_in"].value, BY_ID["rate_out"].value

    def predicate(row: Row, context: Context) -> bool:
        rate = receiving(row, context)
        return rate is not None and match(rate + sending(row, context))

    return predicate


def _finding(match: Match) -> Predicate:
    return lambda row, context: any(match(each.rule) or match(each.title) for each in context.findings(row))


def _severity(match: Match) -> Predicate:
    return lambda row, context: any(match(each.severity) for each in context.findings(row))


def _either_queue(match: Match) -> Predicate:
    receiving, sending = _column("recvq")(match), _column("sendq")(match)
    return lambda row, context: not row.connection.is_listening and (receiving(row, context) or sending(row, context))


def _seen(match: Match) -> Predicate:
    return lambda row, context: match(Seen(row, context))


FIELDS: tuple[Field, ...] = (
    Field(
        "process", TEXT, "Name of a process that has the socket.", "process:sshd", _owners("process"), of_process=True
    ),
    Field("pid", NUMBER, "Process id.", "pid:100-200", _owners("pid"), of_process=True),
    Field("user", TEXT, "User the process runs as.", "user:www-data", _user),
    Field(
        "service",
        TEXT,
        "systemd unit or container of the process.",
        "service:nginx",
        _owners("service"),
        of_process=True,
    ),
    Field("proto", CHOICE, "Protocol.", "proto:udp", _column("proto"), PROTOCOLS),
    Field("state", CHOICE, "TCP state (RFC 9293). UDP has none.", "state:time-wait", _column("state"), STATES),
    Field("local", ADDRESS, "Address at this end.", "local:127.0.0.1", _column("local")),
    Field("remote", ADDRESS, "Address at the other end.", "remote:10.0.0.0/8", _column("remote")),
    Field("host", TEXT, "Remote name, once asked for.", "host:example", _column("host"), needs_names=True),
    Field(
        "country", TEXT, "Registered country of the remote network.", "country:cn,ru", _column("country"), volatile=True
    ),
    Field("asn", ASN, "AS number of the remote network.", "asn:15169", _column("asn"), volatile=True),
    Field("org", TEXT, "Holder of that AS number.", "org:google", _column("org"), volatile=True),
    Field("port", PORT, "Port at either end.", "port:80,443", _either_port),
    Field("lport", PORT, "Port at this end.", "lport<1024", _column("lport")),
    Field("rport", PORT, "Port at the other end.", "rport:8000-8999", _column("rport")),
    Field("dir", CHOICE, "Direction.", "dir:in", _column("dir"), DIRECTIONS),
    Field("path", TEXT, "Executable file of the process.", "path:/usr/bin/", _owners("path"), of_process=True),
    Field("cmd", TEXT, "Command line of the process.", 'cmd:"-c config"', _owners("cmd"), of_process=True),
    Field(
        "container",
        TEXT,
        "Container of the process; else the network namespace.",
        "container:docker",
        _container,
        of_process=True,
    ),
    Field("recv", SIZE, "Bytes received; unknown for UDP.", "recv>1M", _column("recv"), volatile=True),
    Field("sent", SIZE, "Bytes sent; unknown for UDP.", "sent>500k", _column("sent"), volatile=True),
    Field(
        "rate", SIZE, "Bytes per second in both directions, smoothed.", "rate>100k", _rate, volatile=True, compares=True
    ),
    Field("rtt", DELAY, "Round-trip time.", "rtt>100ms", _column("rtt"), volatile=True),
    Field("retrans", NUMBER, "TCP segments sent again.", "retrans>0", _column("retrans"), volatile=True),
    Field("queue", SIZE, "Bytes that wait in either queue.", "queue>64k", _either_queue, volatile=True),
    Field(
        "age",
        DURATION,
        "Time since first seen; older rows have at least it.",
        "age<60",
        _age,
        volatile=True,
        compares=True,
    ),
    Field(
        "finding",
        TEXT,
        "Id or title of a finding.",
        "finding:deleted-exe",
        _finding,
        volatile=True,
        compares=True,
        judged=True,
    ),
    Field(
        "severity",
        SEVERITY,
        "How grave a finding is.",
        "severity>=medium",
        _severity,
        volatile=True,
        compares=True,
        judged=True,
    ),
    Field("is", FLAG, "What the row is now.", "is:new", _seen, FLAGS, volatile=True),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
