"""Places of addresses from the files that the user has: read in the background, never waited for."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import meant
from tcpview_tui.lookup.geo.opening import Source, opened
from tcpview_tui.lookup.geo.place import NOWHERE, Place
from tcpview_tui.lookup.geo.telling import told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tcpview_tui.clock import Clock

KEPT_LIMIT = 262_144
"""Addresses remembered, and as many can wait: more than twice the 100,000 endpoints the program is built for."""


class Places:
    """Places of addresses. Nothing is read before `open`, and nothing is ever sent.

    `version` grows whenever `of` may say something else. `tells` are the facts of a `Place` that the files know:
    others need no column. Of several files that know a fact, the one in the first folder counts, there the newest.
    """

    def __init__(self, folders: Iterable[Path], clock: Clock) -> None:
        self.version = 0
        self.tells: frozenset[str] = frozenset()
        self._folders, self._clock = tuple(folders), clock
        self._sources: tuple[Source, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._known: dict[str, Place | None] = {}
        self._wanted: deque[str] = deque()
        self._waiting: set[str] = set()
        self._news = threading.Condition()
        self._opened = self._busy = self._closed = False

    @property
    def about(self) -> tuple[str, ...]:
        """What people should know of the files: names, types, ages, and what is wrong. The texts are safe."""
        if not self._opened:
            return ()
        troubles = (each.trouble for each in self._sources if each.trouble)
        return (*told(self._sources, self._folders, self._clock.wall()), *self._problems, *troubles)

    def open(self) -> None:
        """Open the files in the background and return at once. Once is enough."""
        with self._news:
            if self._busy or self._opened or self._closed:
                return
            try:
                threading.Thread(target=self._work, name="places", daemon=True).start()
            except RuntimeError:  # no further thread is to be had now; `open` can be called again
                return
            self._busy = True

    def of(self, address: str) -> Place | None:
        """Return what is known of an address at this moment; what is not known yet is looked up behind this.

        `None` also for those that are private, reserved or of special purpose. One that stands for an IPv4 address
        behind a translator or a tunnel has the place of that.
        """
        try:
            return self._known[address]
        except KeyError:
            self._want(address)
            return None

    def look_up(self, address: str) -> Place | None:
        """Return what the files say of an address, once they are open, and wait for it: some tenths of a millisecond.

        For a command that shows one look and ends.
        """
        if address not in self._known and self._opened:
            self._keep(address, self._found(address))
        return self._known.get(address)

    def wait(self, seconds: float) -> bool:
        """Wait until the files are open and nothing wanted is unknown, at most so many seconds; return whether."""
        with self._news:
            return self._news.wait_for(lambda: not self._busy, seconds)

    def close(self) -> None:
        """Read nothing more. What is known stays known."""
        with self._news:
            self._closed, self._busy = True, False
            self._news.notify_all()

    def _want(self, address: str) -> None:
        with self._news:
            useless = self._closed or (self._opened and not self._sources)
            if useless or address in self._waiting or len(self._waiting) >= KEPT_LIMIT:
                return
            self._waiting.add(address)
            self._wanted.append(address)
            self._busy = self._busy or self._opened
            self._news.notify_all()

    def _work(self) -> None:
        sources, problems = opened(self._folders)
        with self._news:
            self._sources, self._problems, self._opened = sources, problems, True
            self.tells = frozenset[str]().union(*(each.tells for each in sources))
            self.version += 1
        while (address := self._next()) is not None:
            self._keep(address, self._found(address))

    def _next(self) -> str | None:
        with self._news:
            self._busy = bool(self._wanted) and not self._closed
            self._news.notify_all()
            self._news.wait_for(lambda: self._wanted or self._closed)
            return None if self._closed else self._wanted.popleft()

    def _keep(self, address: str, place: Place | None) -> None:
        with self._news:
            self._known[address] = place
            self._waiting.discard(address)
            if len(self._known) > KEPT_LIMIT:
                del self._known[next(iter(self._known))]
            self.version += place is not None

    def _found(self, address: str) -> Place | None:
        owned = meant(address)
        if owned is None:
            return None
        place = NOWHERE
        for source in self._sources:
            place = place.over(source.place(owned))
            if None not in place:
                break
        return None if place == NOWHERE else place
