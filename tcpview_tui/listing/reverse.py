"""Names for looks that are printed: looked up because somebody said so, and waited for so long only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tcpview_tui.lookup.names import Names
from tcpview_tui.text import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.row import Row

SECONDS = 3.0
"""How long a look waits for the names of all its addresses together; the help of ``--names`` says so, too."""


class ReverseNames:
    """Names of remote addresses, from the hosts file and by reverse DNS; when `offline` is set, nobody is asked.

    Private, loopback and reserved addresses never leave the machine (`lookup.names`).
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._names = Names(settings.lookup, clock, lambda _: None, offline=settings.offline)
        self._trouble: str | None = None

    def look_up(self, rows: Iterable[Row]) -> Mapping[str, str]:
        """Return the names of the remote addresses of `rows` that are known within `SECONDS`, by address.

        When some cannot be had, people are told why, once.
        """
        addresses = {row.connection.remote.address for row in rows if row.connection.remote}
        self._names.want(addresses)
        late = None if self._names.wait(SECONDS) else f"not found within {duration(SECONDS)}"
        self._say(self._names.problem or late)
        return {address: name for address in addresses if (name := self._names.known.get(address))}

    def close(self) -> None:
        """Ask nothing more."""
        self._names.close()

    def _say(self, trouble: str | None) -> None:
        if trouble and trouble != self._trouble:
            click.echo(f"Some names are left out: {trouble.removeprefix('names: ')}.", err=True)
        self._trouble = trouble
