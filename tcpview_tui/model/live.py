"""The live table: snapshots become rows with a first-seen time, a mark that fades, and a farewell when they close."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.diff import Change, Difference, diff
from tcpview_tui.model.row import Direction, Mark, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Connection, Key, State
    from tcpview_tui.model.snapshot import Snapshot

HELD_CLOSED_LIMIT = 50_000
"""Closed rows kept while the view is frozen; beyond that the oldest go and `LiveTable.dropped` counts them."""

Update = dict["Key", "Row | None"]
"""Rows that differ by key; `None` for a row that is gone."""


@dataclass(slots=True)
class Tally:
    """How many connections came, went and changed."""

    opened: int = 0
    closed: int = 0
    changed: int = 0


@dataclass(slots=True)
class _Hold:
    """What happened while the view was frozen."""

    since: int
    touched: dict[Key, None] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    closed: deque[Key] = field(default_factory=deque)


class LiveTable:
    """Rows by key. It adds time to snapshots and knows nothing of filters, order or the screen.

    Every method that alters rows returns the `Update`: exactly the rows that differ from before.
    """

    def __init__(self, clock: Clock, linger: float = 3.0) -> None:
        """`linger` is how many seconds a mark, and a closed row, stay."""
        self.rows: dict[Key, Row] = {}
        self.states: Counter[State] = Counter()
        self.last = Tally()
        self.dropped = 0
        self._clock = clock
        self._linger = linger
        self._connections: Mapping[Key, Connection] | None = None
        self._listeners: Counter[tuple[str, int]] = Counter()
        self._marks: deque[tuple[float, Key]] = deque()
        self._ordinal = 0
        self._hold: _Hold | None = None

    @property
    def endpoints(self) -> int:
        """How many connections the last snapshot held."""
        return len(self._connections or ())

    @property
    def held(self) -> Tally | None:
        """What came, went and changed since `hold`; `None` when nothing is held."""
        return self._hold.tally if self._hold else None

    def apply(self, snapshot: Snapshot, difference: Difference | None = None) -> Update:
        """Take the next snapshot in; the first one makes rows without marks, since nobody saw them open.

        `difference` is that to the snapshot before, when another thread has worked it out already.
        """
        first = self._connections is None
        if difference is None:
            difference = diff(self._connections or {}, snapshot.connections)
        self._connections = snapshot.connections
        self._count(difference)
        update: Update = {}
        for connection in difference.closed:
            self._close(connection, snapshot.taken_at, update)
        for change in difference.changed:
            self._change(change, update)
        for connection in difference.opened:
            self._open(connection, snapshot.taken_at, first, update)
        self.last = Tally() if first else self._tally(difference)
        if self._hold and not first:
            self._remember(self._hold, difference)
        return update

    def expire(self) -> Update:
        """Take off the marks, and drop the closed rows, whose time is over. Does nothing while held."""
        update: Update = {}
        if self._hold:
            return update
        now = self._clock.monotonic()
        while self._marks and self._marks[0][0] <= now:
            _, key = self._marks.popleft()
            row = self.rows.get(key)
            if row and row.mark is not Mark.NONE and row.marked_at + self._linger <= now:
                self._fade(row, update)
        return update

    def next_expiry(self) -> float | None:
        """Return in how many seconds `expire` will have something to do; `None` for not before the next event."""
        if self._hold or not self._marks:
            return None
        return max(self._marks[0][0] - self._clock.monotonic(), 0.0)

    def hold(self) -> None:
        """Keep every mark and every closed row from now on, until `release`."""
        self._hold = self._hold or _Hold(self._ordinal)

    def release(self) -> Update:
        """End `hold`: what came, went or changed meanwhile is marked as of now, every other mark has its own time."""
        hold, self._hold = self._hold, None
        update: Update = {}
        if hold is None:
            return update
        for row in [self.rows[key] for key in hold.touched if key in self.rows]:
            came = row.ordinal > hold.since and not row.is_closed
            mark = Mark.NEW if came else row.mark
            self._store(replace(row, mark=mark, marked_at=self._stamp(row.key)), update)
        return update | self.expire()

    def _open(self, connection: Connection, wall: float, first: bool, update: Update) -> None:
        self._ordinal += 1
        row = Row(
            ordinal=self._ordinal,
            connection=connection,
            direction=self._direction(connection),
            first_seen=wall,
            preexisting=first,
            owners=connection.owners,
            mark=Mark.NONE if first else Mark.NEW,
            marked_at=0.0 if first else self._stamp(connection.key),
        )
        self._store(row, update)

    def _change(self, change: Change, update: Update) -> None:
        before, after = change
        row = self.rows[after.key]
        past = bool(row.owners) and not after.owners
        facts: dict[str, Any] = {
            "connection": after,
            "owners": row.owners if past else after.owners,
            "owners_past": past,
        }
        if change.is_event:
            facts |= {"mark": Mark.CHANGED, "marked_at": self._stamp(after.key), "before": before}
        self._store(replace(row, **facts), update)

    def _close(self, connection: Connection, wall: float, update: Update) -> None:
        row = self.rows[connection.key]
        marked = self._stamp(connection.key)
        self._store(replace(row, mark=Mark.CLOSED, marked_at=marked, closed_at=wall), update)

    def _fade(self, row: Row, update: Update) -> None:
        if row.is_closed:
            del self.rows[row.key]
            update[row.key] = None
        else:
            self._store(replace(row, mark=Mark.NONE, before=None), update)

    def _stamp(self, key: Key) -> float:
        """Return the monotonic time of a mark, and see to it that the mark fades."""
        now = self._clock.monotonic()
        if not self._hold:
            self._marks.append((now + self._linger, key))
        return now

    def _store(self, row: Row, update: Update) -> None:
        self.rows[row.key] = row
        update[row.key] = row

    def _count(self, difference: Difference) -> None:
        for connection in _gone(difference):
            self.states[connection.state] -= 1
            if connection.is_listening:
                self._listeners[connection.transport, connection.local.port] -= 1
        for connection in _come(difference):
            self.states[connection.state] += 1
            if connection.is_listening:
                self._listeners[connection.transport, connection.local.port] += 1

    def _direction(self, connection: Connection) -> Direction:
        if connection.is_listening:
            return "listening"
        listened = self._listeners[connection.transport, connection.local.port] > 0
        return "in" if listened else "out"

    @staticmethod
    def _tally(difference: Difference) -> Tally:
        events = sum(change.is_event for change in difference.changed)
        return Tally(len(difference.opened), len(difference.closed), events)

    def _remember(self, hold: _Hold, difference: Difference) -> None:
        events = [change.after for change in difference.changed if change.is_event]
        for connection in (*difference.opened, *difference.closed, *events):
            hold.touched[connection.key] = None
        hold.tally.opened += self.last.opened
        hold.tally.closed += self.last.closed
        hold.tally.changed += self.last.changed
        hold.closed.extend(connection.key for connection in difference.closed)
        while len(hold.closed) > HELD_CLOSED_LIMIT:
            key = hold.closed.popleft()
            row = self.rows.get(key)
            if row is not None and row.is_closed:
                del self.rows[key]
                hold.touched.pop(key, None)
                self.dropped += 1


def _gone(difference: Difference) -> Iterable[Connection]:
    yield from difference.closed
    for change in difference.changed:
        yield change.before


def _come(difference: Difference) -> Iterable[Connection]:
    yield from difference.opened
    for change in difference.changed:
        yield change.after
