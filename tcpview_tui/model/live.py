"""The live table: snapshots become rows with a first-seen time, a mark that fades, and a farewell when they close."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.census import Census
from tcpview_tui.model.diff import Change, Difference, diff
from tcpview_tui.model.row import Mark, Passage, Row
from tcpview_tui.model.snapshot import Ending

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Connection, Key, State
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Passed, Snapshot

CLOSED_LIMIT = 50_000
"""Closed rows that linger or are kept; beyond that the oldest go and `LiveTable.dropped` counts them."""

_MARKS_A_ROW = 4
"""Marks that wait for their time, for each row there may be: with a long linger time most are of rows long gone."""

PASSAGES_LIMIT = 16
"""States remembered of one row: TCP knows eleven, and a source that tells nonsense must not fill the memory."""

Update = dict["Key", "Row | None"]
"""Rows that differ by key; `None` for a row that is gone."""


@dataclass(slots=True)
class Tally:
    """How many connections came, went and changed."""

    opened: int = 0
    closed: int = 0
    changed: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        self.opened += other.opened
        self.closed += other.closed
        self.changed += other.changed
        return self


@dataclass(slots=True)
class _Hold:
    """What happened while the view was frozen."""

    since: int
    touched: dict[Key, None] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


class LiveTable:
    """Rows by key. It adds time to snapshots and knows nothing of filters, order or the screen.

    Every method that alters rows returns the `Update`: exactly the rows that differ from before.
    """

    def __init__(self, clock: Clock, linger: float = 3.0) -> None:
        """`linger` is how many seconds a mark, and a closed row that is not kept, stay."""
        self.rows: dict[Key, Row] = {}
        self.last = Tally()
        self.dropped = 0
        self.keeps_closed = False
        self._clock = clock
        self._linger = linger
        self._connections: Mapping[Key, Connection] | None = None
        self._census = Census()
        self._marks: deque[tuple[float, Key]] = deque()
        self._closed: dict[Key, None] = {}
        self._ordinal = 0
        self._look = 0
        self._hold: _Hold | None = None

    @property
    def endpoints(self) -> int:
        """How many connections the last snapshot held."""
        return len(self._connections or ())

    @property
    def look(self) -> int:
        """The number of the last look that was taken in; 0 before the first."""
        return self._look

    @property
    def memory(self) -> float:
        """Seconds after which nothing is left of a mark: a row that changed and then closed lingers with both."""
        return 2 * self._linger

    @property
    def states(self) -> Counter[State]:
        """How many connections are in each state."""
        return self._census.states

    @property
    def closed(self) -> int:
        """How many closed rows there are."""
        return len(self._closed)

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
        self._connections, self._look = snapshot.connections, snapshot.sequence
        self._census.take(difference)
        update: Update = {}
        for connection in difference.closed:
            at, owners = snapshot.ended.get(connection.key, Ending())
            self._close(connection, snapshot.taken_at if at is None else at, update, owners)
        for change in difference.changed:
            self._change(change, snapshot.taken_at, update)
        for connection in difference.opened:
            self._open(connection, snapshot.taken_at, first, update)
        for passed in snapshot.passed:
            self._open(passed.connection, passed.closed_at, False, update)
            self._close(passed.connection, passed.closed_at, update)
        self.last = Tally() if first else _tally(difference, len(snapshot.passed))
        if self._hold and not first:
            self._remember(self._hold, difference, snapshot.passed)
        self._bound(update)
        return update

    def restore(self, rows: Iterable[Row], connections: Mapping[Key, Connection], look: int, opened: int) -> Update:
        """Hold these rows instead, as after look number `look`, when so many connections had been opened."""
        update: Update = dict.fromkeys(self.rows)
        self.rows = {row.key: row for row in rows}
        self._connections, self._look, self._ordinal = connections, look, opened
        self._census, self._closed, self.last = Census(), {}, Tally()
        self._marks.clear()
        self._census.take(Difference(tuple(connections.values()), (), ()))
        return update | self.rows

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

    def keep_closed(self, keep: bool) -> Update:
        """Keep closed rows from now on, or keep them no more: then those that no longer linger go, once not held."""
        self.keeps_closed = keep
        if keep or self._hold:
            return {}
        return self._drop(row for row in self._closed_rows() if row.mark is Mark.NONE)

    def clear_closed(self) -> Update:
        """Drop every closed row."""
        return self._drop(self._closed_rows())

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
        return update | self.expire() | self.keep_closed(self.keeps_closed)

    def _open(self, connection: Connection, wall: float, first: bool, update: Update) -> None:
        self._ordinal += 1
        self._closed.pop(connection.key, None)
        row = Row(
            ordinal=self._ordinal,
            connection=connection,
            direction=connection.direction or self._census.direction(connection),
            first_seen=wall if connection.opened_at is None else connection.opened_at,
            preexisting=first and connection.opened_at is None,
            owners=connection.owners or connection.past_owners,
            owners_past=bool(connection.past_owners) and not connection.owners,
            mark=Mark.NONE if first else Mark.NEW,
            marked_at=0.0 if first else self._stamp(connection.key),
            touched=self._look,
        )
        self._store(row, update)

    def _change(self, change: Change, wall: float, update: Update) -> None:
        before, after = change
        row = self.rows[after.key]
        owners = after.owners or row.owners or after.past_owners
        facts: dict[str, Any] = {
            "connection": after,
            "owners": owners,
            "owners_past": bool(owners) and not after.owners,
            "direction": after.direction or row.direction,
            "first_seen": row.first_seen if after.opened_at is None else after.opened_at,
        }
        if change.is_event:
            marked = self._stamp(after.key)
            facts |= {"mark": Mark.CHANGED, "marked_at": marked, "before": before, "touched": self._look}
            facts["passages"] = _passages(row, after.state, wall)
        self._store(replace(row, **facts), update)

    def _close(
        self, connection: Connection, wall: float, update: Update, past_owners: tuple[Process, ...] = ()
    ) -> None:
        row = self.rows[connection.key]
        facts: dict[str, Any] = {"mark": Mark.CLOSED, "marked_at": self._stamp(connection.key), "closed_at": wall}
        if past_owners and not row.owners:
            facts |= {"owners": past_owners, "owners_past": True}
        self._closed[connection.key] = None
        self._store(replace(row, touched=self._look, **facts), update)

    def _fade(self, row: Row, update: Update) -> None:
        if row.is_closed and not self.keeps_closed:
            update.update(self._drop((row,)))
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

    def _closed_rows(self) -> list[Row]:
        return [self.rows[key] for key in self._closed]

    def _drop(self, rows: Iterable[Row]) -> Update:
        update: Update = {}
        for row in rows:
            del self.rows[row.key], self._closed[row.key]
            if self._hold:
                self._hold.touched.pop(row.key, None)
            update[row.key] = None
        return update

    def _bound(self, update: Update) -> None:
        surplus = len(self._closed) - CLOSED_LIMIT
        if surplus > 0:
            update.update(self._drop([self.rows[key] for key in islice(self._closed, surplus)]))
            self.dropped += surplus
        if len(self._marks) > _MARKS_A_ROW * (len(self.rows) + CLOSED_LIMIT):
            self._marks = deque((time, key) for time, key in self._marks if key in self.rows)

    def _remember(self, hold: _Hold, difference: Difference, passed: Iterable[Passed]) -> None:
        events = [change.after for change in difference.changed if change.is_event]
        brief = [each.connection for each in passed]
        for connection in (*difference.opened, *difference.closed, *events, *brief):
            hold.touched[connection.key] = None
        hold.tally += self.last


def _tally(difference: Difference, passed: int) -> Tally:
    events = sum(change.is_event for change in difference.changed)
    return Tally(len(difference.opened) + passed, len(difference.closed) + passed, events)


def _passages(row: Row, state: State, wall: float) -> tuple[Passage, ...]:
    """Return the states of a row after it went over to `state`; of too many, the first and the last are kept."""
    if state is row.connection.state:
        return row.passages
    passages = (*row.history, (state, wall))
    return passages if len(passages) <= PASSAGES_LIMIT else (passages[0], *passages[2:])
