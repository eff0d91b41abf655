"""What one run asks the world: Whois of one address, names of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.lookup.cache import WhoisCache
from tcpview_tui.lookup.consent import Consent
from tcpview_tui.lookup.desk import WhoisDesk
from tcpview_tui.lookup.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row

_AGAIN = 15.0
"""Seconds between two times that the names of all rows, and not of new ones only, are wanted."""


class Lookups:
    """The look-ups of one run, none of which is ever waited for. No name is asked for while names are off."""

    def __init__(
        self, settings: Settings, clock: Clock, cache: Path, named: Callable[[Mapping[str, str]], None]
    ) -> None:
        """`cache` is the folder for Whois answers; `named` hears, from another thread, of names that arrived."""
        answers = WhoisCache(cache / "whois", clock, settings.lookup.cache_days)
        self.whois = WhoisDesk(settings.lookup, clock, answers, offline=settings.offline)
        self.consent = Consent(cache)
        self.names = Names(settings.lookup, clock, named, offline=settings.offline)
        self.names_on = settings.names
        self._clock = clock
        self._due = 0.0

    @property
    def known(self) -> Mapping[str, str]:
        """The names to show, by address."""
        return self.names.known if self.names_on else {}

    @property
    def problem(self) -> str | None:
        """Why names that are wanted cannot be had, in a sentence."""
        return self.names.problem if self.names_on else None

    def toggle_names(self) -> bool:
        """Switch names on or off; return whether they are on now."""
        self.names_on = not self.names_on
        self._due = 0.0
        return self.names_on

    def want_names(self, update: Mapping[Key, Row | None], rows: Mapping[Key, Row]) -> None:
        """Have the remote addresses of an `update` looked up; from time to time, of all `rows`."""
        if not self.names_on:
            return
        now = self._clock.monotonic()
        wanted: Iterable[Row | None] = update.values()
        if now >= self._due:  # names expire, time-outs are forgiven, and a full queue lets the rest wait
            self._due, wanted = now + _AGAIN, rows.values()
        remotes = (row.connection.remote for row in wanted if row is not None)
        self.names.want({remote.address for remote in remotes if remote is not None})
