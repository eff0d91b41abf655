"""What programs do over time, made up for a fake clock; and the way by which real looks reach an `Activity`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.activity import Activity
from tcpview_tui.model.connection import Connection, Direction, Endpoint, Family, State, Transport
from tcpview_tui.model.diff import diff
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tests.fakes import EPOCH

if TYPE_CHECKING:
    from tcpview_tui.model.live import LiveTable
    from tcpview_tui.model.snapshot import Snapshot

AGENT = Process(pid=500, started=100.0, name="agent", user="root", executable="/opt/agent")
_ordinals = count(1)


def outgoing(
    at: float,
    remote: tuple[str, int] = ("203.0.113.7", 443),
    process: Process | None = AGENT,
    state: State = State.ESTABLISHED,
    exact: bool = True,
    transport: Transport = "tcp",
    direction: Direction = "out",
    local: str = "192.0.2.5",
    **facts: Any,
) -> Row:
    """Return a connection that opened `at` seconds after `EPOCH`; `exact` when an event told the time."""
    number, owners = next(_ordinals), (process,) if process else ()
    family: Family = 6 if ":" in remote[0] else 4
    opened = EPOCH + at if exact else None
    connection = Connection(
        number, transport, family, state, Endpoint(local, 32768 + number % 28000), Endpoint(*remote),
        owners, direction=direction, opened_at=opened,
    )  # fmt: skip
    return Row(number, connection, direction, EPOCH + at, owners=owners, **facts)


def moved(row: Row, state: State) -> Row:
    """Return the row in another state, as the live table tells it."""
    after = replace(row.connection, state=state)
    return replace(row, connection=after, passages=(*row.history, (state, row.first_seen)))


def gone(row: Row, after: float = 0.1) -> Row:
    return replace(row, closed_at=row.first_seen + after)


def lived(activity: Activity, rows: Iterable[Row]) -> None:
    """Let the rows open in their order, each at a look of its own."""
    for row in rows:
        activity.take([row], [], [], row.first_seen)


def seen_every(activity: Activity, seconds: int, until: int, openings: Iterable[float], **facts: Any) -> None:
    """Look every so many seconds, without events: a connection opens, for all that is known, at the look after."""
    waiting = sorted(openings)
    for now in range(0, until, seconds):
        fresh = [each for each in waiting if each <= now]
        waiting = waiting[len(fresh) :]
        rows = [outgoing(now, exact=False, **facts) for _ in fresh]
        activity.take(rows, [], [], EPOCH + now)


class Watch:
    """A live table and the activity that it feeds, of one process: other tests run on this machine, too."""

    def __init__(self, table: LiveTable, pid: int) -> None:
        self.table, self.activity = table, Activity()
        self._pid = pid
        self._last: Snapshot | None = None

    def take(self, snapshot: Snapshot) -> None:
        before = self._last.connections if self._last else {}
        self._last, difference = snapshot, diff(before, snapshot.connections)
        self.table.apply(snapshot, difference)
        passed = [each.connection for each in snapshot.passed]
        self.activity.take(
            self._rows([*difference.opened, *passed]),
            self._rows([*difference.closed, *passed]),
            self._rows(change.after for change in difference.changed),
            snapshot.taken_at,
        )

    def _rows(self, connections: Iterable[Connection]) -> list[Row]:
        rows = (self.table.rows[connection.key] for connection in connections)
        return [row for row in rows if row.owner is None or row.owner.pid == self._pid]
