"""What closing connections would do, for whoever asks before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.model.container import elsewhere
from tcpview_tui.respond.guard import ALLOWED, Guard, Level, Verdict
from tcpview_tui.sources import proctable
from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.proctable import Table

LIMIT = 200
"""Connections closed at once from the table: a person can still read the list."""


@dataclass(frozen=True, slots=True)
class Target:
    """One connection among several, and whether it may be closed."""

    row: Row
    verdict: Verdict = ALLOWED

    @property
    def connection(self) -> Connection:
        """The connection, as it was seen."""
        return self.row.connection

    @property
    def number(self) -> int:
        """What is to be typed where the verdict asks for it: the remote port."""
        remote = self.connection.remote
        return remote.port if remote else 0

    @property
    def told(self) -> str:
        """Why it would not be closed, and what to type to close it all the same."""
        return self.verdict.explain(self.number, "remote port")


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """What would be closed. It is a look at one moment; the source verifies the identity of each socket again."""

    targets: tuple[Target, ...]

    def at(self, level: Level) -> list[Target]:
        """Return the targets with a verdict of that level: ALLOWED, TYPED (they carry this session), REFUSED."""
        return [target for target in self.targets if target.verdict.level is level]

    def agreed(self, confirmed: Callable[[Target], bool]) -> list[Connection]:
        """Return the connections to close; `confirmed` is asked about those that carry this session.

        They come last: nothing is done after them.
        """
        return [target.connection for target in (*self.at(Level.ALLOWED), *filter(confirmed, self.at(Level.TYPED)))]


def plan_closing(rows: Sequence[Row], table: Table | None = None) -> ClosingPlan:
    """Return the plan for `rows`. Reads every process: use a worker.

    `table` is the process table to plan with, the machine's own when left out.
    """
    judge = Guard(proctable.read_table() if table is None else table)
    return ClosingPlan(tuple(Target(row, _verdict(row, judge)) for row in rows))


def _verdict(row: Row, judge: Guard) -> Verdict:
    if row.is_closed:
        return Verdict(Level.REFUSED, f"{row.connection.ends} has closed already: there is nothing to close.")
    return judge.judge_connection(row.connection)


HEADING = ("Protocol", "State", "Local", "Remote", "Process")
"""What `cells` are."""


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Return a row as people read it before it is closed; the last one says also in which namespace, if in another."""
    connection = row.connection
    remote = endpoint(*connection.remote) if connection.remote else "-"
    held = holder(row) + elsewhere(connection)
    return connection.protocol, connection.state.value or "-", endpoint(*connection.local), remote, held


def holder(row: Row) -> str:
    """Return the process of a row in words: ``curl (4242)``, also when it is past, unknown, or one of several."""
    if row.owner is None:
        return "no process" if row.connection.state in KERNEL_STATES else "unknown process"
    more = f" +{len(row.owners) - 1}" if len(row.owners) > 1 else ""
    return f"{row.owner.label}{more}" + (", past" if row.owners_past else "")
