"""Which source reads this machine."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from tcpview_tui.sources import limits
from tcpview_tui.sources.psutil_source import PsutilSource

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.sources.base import Reading, Source

SourceName = Literal["auto", "sockdiag", "psutil"]
SOURCE_NAMES: tuple[str, ...] = get_args(SourceName)


class Fallback(PsutilSource):
    """psutil where the kernel's own interface was wanted: every reading says why it is not used."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def read(self) -> Reading:
        """Return what psutil sees, and why it is psutil."""
        reading = super().read()
        return replace(reading, problems=(*reading.problems, limits.fallback(self._reason)))


def choose(name: SourceName, clock: Clock, follows: bool = True) -> Source:
    """Return the source of that name; ``auto`` is the best that works here.

    `follows`: see also what lives between two looks, where that can be seen; to begin with it takes 0.1 seconds.

    Raises OSError when ``sockdiag`` was asked for and this system has none.
    """
    if name == "psutil" or (name == "auto" and sys.platform != "linux"):
        return PsutilSource()
    try:
        return _sockdiag(clock, follows)
    except OSError as error:
        if name == "sockdiag":
            raise
        return Fallback(error.strerror or str(error))


def _sockdiag(clock: Clock, follows: bool) -> Source:
    if sys.platform != "linux":
        raise OSError("sock_diag is an interface of Linux")
    from tcpview_tui.sources.sockdiag import SockDiagSource

    source = SockDiagSource(clock, follows)
    try:
        source.try_out()
    except OSError:
        source.close()
        raise
    return source
