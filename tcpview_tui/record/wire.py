"""What a line of a stream must hold, and within which bounds, so that an event can be made of it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tcpview_tui.findings.rule import Of  # noqa: TC001 - msgspec reads it
from tcpview_tui.model.connection import Direction, State, Transport

LAST = 253_402_300_799
"""The last second UTC of the year 9999: what is later has no date (ISO 8601)."""

_Time = Annotated[float, Meta(ge=0, le=LAST)]
"""Seconds UTC that have a date."""

_Span = Annotated[float, Meta(ge=-1e12, le=1e12)]
"""Seconds of a clock that counts from some start: 30,000 years fit into a column of milliseconds."""

_Number = Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
"""What a column of SQLite holds (datatype3.html)."""

_Name = Annotated[str, Meta(pattern=r"^[a-z_]{1,40}\Z")]
_Value = Annotated[str, Meta(max_length=10_000)]
"""Of a fact."""

_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""SHA-256."""

_Port = Annotated[int, Meta(ge=0, le=65_535)]


class LineMoment(Struct, frozen=True):
    """`event.Moment`."""

    wall: _Time
    monotonic: _Span
    look: _Number
    early: _Span = 0.0


class LineEnd(Struct, frozen=True):
    """An endpoint; the zone apart, since ECS knows none."""

    ip: str
    port: _Port
    zone: str = ""


class LineParent(Struct, frozen=True):
    """One step of a parent chain."""

    pid: _Number
    name: str = ""


class LineProcessOwn(Struct, frozen=True):
    """Of a process, what ECS has no name for or tells less exactly."""

    started: _Time | None = None
    service: str | None = None
    container: str | None = None
    parents: tuple[LineParent, ...] = ()


class LineUser(Struct, frozen=True):
    """ECS `user`."""

    name: str | None = None


class LineHash(Struct, frozen=True):
    """ECS `hash`."""

    sha256: _Digest | None = None


class LineProcess(Struct, frozen=True):
    """A process that has, or had, the socket."""

    pid: _Number
    name: str = ""
    executable: str | None = None
    command_line: str | None = None
    user: LineUser = LineUser()
    hash: LineHash = LineHash()
    tcpview: LineProcessOwn = LineProcessOwn()


class LineCounters(Struct, frozen=True):
    """`traffic.Counters`."""

    received: _Number | None = None
    sent: _Number | None = None
    packets_received: _Number | None = None
    packets_sent: _Number | None = None
    retransmits: _Number | None = None
    rtt: float | None = None
    receive_queue: _Number | None = None
    send_queue: _Number | None = None
    congestion: str | None = None


class LineProblem(Struct, frozen=True):
    """What a `snapshot.Problem` says."""

    summary: str = ""
    detail: str = ""


class LineFinding(Struct, frozen=True):
    """`finding.Finding`: what `ecs_findings.told` has made of it. `about` is its subject in words, `whom` in JSON
    where that is another one than the judgement is about."""

    rule: str
    severity: Literal["low", "medium", "high"]
    since: str
    version: _Number = 1
    title: str = ""
    technique: str = ""
    sentence: str = ""
    against: str = ""
    about: str = ""
    sha256: _Digest | None = None
    unit: str | None = None
    whom: str | None = None


class LineOwn(Struct, frozen=True):
    """The part `tcpview`: of each event what it needs; or the facts of the recording, by name."""

    time: LineMoment | None = None
    recording: dict[_Name, _Value] | None = None
    key: str = ""
    transport: Literal["raw"] | None = None
    state: State = State.NONE
    local: LineEnd | None = None
    remote: LineEnd | None = None
    owners: tuple[LineProcess, ...] = ()
    owner_past: bool = False
    past_owners: tuple[LineProcess, ...] = ()
    preexisting: bool = False
    user: str | None = None
    direction: Direction | None = None
    opened_at: _Time | None = None
    namespace: _Number | None = None
    namespace_name: str | None = None
    unowned: str | None = None
    counters: LineCounters = LineCounters()
    address: str = ""
    name: str = ""
    code: str = ""
    problem: LineProblem | None = None
    seconds: _Span = 0.0
    sentence: str = ""
    of: Of | None = None
    subject: str = ""
    finding: tuple[LineFinding, ...] = ()


class LineAction(Struct, frozen=True):
    """ECS `event`."""

    action: str


class LineNetwork(Struct, frozen=True):
    """ECS `network`; a raw socket has no transport."""

    type: Literal["ipv4", "ipv6"]
    transport: Transport | None = None


class LineHost(Struct, frozen=True):
    """ECS `host`; without a name when nobody knows it: what is empty is left out."""

    name: str = ""


class Line(Struct, frozen=True):
    """A line: of the ECS document that it is, the parts from which the event can be made again."""

    event: LineAction
    host: LineHost = LineHost()
    tcpview: LineOwn = LineOwn()
    network: LineNetwork | None = None
