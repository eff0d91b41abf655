"""What happened between two looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Connection, Key


class Change(NamedTuple):
    """One connection that differs, with its old and its new form."""

    before: Connection
    after: Connection

    @property
    def is_event(self) -> bool:
        """True when the connection itself moved on; false when only more, or less, is known of its owner."""
        old, new = self.before, self.after
        if (old.state, old.remote, old.local) != (new.state, new.remote, new.local):
            return True
        known = bool(old.owners) and bool(new.owners)
        return known and _identities(old) != _identities(new)


@dataclass(frozen=True, slots=True)
class Difference:
    """Opened, closed and changed connections, in the order in which the looks list them."""

    opened: tuple[Connection, ...]
    closed: tuple[Connection, ...]
    changed: tuple[Change, ...]


def diff(before: Mapping[Key, Connection], after: Mapping[Key, Connection]) -> Difference:
    """Return what turns `before` into `after`, by key. A connection that is the same object costs one comparison."""
    opened = [connection for key, connection in after.items() if key not in before]
    closed = [connection for key, connection in before.items() if key not in after]
    changed = [
        Change(old, new)
        for key, new in after.items()
        if (old := before.get(key)) is not new and old is not None and old != new
    ]
    return Difference(tuple(opened), tuple(closed), tuple(changed))


def _identities(connection: Connection) -> set[tuple[int, float | None]]:
    return {process.identity for process in connection.owners}
