"""Everything one look at the machine saw: the only thing that crosses from the sampling thread to the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Connection, Key


class Code(StrEnum):
    """What a `Problem` is about, for programs: its words may change, and differ from system to system."""

    OWNERLESS = "ownerless"
    PATHS_REFUSED = "paths-refused"
    PROCESSES_REFUSED = "processes-refused"
    LOOK_FAILED = "look-failed"
    BEHIND = "behind"
    POLLING = "polling"
    DROPPED = "dropped"
    NAMES = "names"
    MEMORY = "memory"
    NAMESPACES = "namespaces"
    SHARED = "shared"
    ROOTKIT = "rootkit"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something this program could not see, and why.

    `summary` fits a status line ("412 sockets without owner: not root"); `detail` explains and says what to do.
    """

    code: Code
    summary: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One look. Nobody changes it after it was made.

    `taken_at` is wall-clock seconds UTC, `took` the seconds the reading needed. `sequence` counts from 1 and has
    no holes: a reader that misses a number has missed a look.
    """

    sequence: int
    taken_at: float
    connections: Mapping[Key, Connection]
    problems: tuple[Problem, ...] = ()
    took: float = 0.0
