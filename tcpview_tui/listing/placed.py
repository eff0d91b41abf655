"""Where the remote addresses of listed rows are registered, from the user's own files, when nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from tcpview_tui.lookup.geo.folders import usual
from tcpview_tui.lookup.geo.places import Places
from tcpview_tui.model.column import Context
from tcpview_tui.usage import check_geo

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.snapshot import Snapshot

_PATIENCE = 10.0
"""Seconds that the files are waited for: they are mapped, not read, so that only a slow disk takes any."""


class Placed:
    """Joins looks with places, as a `Docket` does with findings."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def join(self, _update: Update, context: Context) -> Context:
        """Return `context` joined with places."""
        return replace(context, place=self._places.look_up)

    def follow(self, snapshot: Snapshot) -> Context:
        """Return what the rows of the next look are joined with."""
        return self.join({}, Context(now=snapshot.taken_at, gauges=snapshot.gauges))

    def news(self) -> list[list[Key]]:
        """Return nothing: places are not found out one by one."""
        return []

    def beside(self) -> Iterator[str]:
        """Yield nothing: there is nothing but what the rows tell."""
        yield from ()

    @property
    def status(self) -> int:
        """The exit status: what is not known of places is no failure."""
        return 0

    def report(self, *, one_look: bool = False) -> None:
        """Say to people from which files it is known, and how old these are; `one_look` knows all there is."""
        for sentence in self._places.about:
            click.echo(sentence, err=True)


@contextmanager
def placing(settings: Settings, clock: Clock) -> Iterator[Placed]:
    """Keep the files open that the settings say, for as long as it lasts.

    Raises `WrongUsageError` for a folder that was named and cannot be read.
    """
    check_geo(settings)
    places = Places(usual(settings.geo), clock)
    try:
        places.open()
        places.wait(_PATIENCE)
        yield Placed(places)
    finally:
        places.close()
