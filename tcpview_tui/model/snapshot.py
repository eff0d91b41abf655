"""Everything one look at the machine saw: the only thing that crosses from the sampling thread to the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.traffic import NO_FLOW, Flow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Connection, Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.traffic import Gauge


class Code(StrEnum):
    """What a `Problem` is about, for programs: its words may change, and differ from system to system.

    The most serious come first, and are shown first: what failed or was lost, then what cannot be seen at all.
    """

    LOOK_FAILED = "look-failed"
    TABLES = "tables"
    FLOOD = "flood"
    UNHEARD = "unheard"
    BEHIND = "behind"
    DROPPED = "dropped"
    MEMORY = "memory"
    RULES = "rules"
    JUDGING = "judging"
    FALLBACK = "fallback"
    PROCESSES_REFUSED = "processes-refused"
    OWNERLESS = "ownerless"
    NAMESPACES = "namespaces"
    EVENTS = "events"
    POLLING = "polling"
    PATHS_REFUSED = "paths-refused"
    NAMES = "names"
    COUNTERS = "counters"
    SHARED = "shared"
    ROOTKIT = "rootkit"
    PLACES = "places"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something this program could not see, and why.

    `summary` fits a status line ("412 sockets without owner: not root"); `detail` explains and says what to do.
    """

    code: Code
    summary: str
    detail: str = ""


class Ending(NamedTuple):
    """What became known of a connection when it was gone: the exact second UTC, and who had had it if no look told."""

    closed_at: float | None = None
    owners: tuple[Process, ...] = ()


class Passed(NamedTuple):
    """A connection that opened and closed between two looks. Its key is in neither of them.

    `connection` has `opened_at` where it is known; `closed_at` is seconds UTC, too.
    """

    connection: Connection
    closed_at: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look. Nobody changes it after it was made.

    `taken_at` is wall-clock seconds UTC, `took` the seconds the reading needed. `sequence` counts from 1 and has
    no holes: a reader that misses a number has missed a look.

    `gauges` has the counters and rates of those connections, closed ones too, where they differ from the look before,
    and `flow` what all of them carried since then.
    `ended` tells how connections of the look before closed, where more is known than that; `passed`
    are the connections that lived between the two looks. `missed` estimates how many TCP connections no look of this
    run has seen; `None` when nobody counts them.
    """

    sequence: int
    taken_at: float
    connections: Mapping[Key, Connection]
    problems: tuple[Problem, ...] = ()
    took: float = 0.0
    gauges: Mapping[Key, Gauge] = field(default_factory=dict)
    ended: Mapping[Key, Ending] = field(default_factory=dict)
    passed: tuple[Passed, ...] = ()
    missed: int | None = None
    flow: Flow = NO_FLOW
