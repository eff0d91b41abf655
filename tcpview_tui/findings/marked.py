"""The rows that bear the mark of a finding, counted: most looks change neither a row nor a finding of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.findings.register import Place, Register
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.row import Row


class Marked:
    """Keeps up with rows and with what is found. True when anything grave was found, be it of no row."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._places: frozenset[Place] = frozenset()
        self._keys: set[Key] = set()

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def rows(self) -> int:
        """How many rows bear the mark, or would if nothing had just happened to them."""
        return len(self._keys)

    def take(self, update: Update) -> None:
        """Take in which rows differ, or are gone."""
        if self._places:
            for key, row in update.items():
                self._weigh(key, row)

    def renew(self, rows: Mapping[Key, Row]) -> None:
        """Count anew the rows of which what marks them differs: call it when something was found, or was silenced."""
        before, self._places = self._places, self._register.marked
        for key in set(_touched(before ^ self._places, rows)):
            self._weigh(key, rows[key])

    def _weigh(self, key: Key, row: Row | None) -> None:
        bears = row is not None and not self._places.isdisjoint(subjects(row))
        (self._keys.add if bears else self._keys.discard)(key)


def _touched(places: Iterable[Place], rows: Mapping[Key, Row]) -> Iterator[Key]:
    """Yield the rows among whose `subjects` these places may be, without making those of 100,000 rows."""
    pids: set[Subject] = set()
    remotes: set[tuple[object, object]] = set()
    for place in places:
        match place:
            case ("connection", key) | ("machine", ("hidden-socket", key)):
                if key in rows:
                    yield key
            case ("process", (pid, *_)) | ("machine", ("sniffer", (pid, *_))) | ("activity", (int(pid), _)):
                pids.add(pid)
            case ("activity", ((str(), *_), _, address, port, _)):  # a pair
                remotes.add((address, port))
    if pids:
        yield from (key for key, row in rows.items() if not pids.isdisjoint([owner.pid for owner in row.owners]))
    if remotes:
        yield from (key for key, row in rows.items() if row.connection.remote in remotes)
