"""Names of remote addresses for a recorder: asked for as they appear, told as they come, waited for in the end."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from tcpview_tui.lookup.names import KEPT_LIMIT, Names
from tcpview_tui.record.event import Changed, Event, Opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings

_AGAIN = 15.0
"""Seconds between two times that names are wanted which have not come: a full queue, or a pause of the server."""

_PURSUED = 600.0
"""Seconds for which a name is wanted again: no longer than the look-up service knows that there is none."""

PATIENCE = 3.0
"""Seconds that a name may take when the recorder ends (`lookup.name_timeout`, unless that was set otherwise)."""


class Naming:
    """Asks for each address once, as soon as a connection to it is told of; what fails is asked for again."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._names = Names(settings.lookup, clock, self._hear, offline=settings.offline)
        self.known = self._names.known
        self._wanted: OrderedDict[str, float] = OrderedDict()
        self._news: dict[str, str] = {}
        self._answered: set[str] = set()
        self._heard = threading.Condition()
        self._due = 0.0

    @property
    def problem(self) -> str | None:
        """Why names cannot be had at the moment, in a sentence."""
        return self._names.problem

    def want(self, events: Iterable[Event]) -> None:
        """Have the other ends of what has opened or changed looked up, and return at once. Call it with every look."""
        now = self._clock.monotonic()
        ends = (each.connection.remote for each in events if isinstance(each, Opened | Changed))
        fresh = {end.address: now for end in ends if end is not None and end.address not in self.known}
        fresh = {address: at for address, at in fresh.items() if address not in self._wanted}
        self._wanted |= fresh
        self._forget(now)
        again = now >= self._due
        if again:
            self._due = now + _AGAIN
        self._names.want(self._wanted if again else fresh)

    def news(self) -> Mapping[str, str]:
        """Return the names that have come since the last call, by address."""
        with self._heard:
            news, self._news = self._news, {}
        return news

    def wait(self) -> None:
        """Wait for names that were wanted in the last few seconds, until they have come or their time is over."""
        ends = self._clock.monotonic() - PATIENCE
        recent = {address: at for address, at in self._wanted.items() if at > ends}
        with self._heard:
            for address, at in recent.items():
                left = at + PATIENCE - self._clock.monotonic()
                self._heard.wait_for(lambda address=address: address in self._answered, max(left, 0.0))  # type: ignore[misc]

    def close(self) -> None:
        """Ask nothing more."""
        self._names.close()

    def _hear(self, news: Mapping[str, str]) -> None:
        with self._heard:
            self._answered |= news.keys()
            self._news |= {address: name for address, name in news.items() if name}
            self._heard.notify_all()

    def _forget(self, now: float) -> None:
        while self._wanted:
            address, since = next(iter(self._wanted.items()))
            if now - since < _PURSUED and len(self._wanted) <= KEPT_LIMIT:
                return
            del self._wanted[address]
            self._answered.discard(address)
