"""A case: a process, its rows, and how far it is judged."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nsmallest
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.evidence import Contact, Executable, Unread
from tcpview_tui.findings.reach import is_nearby, stays_here

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Evidence, Reading
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.packages.provenance import Provenance

CONTACTS = 64
"""Remote ends of one process that its rules are told of, those first seen."""


class Reader(NamedTuple):
    """What processes are read with.

    `evidence` is told whom the process talks to. `provenance` tells where its program comes from, compared with its
    package when the flag is set. `digest_of` returns the SHA-256 of its program, and `is_there` whether it still runs.
    `successor` tells where the program comes from that has the name of its deleted one now, compared with its package.
    """

    evidence: Callable[[Process, tuple[Contact, ...]], Reading[Evidence]]
    provenance: Callable[[int, bool], Provenance]
    digest_of: Callable[[Process], str | None]
    is_there: Callable[[Process], bool]
    successor: Callable[[int], Provenance]


class Case:
    """A process, its rows, those of them that lead away from this machine, and how far it is judged."""

    __slots__ = (
        "_basis", "_provenance", "deferred", "digest", "far", "has_ended", "is_judged", "process", "retries", "rows",
        "talked", "waits",
    )  # fmt: skip

    def __init__(self, process: Process) -> None:
        self.process = process
        self.rows: set[Key] = set()
        self.far: dict[Key, Row] = {}
        self.talked = self.is_judged = self.has_ended = self.waits = False
        self.retries = self.deferred = 0
        self.digest: tuple[tuple[int, int, float, float], str] | None = None
        self._basis: tuple[Executable, bool] | None = None
        self._provenance: Provenance | None = None

    def join(self, row: Row) -> bool:
        """Take a row in; return whether it is the first by which the process talks to somebody else."""
        self.rows.add(row.key)
        if row.connection.remote is None or stays_here(row.connection):
            return False
        self.far[row.key] = row
        first, self.talked = not self.talked, True
        return first

    def leave(self, key: Key) -> None:
        """Let a row go."""
        self.rows.discard(key)
        self.far.pop(key, None)

    def contacts(self) -> tuple[Contact, ...]:
        """Return whom it talks to beyond this machine, the first one first."""
        first = nsmallest(CONTACTS, self.far.values(), key=lambda row: row.first_seen)
        ends = ((row, row.connection.remote) for row in first)
        return tuple(
            Contact(*end, row.first_seen, not is_nearby(end.address), row.preexisting)
            for row, end in ends
            if end is not None
        )

    def provenance(self, reader: Reader, executable: Reading[Executable | None], compare: bool) -> Provenance:
        """Return where its program comes from: what was read before, while the program and its file stay as they are.

        A package that goes or is replaced takes the file along. What could not be told is asked for again, and so is
        what is not as it should be: in the middle of an upgrade the database is still the old one.
        """
        basis = (executable, compare) if isinstance(executable, Executable) else None
        if self._provenance is None or basis is None or basis != self._basis:
            found = reader.provenance(self.process.pid, compare)
            is_settled = not isinstance(found.owner, Unread) and found.intact is not False
            self._basis, self._provenance = basis, found if is_settled else None
            return found
        return self._provenance
