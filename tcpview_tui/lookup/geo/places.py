"""Places of addresses from the files that the user has: read in the background, and again when they are others."""

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

LOOK_SECONDS = 60.0
"""How often it is looked whether the files are others: geoipupdate replaces them twice a week."""


class Places:
    """Places of addresses. Nothing is read before `open`, and nothing is ever sent.

    `version` grows whenever `of` may say something else, `edition` when other files are read. `tells` are the facts of
    a `Place` that the files know: others need no column. Of several files that know a fact, the one in the first folder
    counts, there the newest.
    """

    def __init__(self, folders: Iterable[Path], clock: Clock) -> None:
        self.version = self.edition = 0
        self.tells: frozenset[str] = frozenset()
        self._folders, self._clock = tuple(folders), clock
        self._sources: tuple[Source, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._known: dict[str, Place | None] = {}
        self._wanted: deque[str] = deque()
        self._waiting: set[str] = set()
        self._news = threading.Condition()
        self._opened = self._busy = self._closed = self._looks = False
        self._due = clock.monotonic() + LOOK_SECONDS

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

    def refresh(self) -> None:
        """Look in the background whether the files are others, once a minute at most, and return at once.

        Call it with every sample. What is known of an address stays until the new files have told of it.
        """
        with self._news:
            now = self._clock.monotonic()
            if self._opened and not self._closed and now >= self._due:
                self._due, self._looks, self._busy = now + LOOK_SECONDS, True, True
                self._news.notify_all()

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
        while self._opened and (address not in self._known or address in self._waiting):
            edition = self.edition
            self._keep(address, self._found(address), edition)
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
        self._read()
        while (address := self._next()) is not None:
            self._keep(address, self._found(address), self.edition)

    def _read(self) -> None:
        """Open the files that are not open; what was known before is looked up again behind this."""
        sources, problems = opened(self._folders, self._sources if self._opened else None)
        with self._news:
            self._problems = problems
            if not self._opened or sources != self._sources:
                self._sources, self._opened = sources, True
                self.tells = frozenset[str]().union(*(each.tells for each in sources))
                again = [each for each in self._known if each not in self._waiting]
                self._waiting.update(again)
                self._wanted.extend(again)
                self.version, self.edition = self.version + 1, self.edition + 1

    def _next(self) -> str | None:
        """Return what is to be looked up next, once there is anything; `None` when nobody wants to know any more."""
        while True:
            with self._news:
                self._busy = bool(self._wanted or self._looks) and not self._closed
                self._news.notify_all()
                self._news.wait_for(lambda: self._wanted or self._looks or self._closed)
                if self._closed:
                    return None
                if not self._looks:
                    return self._wanted.popleft()
                self._looks = False
            self._read()

    def _keep(self, address: str, place: Place | None, edition: int) -> None:
        """Remember an answer; not that of files which have been replaced since."""
        with self._news:
            if edition != self.edition:
                return
            self.version += place != self._known.get(address)
            self._known[address] = place
            self._waiting.discard(address)
            if len(self._known) > KEPT_LIMIT:
                del self._known[next(iter(self._known))]

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
