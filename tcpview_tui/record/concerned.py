"""The rows that a judgement concerns, found by what it is about: nobody goes through all rows for each judgement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import subjects
from tcpview_tui.record.judgement import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row


class Concerned:
    """Rows, one for each key, by the places of their processes, programs and remote ends; and each by its key."""

    def __init__(self) -> None:
        self._rows: dict[Key, Row] = {}
        self._keys: dict[Place, dict[Key, None]] = {}

    def put(self, row: Row) -> None:
        """Take a row in, in the place of the one with the same key."""
        before = self._rows.get(row.key)
        if before is None or _traits(before) != _traits(row):  # most often only its state is another
            self.remove(row.key)
            for place in _places(row):
                self._keys.setdefault(place, {})[row.key] = None
        self._rows[row.key] = row

    def remove(self, key: Key) -> None:
        """Forget the row with this key, if there is one."""
        row = self._rows.pop(key, None)
        for place in () if row is None else set(_places(row)):
            keys = self._keys[place]
            del keys[key]
            if not keys:
                del self._keys[place]

    def at(self, place: Place) -> Sequence[Row]:
        """Return the rows that a judgement of this place is about, those that have closed last."""
        key = key_of(place)
        keys = self._keys.get(place, {}) if key is None else (key,)
        return sorted((self._rows[each] for each in keys if each in self._rows), key=lambda row: row.is_closed)


def _traits(row: Row) -> tuple[object, ...]:
    """Return all that its places are made of."""
    connection = row.connection
    return row.owners, row.direction, connection.transport, connection.remote, connection.namespace


def _places(row: Row) -> Iterator[Place]:
    """Yield whatever its judgements can be about, but for the row itself."""
    return (place for place in subjects(row) if key_of(place) is None)
