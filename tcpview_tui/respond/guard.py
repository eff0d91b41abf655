"""Who must not be ended: the system's first process, the kernel, this program, and what carries it to its user."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from tcpview_tui.model.connection import Connection, State
from tcpview_tui.respond.ssh import Ends, end, holders, session_ends
from tcpview_tui.sources.proctable import Entry, Table, ancestors, descendants

_CARRIERS = ("sshd", "dropbear")
"""SSH servers by the start of their name; since OpenSSH 9.8 one session is ``sshd-session`` and ``sshd-auth``."""

_MULTIPLEXERS = ("tmux", "screen", "zellij")
"""Programs that keep a session while its user comes and goes over another connection."""


class Level(IntEnum):
    """How far a verdict lets an action go; the higher one wins."""

    ALLOWED = 0
    TYPED = 1
    REFUSED = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of the guard. `reason` is a sentence, empty when allowed.

    TYPED asks for a number of the target: the pid of a process, the remote port of a connection.
    """

    level: Level = Level.ALLOWED
    reason: str = ""

    def forbids(self, number: int, typed: int | None) -> bool:
        """True unless the action on the target of that `number` is allowed, or needs it to be typed and it was."""
        return self.level is Level.REFUSED or (self.level is Level.TYPED and typed != number)

    def explain(self, number: int, name: str = "pid") -> str:
        """Return the reason, and what to type when that is what it takes; `name` says what the `number` is."""
        typed = f" Type the {name} {number} to do it all the same." if self.level is Level.TYPED else ""
        return self.reason + typed


ALLOWED = Verdict()


class Guard:
    """Judges by one process table. `own` is this program's pid; `trace` and `ends` are how an SSH session is found."""

    def __init__(
        self,
        table: Table,
        own: int | None = None,
        trace: Callable[[Iterable[int]], set[int] | None] = holders,
        ends: Callable[[Iterable[int]], set[Ends]] = session_ends,
    ) -> None:
        self._table = table
        self._own = os.getpid() if own is None else own
        self._trace = trace
        self._ends = ends
        self._chain = ancestors(table, self._own)
        self._parents = {entry.pid for entry in self._chain} | ({os.getppid()} if own is None else set())

    def judge(self, pid: int) -> Verdict:
        """Return what may be done to `pid`; a pid that is not in the table is allowed, and not found later."""
        entry = self._table.get(pid) or Entry(pid, 0, "process", None)
        if pid <= 0 or entry.kernel:
            return Verdict(Level.REFUSED, f"{entry} is part of the kernel: signals do not end it.")
        if pid == 1:
            return Verdict(Level.REFUSED, f"{entry} is the first process: the system or container ends with it.")
        if pid == self._own:
            return Verdict(Level.REFUSED, f"{entry} is this program itself: press q to leave it.")
        if _is(entry, _CARRIERS):
            return self._judge_carrier(entry)
        if pid in self._parents:
            return Verdict(Level.REFUSED, f"{entry} is a parent of this program, which would end with it.")
        return ALLOWED

    def judge_all(self, pids: Iterable[int]) -> Verdict:
        """Return the strictest verdict on `pids`, the first of them that has it."""
        return max((self.judge(pid) for pid in pids), key=lambda verdict: verdict.level, default=ALLOWED)

    def judge_connection(self, connection: Connection) -> Verdict:
        """Return whether `connection` may be closed; the one that carries this session asks for its remote port.

        An SSH server's other connections (forwarded ports) cannot be told from the session's own where SSH_CONNECTION
        is missing or old, so that those of a server that carries it ask, too.
        """
        remote = connection.remote
        if connection.transport != "tcp" or remote is None:
            return ALLOWED
        near, far = end(*connection.local), end(*remote)
        if not self._session_ends.isdisjoint({(near, far), (far, near)}):
            return Verdict(Level.TYPED, f"{connection.ends} carries this session: closing it disconnects you.")
        if connection.state is State.ESTABLISHED and (server := self._carrier_of(connection)):
            return Verdict(Level.TYPED, f"{connection.ends} may carry this session, by {server}: closing it ends that.")
        return ALLOWED

    def _carrier_of(self, connection: Connection) -> Entry | None:
        found = (self._table[owner.pid] for owner in connection.owners if owner.pid in self._table)
        return next((e for e in found if _is(e, _CARRIERS) and self._judge_carrier(e).level is Level.TYPED), None)

    @cached_property
    def _session_ends(self) -> set[Ends]:
        return self._ends([entry.pid for entry in self._chain])

    def _judge_carrier(self, entry: Entry) -> Verdict:
        carriers = self._carriers
        if carriers is None:
            return Verdict(Level.TYPED, f"{entry} may carry this session: it came over SSH, by an unknown process.")
        if entry.pid in carriers:
            return Verdict(Level.TYPED, f"{entry} carries this session: ending it disconnects you.")
        return ALLOWED

    @cached_property
    def _carriers(self) -> set[int] | None:
        """The SSH servers this session goes through; `None` when there are some and they cannot be told."""
        direct = {entry.pid for entry in self._chain if _is(entry, _CARRIERS)}
        if direct:
            return direct
        holders = self._trace([entry.pid for entry in self._chain])
        found = self._servers_around((holders or set()) | self._clients())
        return found if found or holders is None else None

    def _clients(self) -> set[int]:
        # SSH_CONNECTION inside tmux is that of the day the pane was opened, not of the client attached now.
        if not any(_is(entry, _MULTIPLEXERS) for entry in self._chain):
            return set()
        return {entry.pid for entry in self._table.values() if _is(entry, _MULTIPLEXERS)}

    def _servers_around(self, pids: Iterable[int]) -> set[int]:
        """The SSH servers that are `pids`, above or below them: one session has several."""
        held = set(pids)
        above = {entry.pid for pid in held for entry in ancestors(self._table, pid)}
        below = {entry.pid for _, entry in descendants(self._table, held)}
        return {pid for pid in held | above | below if pid in self._table and _is(self._table[pid], _CARRIERS)}


def _is(entry: Entry, names: tuple[str, ...]) -> bool:
    return entry.name.casefold().startswith(names)
